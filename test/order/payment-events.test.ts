import { Client } from 'pg';
import type Stripe from 'stripe';
import type { Viewer } from '../../platform/auth';
import { add, place } from './support/operations';
import { openPayments, type PaymentParts } from './support/payments';
import { until } from '../support/until';
import { newCustomer, newKey, openShop, type Shop } from './support/shop';

let shop: Shop;
let payments: PaymentParts;
let viewer: Viewer;

beforeAll(async () => {
  shop = await openShop();
  payments = await openPayments(shop);
});
afterAll(async () => {
  await payments.close();
  await shop.close();
});
beforeEach(async () => {
  viewer = newCustomer();
  await add(shop, viewer, (await shop.addVariant({ stock: 10, price: '100.00' })).id, 1);
});

describe('the webhook receiver', () => {
  test('refuses what is not signed, signed by another, or signed long ago', async () => {
    const payload = JSON.stringify(eventAbout('pi_1'));
    expect(await post(payload, '')).toBe(400);
    expect(await post(payload, sign(payload, { secret: 'whsec_of_somebody_else' }))).toBe(400);
    expect(await post(payload, sign(payload, { timestamp: Math.floor(Date.now() / 1000) - 3_600 }))).toBe(400);
    expect(await post(`${payload} `, sign(payload))).toBe(400);
    expect(await eventsOf('pi_1')).toBe(0);
    expect(await post(payload, sign(payload))).toBe(200);
    expect(await eventsOf('pi_1')).toBe(1);
  });

  test('refuses what is too large, and takes what does not concern payments without keeping it', async () => {
    const large = 'x'.repeat(300_000);
    expect(await post(large, sign(large)).catch(() => 413)).toBe(413);
    const other = JSON.stringify({ ...eventAbout('cus_1'), type: 'customer.created' });
    expect(await post(other, sign(other))).toBe(200);
    expect(await eventsOf('cus_1')).toBe(0);
  });

  test('keeps an event once, and asks for one look at its payment however many come', async () => {
    const first = JSON.stringify(eventAbout('pi_2'));
    const second = JSON.stringify(eventAbout('pi_2'));
    const answers = await Promise.all([first, first, second, first].map((payload) => post(payload, sign(payload))));
    expect(answers).toEqual([200, 200, 200, 200]);
    expect(await eventsOf('pi_2')).toBe(2);
    const jobs = await shop.order.query(`SELECT 1 FROM pgboss.job_common WHERE name = 'payment.sync' AND singleton_key = 'pi_2'`);
    expect(jobs).toHaveLength(1);
  });
});

describe('what the provider did without us', () => {
  test('a capture in its back office pays the order', async () => {
    const { order } = await place(shop, viewer, newKey(), { paymentToken: 'tok_hold' });
    const intent = await intentOf(order?.number);
    await shop.provider.stripe.paymentIntents.capture(intent.id);
    await whileWorking(async () => {
      await until(async () => (await paymentStatusOf(order?.number)) === 'PAID', Boolean);
    });
    expect(await statusOf(intent.id)).toBe('CAPTURED');
  });

  test('a refund in its back office is counted, so that no more can be given back than is left', async () => {
    const { order } = await place(shop, viewer, newKey());
    const intent = await intentOf(order?.number);
    await shop.provider.stripe.refunds.create({ payment_intent: intent.id, amount: intent.amount - 300 });
    await payments.sync.run({ providerId: intent.id });
    await payments.sync.run({ providerId: intent.id });
    expect(await refundedOf(intent.id)).toBe(intent.amount - 300);
    const orderId = await keyOfOrder(order?.number);
    expect(await payments.service.refund({ orderId, reference: newKey(), amountMinor: 301 })).toEqual({
      isRefunded: false,
      code: 'amount_too_large',
    });
    expect(await payments.service.refund({ orderId, reference: newKey(), amountMinor: 300 })).toEqual({ isRefunded: true });
    expect(await statusOf(intent.id)).toBe('REFUNDED');
  });

  test('a refund that is told of before anything else finds its payment', async () => {
    const { order } = await place(shop, viewer, newKey());
    const intent = await intentOf(order?.number);
    await shop.provider.stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
    await shop.order.query(
      `UPDATE payment SET status = 'PENDING', provider_id = NULL, captured_amount = 0 WHERE provider_id = $1`,
      [intent.id],
    );
    await payments.sync.run({ providerId: intent.id });
    expect(await statusOf(intent.id)).toBe('CAPTURED');
    expect(await refundedOf(intent.id)).toBe(100);
  });

  test('news that come late change nothing that is known by then', async () => {
    const { order } = await place(shop, viewer, newKey());
    const intent = await intentOf(order?.number);
    const held = (await shop.provider.stripe.events.list({ limit: 100 })).data.filter(
      ({ type, data }) =>
        type === 'payment_intent.amount_capturable_updated' && (data.object as { id?: string }).id === intent.id,
    );
    expect(held).toHaveLength(1);
    const payload = JSON.stringify({ ...held[0], id: `evt_late_${intent.id}` });
    expect(await post(payload, sign(payload))).toBe(200);
    await payments.sync.run({ providerId: intent.id });
    expect(await statusOf(intent.id)).toBe('CAPTURED');
  });

  test.each(['tok_early_webhook', 'tok_double_webhook', 'tok_late_webhook'])(
    '%s: the order is placed and paid once',
    async (paymentToken) => {
      const key = newKey();
      const { order } = await place(shop, viewer, key, { paymentToken });
      expect(order).toMatchObject({ status: 'PAID' });
      expect(await place(shop, viewer, key, { paymentToken })).toMatchObject({ replayed: true, order: { id: order?.id } });
      expect(await statusOf((await intentOf(order?.number)).id)).toBe('CAPTURED');
    },
  );
});

describe('refunds in parts', () => {
  test('asked for at once, they never come to more than was taken', async () => {
    const { order } = await place(shop, viewer, newKey());
    const orderId = await keyOfOrder(order?.number);
    const { id, amount } = await intentOf(order?.number);
    const part = Math.floor(amount / 4);
    const ask = () => payments.service.refund({ orderId, reference: newKey(), amountMinor: part });
    const outcomes = await Promise.all(Array.from({ length: 9 }, ask));
    expect(outcomes.filter(({ isRefunded }) => isRefunded)).toHaveLength(4);
    expect(await refundedOf(id)).toBe(4 * part);
    expect((await intentOf(order?.number)).amount_refunded).toBe(4 * part);
  });

  test('one reference gives back once, also when the answer was lost', async () => {
    const { order } = await place(shop, viewer, newKey());
    const orderId = await keyOfOrder(order?.number);
    const request = { orderId, reference: newKey(), amountMinor: 500 };
    await shop.provider.stop();
    await expect(payments.service.refund(request)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await shop.provider.start();
    const again = await Promise.all([payments.service.refund(request), payments.service.refund(request)]);
    expect(again).toEqual([{ isRefunded: true }, { isRefunded: true }]);
    expect(await payments.service.refund(request)).toEqual({ isRefunded: true });
    expect((await intentOf(order?.number)).amount_refunded).toBe(500);
  });

  test.each([1, 0.5])(
    'one reference asked for by two in the same instant gives back once: %d of what was taken',
    async (share) => {
      const { order } = await place(shop, viewer, newKey());
      const orderId = await keyOfOrder(order?.number);
      const { id, amount } = await intentOf(order?.number);
      const request = { orderId, reference: newKey(), amountMinor: Math.floor(amount * share) };
      const [first, second] = await whileHeld(id, () => [payments.service.refund(request), payments.service.refund(request)]);
      expect([await first, await second]).toEqual([{ isRefunded: true }, { isRefunded: true }]);
      expect(await refundedOf(id)).toBe(request.amountMinor);
      expect((await intentOf(order?.number)).amount_refunded).toBe(request.amountMinor);
    },
  );

  test('a refund that fails gives its amount free again', async () => {
    const { order } = await place(shop, viewer, newKey(), { paymentToken: 'tok_refund_fails' });
    const orderId = await keyOfOrder(order?.number);
    const outcome = await payments.service.refund({ orderId, reference: newKey(), amountMinor: 500 });
    expect(outcome).toEqual({ isRefunded: false, code: 'expired_or_canceled_card' });
    expect(await refundedOf((await intentOf(order?.number)).id)).toBe(0);
  });
});

function eventAbout(id: string): object {
  const data = { object: { id, object: 'payment_intent', metadata: {} } };
  return {
    id: `evt_${newKey()}`,
    object: 'event',
    type: 'payment_intent.succeeded',
    created: Math.floor(Date.now() / 1000),
    data,
  };
}

function sign(payload: string, options: Partial<Stripe.WebhookTestHeaderOptions> = {}): string {
  const secret = shop.provider.settings.webhookSecret ?? '';
  return shop.provider.stripe.webhooks.generateTestHeaderString({
    payload,
    secret,
    ...options,
  } as Stripe.WebhookTestHeaderOptions);
}

async function post(body: string, signature: string): Promise<number> {
  const answer = await fetch(shop.provider.webhookUrl, { method: 'POST', body, headers: { 'stripe-signature': signature } });
  await answer.text();
  return answer.status;
}

async function eventsOf(providerId: string): Promise<number> {
  return (await shop.order.query('SELECT 1 FROM provider_event WHERE provider_id = $1', [providerId])).length;
}

async function intentOf(number: string | undefined) {
  const [row] = await shop.order.query<{ reference: string }>(
    'SELECT p.reference FROM payment p JOIN "order" o ON o.id = p.order_id WHERE o.number = $1',
    [number],
  );
  const found = (await shop.provider.ledger()).intents.find(({ reference }) => reference === row?.reference);
  if (!found) throw new Error('the provider does not know the payment');
  return found;
}

/** Holds a payment's row until all that was begun waits for it. */
async function whileHeld<T extends Promise<unknown>[]>(providerId: string, begin: () => T): Promise<T> {
  const holder = new Client({ connectionString: shop.order.url });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM payment WHERE provider_id = $1 FOR UPDATE', [providerId]);
    const begun = begin();
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await until(
      () => shop.order.query(waiting),
      ({ length }) => length >= begun.length,
    );
    await holder.query('COMMIT');
    return begun;
  } finally {
    await holder.end();
  }
}

async function statusOf(providerId: string): Promise<string | undefined> {
  return (await shop.order.query<{ status: string }>('SELECT status FROM payment WHERE provider_id = $1', [providerId]))[0]
    ?.status;
}

async function refundedOf(providerId: string): Promise<number> {
  const [row] = await shop.order.query<{ refunded: number }>(
    'SELECT (refunded_amount * 100)::int AS refunded FROM payment WHERE provider_id = $1',
    [providerId],
  );
  return row?.refunded ?? -1;
}

async function keyOfOrder(number: string | undefined): Promise<number> {
  return (await shop.order.query<{ id: number }>('SELECT id FROM "order" WHERE number = $1', [number]))[0]?.id ?? 0;
}

async function paymentStatusOf(number: string | undefined): Promise<string | undefined> {
  const [row] = await shop.order.query<{ payment_status: string }>('SELECT payment_status FROM "order" WHERE number = $1', [
    number,
  ]);
  return row?.payment_status;
}

async function whileWorking(check: () => Promise<unknown>): Promise<void> {
  const work = await shop.startWork();
  try {
    await check();
  } finally {
    await work.stop();
  }
}
