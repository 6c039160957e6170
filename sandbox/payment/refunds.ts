import { invalid, missing } from './api-error';
import { cardNamed } from './cards';
import { numberOf, textOf, textsOf } from './form';
import type { Call, Outcome } from './intents';
import { told, type Ledger } from './ledger';
import { newId, nowSeconds, type RefundObject } from './objects';

const FAILED = { failure_reason: 'expired_or_canceled_card' };

/** Gives back what was taken, never more. */
export function createRefund({ ledger, form, key }: Call): Outcome {
  const intentId = textOf(form, 'payment_intent');
  if (intentId === null) throw invalid('Missing required param: payment_intent.', 'payment_intent', 'parameter_missing');
  const intent = ledger.intents.get(intentId);
  if (!intent) throw missing('payment_intent', intentId, 'payment_intent', 400);
  const given = ledger.refundsOf(intentId).reduce((sum, refund) => sum + (refund.status === 'failed' ? 0 : refund.amount), 0);
  const left = intent.amount_received - given;
  if (left <= 0) throw invalid('This payment has nothing that could be refunded.', 'payment_intent', 'charge_already_refunded');
  const amount = numberOf(form, 'amount', 1) ?? left;
  if (amount > left) throw invalid('The amount is larger than what is left of the payment.', 'amount', 'amount_too_large');
  const card = cardNamed(intent.payment_method ?? '');
  const refund: RefundObject = {
    id: newId('re'),
    object: 'refund',
    amount,
    charge: intent.latest_charge,
    created: nowSeconds(),
    currency: intent.currency,
    metadata: textsOf(form, 'metadata'),
    payment_intent: intentId,
    reason: textOf(form, 'reason'),
    status: card?.refund === undefined ? 'succeeded' : card.refund === 'fails' ? 'failed' : 'pending',
    ...(card?.refund === 'fails' ? FAILED : {}),
  };
  const type = refund.status === 'failed' ? 'refund.failed' : 'refund.created';
  return { body: refund, entries: told(refund, type, key), card };
}

/** The end of a refund that took time. */
export function finishRefund(ledger: Ledger, refund: RefundObject): Outcome {
  const card = cardNamed(ledger.intents.get(refund.payment_intent)?.payment_method ?? '');
  const hasFailed = card?.refund === 'fails late';
  const done: RefundObject = hasFailed ? { ...refund, ...FAILED, status: 'failed' } : { ...refund, status: 'succeeded' };
  return { body: done, entries: told(done, hasFailed ? 'refund.failed' : 'refund.updated', null) };
}
