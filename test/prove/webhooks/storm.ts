import Stripe from 'stripe';
import type { DataSource } from 'typeorm';

/** What became of a payment that the storm is about. */
export type Fate = 'held' | 'taken' | 'given back' | 'given back in part' | 'let go' | 'declined';

const FATES: readonly Fate[] = ['held', 'taken', 'given back', 'given back in part', 'let go', 'declined'];
const AMOUNT = 1_000;
const MADE_AT_ONCE = 16;

/** Makes payments at the provider, each with its own fate, without the shop hearing of anything. */
export async function makePayments(stripe: Stripe, count: number): Promise<void> {
  const making = Array.from({ length: count }, (_, at) => at);
  await Promise.all(
    Array.from({ length: MADE_AT_ONCE }, async () => {
      for (let at = making.pop(); at !== undefined; at = making.pop()) {
        await makePayment(stripe, `storm-${at}`, FATES[at % FATES.length] ?? 'held');
      }
    }),
  );
}

async function makePayment(stripe: Stripe, reference: string, fate: Fate): Promise<void> {
  const intents = stripe.paymentIntents;
  const { id } = await intents.create({ amount: AMOUNT, currency: 'eur', capture_method: 'manual', metadata: { reference } });
  const card = fate === 'declined' ? 'pm_card_visa_chargeDeclined' : 'pm_card_visa';
  await intents.confirm(id, { payment_method: card }).catch((error: unknown) => {
    if (fate !== 'declined') throw error;
  });
  if (fate === 'let go') await intents.cancel(id);
  if (fate !== 'taken' && fate !== 'given back' && fate !== 'given back in part') return;
  await intents.capture(id);
  if (fate === 'taken') return;
  await stripe.refunds.create({ payment_intent: id, amount: AMOUNT / 4 });
  await stripe.refunds.create({ payment_intent: id, amount: fate === 'given back' ? (AMOUNT * 3) / 4 : AMOUNT / 4 });
}

/** All events that the provider has of payments and refunds, but those that tell that a payment was named. */
export async function readEvents(stripe: Stripe): Promise<Stripe.Event[]> {
  const events: Stripe.Event[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) if (event.type !== 'payment_intent.created') events.push(event);
  return events;
}

/** Each event three times, in an order that has nothing to do with the one in which things happened. */
export function shuffledAndTripled<T>(events: readonly T[], seed: number): T[] {
  const all = [...events, ...events, ...events];
  const random = randomOf(seed);
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Sends them as the provider would, some at once. @returns how many were acknowledged, and the slowest in milliseconds */
export async function send(
  events: readonly Stripe.Event[],
  to: { readonly url: string; readonly secret: string; readonly atOnce: number },
): Promise<{ acknowledged: number; slowestMs: number }> {
  const signer = new Stripe('sk_none');
  const waiting = [...events];
  let acknowledged = 0;
  let slowestMs = 0;
  const sender = async (): Promise<void> => {
    for (let event = waiting.pop(); event; event = waiting.pop()) {
      const payload = JSON.stringify(event);
      const signature = signer.webhooks.generateTestHeaderString({ payload, secret: to.secret });
      const startedMs = performance.now();
      const answer = await fetch(to.url, { method: 'POST', body: payload, headers: { 'stripe-signature': signature } });
      await answer.arrayBuffer();
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      if (answer.ok) acknowledged += 1;
    }
  };
  await Promise.all(Array.from({ length: to.atOnce }, sender));
  return { acknowledged, slowestMs: Math.round(slowestMs) };
}

/** A receiver as shops write it at first: what an event says is written down, once for each time that it comes. */
export async function believe(database: DataSource, event: Stripe.Event): Promise<void> {
  if (event.type.startsWith('refund.')) {
    const refund = event.data.object as Stripe.Refund;
    await database.query(
      `UPDATE payment SET refunded_amount = LEAST(captured_amount, refunded_amount + $2::numeric / 100) WHERE provider_id = $1`,
      [refund.payment_intent, refund.amount],
    );
    return;
  }
  const intent = event.data.object as Stripe.PaymentIntent;
  const status =
    { requires_capture: 'AUTHORIZED', succeeded: 'CAPTURED', canceled: 'VOIDED' }[intent.status as string] ?? 'DECLINED';
  await database.query(
    `UPDATE payment SET status = $2, provider_id = $3, captured_amount = GREATEST(captured_amount, $4::numeric / 100) WHERE reference = $1`,
    [intent.metadata['reference'], status, intent.id, intent.amount_received],
  );
}
