import { globalId } from '../../platform/federation';
import { AppError } from '../../platform/errors';
import { add, place } from '../order/support/operations';
import { newCustomer, newKey, openShop, staff, type Shop } from '../order/support/shop';
import { untilJob } from '../support/jobs';

const LIST = 'query { orderFailedJobs(first: 10, name: "order.settle") { nodes { id payload attempts error } } }';
const RETRY =
  'mutation ($input: RetryFailedJobsInput!) { retryOrderFailedJobs(input: $input) { retried errors { __typename } } }';
interface Failed {
  orderFailedJobs: { nodes: { id: string; payload: string; attempts: number; error: string }[] };
}

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

test('what an order owes and nobody could do becomes a dead letter; retried after the fault was mended, stock and money move once', async () => {
  const viewer = newCustomer();
  const variant = await shop.addVariant({ stock: 5 });
  await add(shop, viewer, variant.id, 2);
  shop.faults.before = ({ query }) => {
    if (query.includes('claimStock')) throw new AppError('UPSTREAM_UNAVAILABLE', 'product is away');
  };
  const { order } = await place(shop, viewer, newKey());
  expect(order).toMatchObject({ status: 'PLACED', paymentStatus: 'AUTHORIZED' });
  // As if it had failed all night: one attempt is left.
  await shop.order.query(
    `UPDATE pgboss.job_common SET retry_limit = 0, start_after = now() WHERE name = 'order.settle' AND state = 'created'`,
  );
  await shop.order.query(`UPDATE order_task SET run_at = now()`);
  const work = await shop.startWork();
  try {
    await untilJob(shop.order, `name = 'dead-letter' AND source_name = 'order.settle'`);
    const [job] = (await shop.data<Failed>(LIST, {}, staff)).orderFailedJobs.nodes;
    expect(job).toMatchObject({ error: 'product is away' });
    expect(globalId('Order', (JSON.parse(job?.payload ?? '{}') as { orderId: number }).orderId)).toBe(order?.id);
    shop.faults.before = null;
    expect(await shop.data(RETRY, { input: { ids: [job?.id] } }, staff)).toEqual({
      retryOrderFailedJobs: { retried: 1, errors: [] },
    });
    await untilJob(shop.order, `name = 'order.settle' AND state = 'completed'`);
    const [stock] = await shop.product.query<{ on_hand: number; reserved: number }>(
      'SELECT stock_on_hand AS on_hand, stock_reserved AS reserved FROM product_variant WHERE id = $1',
      [variant.key],
    );
    expect(stock).toEqual({ on_hand: 3, reserved: 0 });
    const { intents } = await shop.provider.ledger();
    expect(intents).toMatchObject([{ status: 'succeeded' }]);
    expect(intents[0]?.amount_received).toBe(intents[0]?.amount);
    expect(await shop.order.query('SELECT 1 FROM order_task WHERE done_at IS NULL')).toEqual([]);
  } finally {
    await work.stop();
  }
}, 60_000);

test('a cart that a customer left alone is told of once, and neither a fresh one nor a guest’s', async () => {
  const [left, fresh, empty] = [newCustomer(), newCustomer(), newCustomer()];
  const variant = await shop.addVariant();
  for (const viewer of [left, fresh, empty]) await add(shop, viewer, variant.id);
  await shop.order.query(`DELETE FROM cart_line USING cart WHERE cart_id = cart.id AND user_id = $1`, [empty.userId]);
  const aged = [left.userId, empty.userId];
  await shop.order.query(`UPDATE cart SET updated_at = now() - interval '25 hours' WHERE user_id = ANY($1)`, [aged]);
  const work = await shop.startWork();
  try {
    const run = `name = 'cart.find-abandoned' AND state = 'completed'`;
    await untilJob(shop.order, run);
    await shop.order.query(`UPDATE pgboss.job_common SET singleton_on = NULL, completed_on = '2000-01-01' WHERE ${run}`);
    await untilJob(shop.order, `${run} AND completed_on > '2000-01-02'`);
    const told = await shop.order.query<{ data: { userId: string } }>(`SELECT data FROM outbox WHERE type = 'cart.abandoned'`);
    expect(told.map(({ data }) => data.userId)).toEqual([globalId('User', left.userId ?? 0)]);
  } finally {
    await work.stop();
  }
}, 60_000);
