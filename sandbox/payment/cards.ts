/** What a test card does. */
export interface TestCard {
  /** The names that it is paid with: our short one, then Stripe's where it has such a card. */
  readonly names: readonly string[];
  readonly does: string;
  readonly decline?: { readonly code: string; readonly declineCode: string };
  /** The shopper has to confirm on the bank's page first. */
  readonly asksShopper?: boolean;
  /** The bank takes its time; it answers on its page. */
  readonly asksBank?: boolean;
  /** The payment happens, and its answer is lost: the connection is cut, or stays silent. */
  readonly answer?: 'cut' | 'silent';
  readonly webhook?: 'late' | 'double' | 'before the answer';
  readonly refund?: 'fails' | 'takes time' | 'fails late';
}

export const LATE_WEBHOOK_MS = 3_000;
export const SLOW_REFUND_MS = 1_500;

const GENERIC = { code: 'card_declined', declineCode: 'generic_decline' };

export const TEST_CARDS: readonly TestCard[] = [
  { names: ['tok_ok', 'tok_visa', 'pm_card_visa'], does: 'pays' },
  { names: ['tok_hold'], does: 'pays; the shop takes the money when the goods leave' },
  { names: ['tok_declined', 'pm_card_visa_chargeDeclined'], does: 'is declined', decline: GENERIC },
  {
    names: ['tok_insufficient_funds', 'pm_card_visa_chargeDeclinedInsufficientFunds'],
    does: 'is declined for lack of money',
    decline: { code: 'card_declined', declineCode: 'insufficient_funds' },
  },
  {
    names: ['tok_expired_card', 'pm_card_chargeDeclinedExpiredCard'],
    does: 'is declined as expired',
    decline: { code: 'expired_card', declineCode: 'expired_card' },
  },
  {
    names: ['tok_3ds', 'pm_card_threeDSecureRequired'],
    does: "asks the shopper on the bank's page (3-D Secure), then pays",
    asksShopper: true,
  },
  {
    names: ['tok_3ds_declined', 'pm_card_threeDSecureRequiredChargeDeclined'],
    does: "asks the shopper on the bank's page, then is declined",
    asksShopper: true,
    decline: GENERIC,
  },
  {
    names: ['tok_processing'],
    does: "is under way until the bank says yes or no, on the bank's page; until then it can neither be paid nor let go",
    asksBank: true,
  },
  { names: ['tok_lost'], does: 'pays, but the connection is cut before the answer', answer: 'cut' },
  { names: ['tok_timeout'], does: 'pays, but the answer never comes', answer: 'silent' },
  { names: ['tok_late_webhook'], does: `pays; webhooks come ${LATE_WEBHOOK_MS / 1000} s late`, webhook: 'late' },
  { names: ['tok_double_webhook'], does: 'pays; every webhook comes twice', webhook: 'double' },
  { names: ['tok_early_webhook'], does: 'pays; the webhook comes before the answer', webhook: 'before the answer' },
  { names: ['tok_refund_fails', 'pm_card_refundFail'], does: 'pays; refunds fail', refund: 'fails' },
  { names: ['tok_refund_slow', 'pm_card_pendingRefund'], does: 'pays; refunds stay pending for a moment', refund: 'takes time' },
  { names: ['tok_refund_fails_late'], does: 'pays; refunds stay pending for a moment, then fail', refund: 'fails late' },
];

const byName = new Map(TEST_CARDS.flatMap((card) => card.names.map((name) => [name, card])));

export function cardNamed(name: string): TestCard | undefined {
  return byName.get(name);
}
