import type Stripe from 'stripe';
import type { PaymentAction, ProviderEvent, ProviderPayment, ProviderRefund } from './payment.port';

const STATUS: Readonly<Partial<Record<Stripe.PaymentIntent['status'], ProviderPayment['status']>>> = {
  requires_action: 'ACTION_REQUIRED',
  processing: 'PROCESSING',
  requires_capture: 'AUTHORIZED',
  succeeded: 'CAPTURED',
  canceled: 'VOIDED',
};

export function paymentOf(intent: Stripe.PaymentIntent): ProviderPayment {
  const error = intent.last_payment_error;
  return {
    id: intent.id,
    reference: intent.metadata['reference'] ?? null,
    status: STATUS[intent.status] ?? (error ? 'DECLINED' : 'NEW'),
    failureCode: error ? declineCode(error) : null,
    action: actionOf(intent),
    currency: intent.currency.toUpperCase(),
    amountMinor: intent.amount,
    capturedMinor: intent.amount_received,
    refundedMinor: refundedOf(intent.latest_charge),
    createdAt: new Date(intent.created * 1000),
  };
}

export function refundOf(refund: Stripe.Refund): ProviderRefund {
  const hasFailed = refund.status === 'failed' || refund.status === 'canceled';
  return {
    id: refund.id,
    reference: refund.metadata?.['reference'] ?? null,
    amountMinor: refund.amount,
    status: hasFailed ? 'FAILED' : refund.status === 'succeeded' ? 'DONE' : 'PENDING',
    failureCode: hasFailed ? (refund.failure_reason ?? 'refused') : null,
  };
}

/** The payment that an event is about, be it told of the payment or of a refund. */
export function eventOf(event: Stripe.Event): ProviderEvent | null {
  const object = event.data.object as Partial<Stripe.PaymentIntent> & { payment_intent?: unknown };
  const isPayment = event.type.startsWith('payment_intent.');
  const paymentId = isPayment ? object.id : object.payment_intent;
  if (typeof paymentId !== 'string' || (!isPayment && !event.type.startsWith('refund.'))) return null;
  const reference = isPayment ? (object.metadata?.['reference'] ?? null) : null;
  return { id: event.id, type: event.type, paymentId, reference, happenedAt: new Date(event.created * 1000) };
}

/** The bank's own reason where it gives one. */
export function declineCode({ code, decline_code }: { code?: string; decline_code?: string }): string {
  if (code === 'card_declined' && decline_code !== undefined && decline_code !== 'generic_decline') return decline_code;
  return code ?? 'card_declined';
}

function refundedOf(charge: Stripe.PaymentIntent['latest_charge']): number | null {
  return typeof charge === 'object' && charge !== null ? charge.amount_refunded : null;
}

function actionOf(intent: Stripe.PaymentIntent): PaymentAction | null {
  if (intent.status !== 'requires_action') return null;
  return { redirectUrl: intent.next_action?.redirect_to_url?.url ?? null, clientSecret: intent.client_secret ?? '' };
}
