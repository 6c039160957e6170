import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import Stripe from 'stripe';
import { AppError } from '../../../platform/errors';
import type { ChargeRequest, PaymentProvider, ProviderPayment, ProviderRefund } from './payment.port';
import { declineCode, eventOf, paymentOf, refundOf } from './stripe.objects';
import { crashPoint } from '../../../platform/process';

export interface StripeOptions {
  readonly apiKey: string;
  readonly webhookSecret: string | null;
  /** Where Stripe's API is spoken, such as our sandbox; `null` is Stripe itself. */
  readonly apiUrl: string | null;
  readonly timeoutMs: number;
  /** Where the bank's page sends the shopper back to. */
  readonly returnUrl: string;
}

/** How old a webhook may be, so that a captured one is no use later. */
const TOLERANCE_SECONDS = 300;
const RETRIES = 1;
const CONNECTIONS = 64;
/** More than a task has attempts within the day in which a provider keeps keys. */
const REFUND_KEYS = 64;
/** How often, and after how long, a key is asked again that somebody else is using. */
const KEY_IN_USE = { tries: 10, pauseMs: 100 };

/** Payments by the official SDK: over PaymentIntents that are confirmed here and captured later. */
export function createStripeProvider(options: StripeOptions): PaymentProvider {
  const stripe = new Stripe(options.apiKey, {
    ...addressOf(options.apiUrl),
    timeout: options.timeoutMs,
    maxNetworkRetries: RETRIES,
    telemetry: false,
    appInfo: { name: 'Mercato' },
  });
  return {
    name: 'stripe',
    ...paymentCalls(stripe, options.returnUrl),
    ...refundCalls(stripe),
    readEvent: (body, signature) => {
      if (options.webhookSecret === null) throw new Error('PAYMENT_WEBHOOK_SECRET is not set');
      return eventOf(stripe.webhooks.constructEvent(body, signature, options.webhookSecret, TOLERANCE_SECONDS));
    },
  };
}

type PaymentCalls = Pick<PaymentProvider, 'authorise' | 'find' | 'read' | 'capture' | 'cancel' | 'since'>;

function paymentCalls(stripe: Stripe, returnUrl: string): PaymentCalls {
  const intents = stripe.paymentIntents;
  const retrieve = async (id: string): Promise<ProviderPayment> => paymentOf(await answered(intents.retrieve(id)));
  return {
    authorise: async ({ token, ...charge }) => {
      const { id } = await answered(create(stripe, charge));
      crashPoint('payment.created');
      const confirmed = intents.confirm(
        id,
        { ...methodOf(token), return_url: returnUrl },
        { idempotencyKey: `${charge.reference}:confirm` },
      );
      return confirmed.then(paymentOf, (error: unknown) => declinedBy(error) ?? standsOtherwise(error, () => retrieve(id)));
    },
    // The answer to the first creation is kept under its key; how the payment stands now is another question.
    find: async (charge, id) => {
      const known = id ?? (await idOf(stripe, charge));
      return known === null ? neverMade(charge) : retrieve(known);
    },
    read: (id) =>
      intents.retrieve(id).then(paymentOf, (error: unknown) => {
        if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return null;
        throw unavailable(error);
      }),
    // Without keys of ours: a payment is taken or let go once whatever is asked, and a key would keep a server error for a day.
    capture: (id, orderNumber) =>
      intents
        .capture(id, { metadata: { order: orderNumber } })
        .then(paymentOf, (error: unknown) => standsOtherwise(error, () => retrieve(id))),
    cancel: (id) =>
      intents
        .cancel(id, { cancellation_reason: 'abandoned' })
        .then(paymentOf, (error: unknown) => standsOtherwise(error, () => retrieve(id))),
    since: async function* (time) {
      const created = { gte: Math.floor(time.getTime() / 1000) };
      try {
        for await (const intent of intents.list({ created, limit: 100, expand: ['data.latest_charge'] })) yield paymentOf(intent);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

function refundCalls(stripe: Stripe): Pick<PaymentProvider, 'refund' | 'refundsOf'> {
  const refundsOf = async (paymentId: string): Promise<ProviderRefund[]> => {
    const all = stripe.refunds.list({ payment_intent: paymentId, limit: 100 }).autoPagingToArray({ limit: 1_000 });
    return (await answered(all)).map(refundOf);
  };
  return {
    refundsOf,
    // Whoever asks goes the same way from key to key, so two that ask at once ask for the same.
    refund: async (request) => {
      for (let attempt = 0; attempt < REFUND_KEYS; attempt += 1) {
        const seen = await askForRefund(stripe, request, attempt);
        if (seen) return seen;
        const known = (await refundsOf(request.paymentId)).find(({ reference }) => reference === request.reference);
        if (known) return known;
      }
      throw unavailable(new Error(`the provider has failed at the refund ${request.reference} too often for today`));
    },
  };
}

type RefundAsked = Parameters<PaymentProvider['refund']>[0];

/** `null` when this attempt's key keeps a server error of an earlier time: only then the next key may be used. */
async function askForRefund(
  stripe: Stripe,
  { paymentId, reference, amountMinor }: RefundAsked,
  attempt: number,
): Promise<ProviderRefund | null> {
  const idempotencyKey = attempt === 0 ? `${reference}:refund` : `${reference}:refund-${attempt}`;
  const params = { payment_intent: paymentId, amount: amountMinor, metadata: { reference } };
  try {
    // Without retries of the SDK's own, which would use up one key after the other while the provider is ill.
    return refundOf(await onceKeyIsFree(() => stripe.refunds.create(params, { idempotencyKey, maxNetworkRetries: 0 })));
  } catch (error) {
    return isKeptFailure(error) ? null : refusedRefund(error, reference, amountMinor);
  }
}

/** What another runner asks for under the same key is about to be answered: its answer is ours as well. */
async function onceKeyIsFree<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      const isInUse = error instanceof Stripe.errors.StripeError && error.statusCode === 409;
      if (!isInUse || tried >= KEY_IN_USE.tries) throw error;
      await delay(KEY_IN_USE.pauseMs);
    }
  }
}

/** A server error that its key has kept: whatever ran under that key has ended, and no other answer will come for a day. */
function isKeptFailure(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError) || (error.statusCode ?? 0) < 500) return false;
  return error.headers?.['idempotent-replayed'] === 'true';
}

function addressOf(apiUrl: string | null): Stripe.StripeConfig {
  const keepAlive = { keepAlive: true, maxSockets: CONNECTIONS };
  if (apiUrl === null) return { httpAgent: new HttpsAgent(keepAlive) };
  const { hostname, port, protocol } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  return {
    host: hostname,
    port: port || (isPlain ? '80' : '443'),
    protocol: isPlain ? 'http' : 'https',
    httpAgent: isPlain ? new HttpAgent(keepAlive) : new HttpsAgent(keepAlive),
  };
}

/** Creates nothing but a name for the payment. Its parameters follow from the charge alone, so it can be repeated without the card. */
function create(stripe: Stripe, { reference, amountMinor, currency }: ChargeRequest): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create(
    {
      amount: amountMinor,
      currency: currency.toLowerCase(),
      capture_method: 'manual',
      allowed_payment_method_types: ['card'],
      metadata: { reference },
    },
    { idempotencyKey: `${reference}:create` },
  );
}

/** By the key of its creation; `null` for one that has no name, since making it failed: whoever began it got none either. */
async function idOf(stripe: Stripe, charge: ChargeRequest): Promise<string | null> {
  try {
    return (await create(stripe, charge)).id;
  } catch (error) {
    if (isKeptFailure(error)) return null;
    throw unavailable(error);
  }
}

function neverMade({ reference, amountMinor, currency }: ChargeRequest): ProviderPayment {
  const nothing = { failureCode: null, action: null, capturedMinor: 0, refundedMinor: null, createdAt: new Date() };
  return { id: '', reference, status: 'VOIDED', currency, amountMinor, ...nothing };
}

function methodOf(token: string): Stripe.PaymentIntentConfirmParams {
  if (!token.startsWith('tok_')) return { payment_method: token };
  return { payment_method_data: { type: 'card', card: { token } } as Stripe.PaymentIntentConfirmParams.PaymentMethodData };
}

async function answered<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw unavailable(error);
  });
}

/** A card that was refused, or is none; `null` when the error is about something else. */
function declinedBy(error: unknown): ProviderPayment | null {
  if (error instanceof Stripe.errors.StripeCardError && error.payment_intent) {
    return { ...paymentOf(error.payment_intent), status: 'DECLINED', action: null, failureCode: declineCode(error) };
  }
  return null;
}

/** The payment is not where the call needs it to be: tells where it is. */
async function standsOtherwise(error: unknown, retrieve: () => Promise<ProviderPayment>): Promise<ProviderPayment> {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw unavailable(error);
  if (error.code === 'payment_intent_unexpected_state') return retrieve();
  if (error.code === 'resource_missing' && error.param?.startsWith('payment_method')) {
    return { ...(await retrieve()), status: 'DECLINED', failureCode: 'invalid_token' };
  }
  throw unavailable(error);
}

function refusedRefund(error: unknown, reference: string, amountMinor: number): ProviderRefund {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw unavailable(error);
  return { id: '', reference, amountMinor, status: 'FAILED', failureCode: error.code ?? 'refused' };
}

/** Nothing of the SDK's error is shown to clients; the log has it as the cause. */
function unavailable(cause: unknown): AppError {
  const error = new AppError('UPSTREAM_UNAVAILABLE', 'The payment provider did not answer; try again', { service: 'payment' });
  error.cause = cause;
  return error;
}
