import type { QueryRunner } from 'typeorm';
import { OldOrders1764000900000 } from '../../subgraphs/order/migrations/1764000900000-old-orders';
import { runJobNow } from '../support/jobs';
import { after, afterOf, ordered, stockOf } from './support/after';
import { add, place } from './support/operations';
import { newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

test('an order that left before parcels were kept gets one with everything, and its goods can be sent back', async () => {
  const { orderId, viewer, items, order, variants } = await ordered(shop, [2]);
  await shop.order.query(`UPDATE "order" SET status = 'SHIPPED', fulfilment_status = 'SHIPPED' WHERE number = '${order.number}'`);
  const lines = [{ itemId: items[0]?.id, quantity: 1 }];
  const request = { orderId, lines, reason: 'OTHER' };
  expect((await after(shop, viewer, 'requestReturn', request)).errors).toHaveLength(1);
  const untouched = await ordered(shop, [1]);
  await migrate();
  expect(await afterOf(shop, viewer, orderId)).toMatchObject({
    items: [{ shippedQuantity: 2 }],
    shipments: [{ trackingUrl: null, deliveredAt: null, lines: [{ quantity: 2 }] }],
  });
  expect((await afterOf(shop, staff, untouched.orderId)).shipments).toEqual([]);
  const asked = await after(shop, viewer, 'requestReturn', request);
  expect(asked).toMatchObject({ errors: [], return: { status: 'REQUESTED' } });
  await after(shop, staff, 'approveReturn', { returnId: asked.return?.id });
  await after(shop, staff, 'receiveReturn', { returnId: asked.return?.id });
  expect(await stockOf(shop, variants[0])).toBe(99);
});

test('what ended long ago is swept; orders, their money and what is open stay', async () => {
  const { orderId } = await ordered(shop, [1]);
  const viewer = newCustomer();
  await add(shop, viewer, (await shop.addVariant()).id);
  await place(shop, viewer, newKey(), { paymentToken: 'tok_declined' });
  await shop.order.query("UPDATE checkout SET updated_at = now() - interval '31 days'");
  await shop.order.query(`UPDATE order_task SET done_at = done_at - interval '31 days'`);
  await shop.order.query(`UPDATE payment SET updated_at = now() - interval '91 days'`);
  await shop.order.query(`INSERT INTO job_decision (at, decision, job_id, job_name, attempts)
    VALUES (now() - interval '366 days', 'DISCARDED', gen_random_uuid(), 'old', 1), (now(), 'DISCARDED', gen_random_uuid(), 'new', 1)`);
  const [open] = await shop.order.query<{ id: number }>(
    `INSERT INTO order_task (order_id, kind, subject) SELECT id, 'RESTOCK_RETURN', 999 FROM "order" LIMIT 1 RETURNING id`,
  );
  await shop.order.query(`UPDATE order_task SET run_at = now() + interval '1 day' WHERE id = ${open?.id}`);
  const work = await shop.startWork();
  try {
    await runJobNow(shop.order, 'order.sweep');
  } finally {
    await work.stop();
  }
  expect(await shop.order.query('SELECT 1 FROM checkout')).toEqual([]);
  expect(await shop.order.query('SELECT id FROM order_task')).toEqual([{ id: open?.id }]);
  expect(await shop.order.query('SELECT job_name FROM job_decision')).toEqual([{ job_name: 'new' }]);
  expect(await shop.order.query('SELECT 1 FROM payment WHERE order_id IS NULL')).toEqual([]);
  expect((await afterOf(shop, staff, orderId)).payments).toMatchObject([{ status: 'CAPTURED' }]);
});

async function migrate(): Promise<void> {
  await shop.order.query('DROP INDEX payment_without_order');
  const runner: Pick<QueryRunner, 'query'> = { query: (sql: string) => shop.order.query(sql) as Promise<never> };
  await new OldOrders1764000900000().up(runner as QueryRunner);
}
