import type { Viewer } from '../../platform/auth';
import { hurry, runJobNow } from '../support/jobs';
import { until } from '../support/until';
import { after, afterOf, finishFollowUps, ordered, ship } from './support/after';
import { add, change, place } from './support/operations';
import { newCustomer, newKey, openShop, staff, type Shop, type ShopVariant } from './support/shop';

let shop: Shop;
let viewer: Viewer;
let variant: ShopVariant;

beforeEach(async () => {
  shop = await openShop();
  viewer = newCustomer();
  variant = await shop.addVariant({ stock: 5 });
});
afterEach(() => shop.close());

describe('a server error of the provider, which it remembers under the key of the request', () => {
  test('when money is taken: it is taken with the next try', async () => {
    await shop.provider.failNext('capture');
    const { orderId, order } = await ordered(shop, [1], {}, false);
    expect(order).toMatchObject({ status: 'PLACED', paymentStatus: 'AUTHORIZED' });
    await finishFollowUps(shop);
    expect(await afterOf(shop, staff, orderId)).toMatchObject({ status: 'PAID', payments: [{ status: 'CAPTURED' }] });
  });

  test('when a hold is let go: it is let go with the next try', async () => {
    const { orderId } = await ordered(shop, [1], { paymentToken: 'tok_hold' });
    await shop.provider.failNext('cancel');
    await change(shop, staff, 'cancelOrder', { orderId, reason: 'changed my mind' });
    await finishFollowUps(shop);
    expect(await afterOf(shop, staff, orderId)).toMatchObject({ paymentStatus: 'VOIDED', payments: [{ status: 'VOIDED' }] });
    expect((await shop.provider.ledger()).intents).toMatchObject([{ status: 'canceled' }]);
  });

  test('when a payment is named: nothing is held, all is given back at once, and the same key orders', async () => {
    await add(shop, viewer, variant.id, 2);
    const key = newKey();
    await shop.provider.failNext('create');
    await expect(place(shop, viewer, key)).rejects.toThrow('UPSTREAM_UNAVAILABLE');
    expect(await shop.order.query(`SELECT 1 FROM checkout WHERE step <> 'UNDONE'`)).toEqual([]);
    expect(await reserved()).toBe(0);
    expect((await place(shop, viewer, key)).order).toMatchObject({ status: 'PAID' });
  });

  test('when money is given back: it is given back once, by a later try', async () => {
    const { orderId } = await ordered(shop, [1]);
    await shop.provider.failNext('refund');
    await after(shop, staff, 'refundPartially', { orderId, reason: 'a scratch', amount: { amount: '4.00' } });
    await finishFollowUps(shop);
    expect((await afterOf(shop, staff, orderId)).refunds).toMatchObject([{ status: 'DONE' }]);
    expect((await shop.provider.ledger()).refunds).toMatchObject([{ amount: 400, status: 'succeeded' }]);
  });

  test('twice in a row when money is given back: once all the same', async () => {
    const { orderId } = await ordered(shop, [1]);
    await shop.provider.failNext('refund');
    await after(shop, staff, 'refundPartially', { orderId, reason: 'a scratch', amount: { amount: '4.00' } });
    await shop.provider.failNext('refund');
    await finishFollowUps(shop);
    expect((await shop.provider.ledger()).refunds).toMatchObject([{ amount: 400, status: 'succeeded' }]);
  });
});

describe('a hold that is gone before its money was taken', () => {
  test('is told to staff and customer as soon as the provider says so', async () => {
    const { orderId } = await ordered(shop, [1], { paymentToken: 'tok_hold' });
    await letGoInTheBackOffice();
    await whileWorking(async () => {
      await until(() => afterOf(shop, staff, orderId), isFailed);
      await until(
        () => shop.order.query<{ template: string }>('SELECT template FROM notice'),
        (notices) => notices.some(({ template }) => template === 'PAYMENT_FAILED'),
      );
    });
    const seen = await afterOf(shop, staff, orderId);
    expect(seen).toMatchObject({ status: 'PACKED', payments: [{ status: 'VOIDED' }] });
    expect(seen.events.filter(({ type }) => type === 'PAYMENT_FAILED')).toHaveLength(1);
    expect(seen.allowedActions).toEqual(['CANCEL']);
  });

  test('when nobody told, is found out when the goods leave; what is to be given back then fails and ends', async () => {
    shop.provider.listen(null);
    const { orderId, items } = await ordered(shop, [2], { paymentToken: 'tok_hold' });
    await letGoInTheBackOffice();
    await ship(shop, orderId, [[items[0], 1]]);
    expect(await afterOf(shop, staff, orderId)).toMatchObject({ status: 'PARTIALLY_SHIPPED', paymentStatus: 'FAILED' });
    await change(shop, staff, 'cancelOrder', { orderId, reason: 'not paid' });
    expect(await afterOf(shop, staff, orderId)).toMatchObject({
      paymentStatus: 'FAILED',
      refundedAmount: { amount: '0.00' },
      refunds: [{ status: 'FAILED' }],
    });
    expect(await shop.order.query('SELECT kind FROM order_task WHERE done_at IS NULL')).toEqual([]);
  });
});

test('news of money that was taken pays an order whose own try had ended before', async () => {
  const { orderId } = await ordered(shop, [1], { paymentToken: 'tok_hold' });
  await shop.order.query(`INSERT INTO order_task (order_id, kind, done_at) SELECT id, 'CAPTURE_PAYMENT', now() FROM "order"`);
  await shop.provider.stripe.paymentIntents.capture(await onlyIntent());
  await whileWorking(() =>
    until(
      () => afterOf(shop, staff, orderId),
      ({ paymentStatus }) => paymentStatus === 'PAID',
    ),
  );
  expect((await afterOf(shop, staff, orderId)).payments).toMatchObject([{ status: 'CAPTURED' }]);
});

test('a payment that the bank is still at is neither declined nor ordered, and let go when the bank has answered', async () => {
  await add(shop, viewer, variant.id, 2);
  const key = newKey();
  await expect(place(shop, viewer, key, { paymentToken: 'tok_processing' })).rejects.toThrow('UPSTREAM_UNAVAILABLE');
  expect(await shop.order.query('SELECT status FROM payment')).not.toEqual([{ status: 'DECLINED' }]);
  expect(await reserved()).toBe(2);
  await shop.provider.answerBank(await onlyIntent(), 'approve');
  await shop.order.query(`UPDATE checkout SET held_until = now(); UPDATE idempotency_key SET held_until = now()`);
  await whileWorking(() => until(reserved, (count) => count === 0));
  expect((await shop.provider.ledger()).intents).toMatchObject([{ status: 'canceled' }]);
  expect(await shop.order.query('SELECT 1 FROM "order"')).toEqual([]);
  await until(
    () => shop.order.query('SELECT 1 FROM idempotency_key'),
    (keys) => keys.length === 0,
  );
  expect((await place(shop, viewer, key)).order).toMatchObject({ status: 'PAID' });
});

describe('a refund that fails after it was taken on', () => {
  const LATE = { paymentToken: 'tok_refund_fails_late' };

  test('of a part: the part may be given back again', async () => {
    const { orderId, items } = await ordered(shop, [2], LATE);
    const lines = [{ itemId: items[0]?.id, quantity: 1 }];
    const { refund } = await after(shop, staff, 'refundPartially', { orderId, reason: 'a scratch', lines });
    expect(refund).toMatchObject({ status: 'DONE' });
    await whileWorking(() =>
      until(
        () => afterOf(shop, staff, orderId),
        ({ refunds }) => refunds[0]?.status === 'FAILED',
      ),
    );
    const seen = await afterOf(shop, staff, orderId);
    expect(seen).toMatchObject({
      paymentStatus: 'PAID',
      refundedAmount: { amount: '0.00' },
      items: [{ refundedQuantity: 0 }],
      payments: [{ status: 'CAPTURED', refundedAmount: { amount: '0.00' } }],
    });
    expect(seen.events.filter(({ type }) => type === 'REFUND_FAILED')).toHaveLength(1);
    expect((await after(shop, staff, 'refundPartially', { orderId, reason: 'again', lines })).errors).toEqual([]);
  });

  test('of all: it is tried again, three times at most, and the order says that the money is here', async () => {
    const { orderId } = await ordered(shop, [1], LATE);
    await change(shop, staff, 'cancelOrder', { orderId, reason: 'changed my mind' });
    expect(await afterOf(shop, staff, orderId)).toMatchObject({ paymentStatus: 'REFUNDED', refunds: [{ status: 'DONE' }] });
    const isOver = ({ refunds }: Awaited<ReturnType<typeof afterOf>>): boolean =>
      refunds.filter(({ status }) => status === 'FAILED').length === 3;
    await whileWorking(() =>
      until(async () => {
        await hurry(shop.order, 'payment.sync');
        return afterOf(shop, staff, orderId);
      }, isOver),
    );
    expect(await afterOf(shop, staff, orderId)).toMatchObject({
      status: 'CANCELLED',
      paymentStatus: 'PAID',
      refundedAmount: { amount: '0.00' },
      payments: [{ status: 'CAPTURED', refundedAmount: { amount: '0.00' } }],
    });
    expect(await shop.order.query('SELECT kind FROM order_task WHERE done_at IS NULL')).toEqual([]);
  }, 40_000);
});

test('what the provider told long ago is forgotten, also while the provider is away', async () => {
  await shop.order.query(
    `INSERT INTO provider_event (id, type, provider_id, happened_at, received_at)
     SELECT 'evt_' || age, 'payment_intent.succeeded', 'pi_1', now(), now() - make_interval(days => age) FROM unnest(ARRAY[1, 31]) AS age`,
  );
  await shop.provider.stop();
  await whileWorking(() => runJobNow(shop.order, 'order.sweep'));
  expect(await shop.order.query('SELECT id FROM provider_event')).toEqual([{ id: 'evt_1' }]);
  await shop.provider.start();
});

function isFailed({ paymentStatus }: { paymentStatus: string }): boolean {
  return paymentStatus === 'FAILED';
}

async function onlyIntent(): Promise<string> {
  return (await shop.provider.ledger()).intents[0]?.id ?? '';
}

async function letGoInTheBackOffice(): Promise<void> {
  await shop.provider.stripe.paymentIntents.cancel(await onlyIntent());
}

async function reserved(): Promise<number> {
  const [row] = await shop.product.query<{ reserved: number }>(
    'SELECT stock_reserved AS reserved FROM product_variant WHERE id = $1',
    [variant.key],
  );
  return row?.reserved ?? -1;
}

async function whileWorking(check: () => Promise<unknown>): Promise<void> {
  await hurry(shop.order, 'order.settle');
  const work = await shop.startWork();
  try {
    await check();
  } finally {
    await work.stop();
  }
}
