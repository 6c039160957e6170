import { ApiError, invalid, missing, unexpectedState } from './api-error';
import { cardNamed, type TestCard } from './cards';
import { numberOf, textOf, textsOf, type Form } from './form';
import type { JournalEntry } from './journal';
import { told, type Ledger } from './ledger';
import { newId, nowSeconds, type CardError, type Intent } from './objects';

/** What an operation answers and what has to be written for it, in one piece. */
export interface Outcome {
  readonly body: object;
  readonly entries: readonly JournalEntry[];
  /** Set when a card was paid with: it says what happens to the answer and the webhook. */
  readonly card?: TestCard;
  /** Set when the operation fails with this although something was written. */
  readonly refusal?: ApiError;
}

interface Call {
  readonly ledger: Ledger;
  readonly form: Form;
  readonly key: string | null;
  /** Where the bank's page of an intent is. */
  pageOf(intentId: string): string;
}

export function createIntent(call: Call): Outcome {
  const { form, key } = call;
  const amount = numberOf(form, 'amount', 1);
  const currency = textOf(form, 'currency');
  if (amount === null) throw invalid('Missing required param: amount.', 'amount', 'parameter_missing');
  if (currency === null || !/^[a-z]{3}$/i.test(currency)) throw invalid('Missing or invalid param: currency.', 'currency');
  const id = newId('pi');
  const intent: Intent = {
    id,
    object: 'payment_intent',
    amount,
    amount_capturable: 0,
    amount_received: 0,
    capture_method: textOf(form, 'capture_method') === 'manual' ? 'manual' : 'automatic',
    client_secret: `${id}_secret_${newId('s').slice(2)}`,
    canceled_at: null,
    cancellation_reason: null,
    created: nowSeconds(),
    currency: currency.toLowerCase(),
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: textsOf(form, 'metadata'),
    next_action: null,
    payment_method: null,
    payment_method_types: ['card'],
    status: 'requires_payment_method',
  };
  const created = told(intent, 'payment_intent.created', key);
  if (textOf(form, 'confirm') !== 'true') return { body: intent, entries: created };
  const confirmed = confirm(intent, call);
  return { ...confirmed, entries: [...created, ...confirmed.entries] };
}

export function confirmIntent(intent: Intent, call: Call): Outcome {
  if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) {
    throw unexpectedState(`This PaymentIntent's status is ${intent.status}, so it cannot be confirmed.`, intent);
  }
  return confirm(intent, call);
}

function confirm(intent: Intent, { form, key, pageOf }: Call): Outcome {
  const name = methodNamed(form);
  if (name === null) throw invalid('You cannot confirm this PaymentIntent: it has no payment method.', 'payment_method');
  const card = cardNamed(name);
  if (!card) throw missing('PaymentMethod', name, 'payment_method', 400);
  if (card.asksShopper) {
    const redirect = { url: pageOf(intent.id), return_url: textOf(form, 'return_url') };
    const next_action = { type: 'redirect_to_url', redirect_to_url: redirect } as const;
    const asked: Intent = { ...intent, status: 'requires_action', payment_method: name, next_action, last_payment_error: null };
    return { body: asked, entries: told(asked, 'payment_intent.requires_action', key), card };
  }
  if (card.asksBank) {
    const asked: Intent = { ...intent, status: 'processing', payment_method: name, last_payment_error: null };
    return { body: asked, entries: told(asked, 'payment_intent.processing', key), card };
  }
  return pay({ ...intent, payment_method: name }, card, key);
}

/** Holds or takes the money, or is declined. */
function pay(intent: Intent, card: TestCard, key: string | null): Outcome {
  if (card.decline) return decline(intent, card, card.decline.code, card.decline.declineCode, key);
  const isHeld = intent.capture_method === 'manual';
  const paid: Intent = {
    ...intent,
    status: isHeld ? 'requires_capture' : 'succeeded',
    amount_capturable: isHeld ? intent.amount : 0,
    amount_received: isHeld ? 0 : intent.amount,
    latest_charge: newId('ch'),
    last_payment_error: null,
    next_action: null,
  };
  const type = isHeld ? 'payment_intent.amount_capturable_updated' : 'payment_intent.succeeded';
  return { body: paid, entries: told(paid, type, key), card };
}

function decline(intent: Intent, card: TestCard, code: string, declineCode: string | null, key: string | null): Outcome {
  const error: CardError = {
    type: 'card_error',
    code,
    ...(declineCode === null ? {} : { decline_code: declineCode }),
    message: declineCode === null ? 'The shopper did not confirm the payment.' : 'Your card was declined.',
  };
  const declined: Intent = {
    ...intent,
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    last_payment_error: error,
  };
  const refusal = new ApiError(402, { ...error, payment_intent: declined });
  return { body: declined, entries: told(declined, 'payment_intent.payment_failed', key), card, refusal };
}

/** What the shopper said on the bank's page, or the bank itself. */
export function answerShopper(intent: Intent, isApproved: boolean): Outcome {
  const card = cardNamed(intent.payment_method ?? '');
  if (!isAtTheBank(intent) || !card) {
    throw unexpectedState(`This payment does not wait for the shopper: its status is ${intent.status}.`, intent);
  }
  if (isApproved) return pay(intent, card, null);
  if (intent.status === 'processing') return decline(intent, card, 'card_declined', 'generic_decline', null);
  return decline(intent, card, 'payment_intent_authentication_failure', null, null);
}

export function isAtTheBank({ status }: Intent): boolean {
  return status === 'requires_action' || status === 'processing';
}

export function captureIntent(intent: Intent, { form, key }: Call): Outcome {
  if (intent.status !== 'requires_capture') {
    throw unexpectedState(`This PaymentIntent could not be captured because it has a status of ${intent.status}.`, intent);
  }
  const amount = numberOf(form, 'amount_to_capture', 1) ?? intent.amount_capturable;
  if (amount > intent.amount_capturable)
    throw invalid('The amount is larger than what can be captured.', 'amount_to_capture', 'amount_too_large');
  const captured: Intent = {
    ...intent,
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: amount,
    metadata: { ...intent.metadata, ...textsOf(form, 'metadata') },
  };
  return { body: captured, entries: told(captured, 'payment_intent.succeeded', key) };
}

export function cancelIntent(intent: Intent, { form, key }: Call): Outcome {
  if (['succeeded', 'canceled', 'processing'].includes(intent.status)) {
    throw unexpectedState(`You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`, intent);
  }
  const canceled: Intent = {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    next_action: null,
    canceled_at: nowSeconds(),
    cancellation_reason: textOf(form, 'cancellation_reason'),
  };
  return { body: canceled, entries: told(canceled, 'payment_intent.canceled', key) };
}

/** The name of the card: a payment method's, or the token that one is to be made of. */
function methodNamed(form: Form): string | null {
  const named = textOf(form, 'payment_method');
  if (named !== null) return named;
  const data = form['payment_method_data'];
  const card = typeof data === 'object' ? data['card'] : undefined;
  return typeof card === 'object' ? textOf(card, 'token') : null;
}

export type { Call };
