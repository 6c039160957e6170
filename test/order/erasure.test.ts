import { randomUUID } from 'node:crypto';
import type { Viewer } from '../../platform/auth';
import type { DomainEvent } from '../../platform/events';
import { globalId } from '../../platform/federation';
import { until } from '../support/until';
import { after, ordered, ship, verify } from './support/after';
import { add, change, place } from './support/operations';
import { newCustomer, newKey, openShop, staff } from './support/shop';

function erasureOf({ userId }: Viewer): DomainEvent {
  const key = globalId('User', userId ?? 0);
  return { id: randomUUID(), type: 'account.erased', key, touches: [], at: new Date().toISOString(), data: { userId: key } };
}

test('an erased account leaves no e-mail or address in its orders, and the amounts stay', async () => {
  const shop = await openShop();
  const work = await shop.startWork();
  try {
    const [viewer, other] = [newCustomer(), newCustomer()];
    const variant = await shop.addVariant();
    for (const by of [viewer, other]) {
      await add(shop, by, variant.id);
      await place(shop, by, newKey(), { email: 'ada@example.com', note: 'ring twice' });
    }
    const erased = erasureOf(viewer);
    await shop.bus.publish([erased, erased]);
    const rowsOf = (key: number | null) =>
      shop.order.query<{ email: string; note: string | null; shipping_address: object; total_amount: string; version: number }>(
        'SELECT * FROM "order" WHERE user_id = $1',
        [key],
      );
    const deadline = Date.now() + 10_000;
    while ((await rowsOf(viewer.userId))[0]?.email === 'ada@example.com' && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await rowsOf(viewer.userId)).toMatchObject([
      { email: 'erased@example.invalid', note: null, shipping_address: {}, total_amount: '24.89', version: 3 },
    ]);
    expect(await rowsOf(other.userId)).toMatchObject([{ email: 'ada@example.com', note: 'ring twice' }]);
    expect(JSON.stringify(await shop.order.query('SELECT draft FROM checkout'))).not.toContain('Ada');
  } finally {
    await work.stop();
    await shop.close();
  }
});

test('an account that is erased while it orders leaves no e-mail or address in the order', async () => {
  const shop = await openShop();
  const work = await shop.startWork();
  try {
    const viewer = newCustomer();
    await add(shop, viewer, (await shop.addVariant()).id);
    const isErased = () => shop.order.query(`SELECT 1 FROM outbox WHERE type = 'order.anonymised'`);
    shop.faults.before = async ({ query }) => {
      if (!query.includes('reserveStock')) return;
      await shop.bus.publish([erasureOf(viewer)]);
      while ((await isErased()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const { order } = await place(shop, viewer, newKey(), { email: 'ada@example.com', note: 'ring twice' });
    expect(order?.status).toBe('PAID');
    for (const table of ['"order"', 'checkout', 'outbox'])
      expect(JSON.stringify(await shop.order.query(`SELECT * FROM ${table}`))).not.toMatch(/ada@example|Lovelace|ring twice/);
  } finally {
    await work.stop();
    await shop.close();
  }
});

test('an erased account leaves nothing that anybody wrote about it, and the audit trail still holds', async () => {
  const shop = await openShop();
  const work = await shop.startWork();
  try {
    const { viewer, orderId, items } = await ordered(shop, [2, 1]);
    const reason = 'Ada Lovelace moved away';
    await ship(shop, orderId, [[items[0], 2]]);
    await after(shop, staff, 'refundPartially', { orderId, amount: { amount: '1.00' }, reason });
    await change(shop, staff, 'cancelOrder', { orderId, reason });
    const lines = [{ itemId: items[0]?.id, quantity: 1 }];
    const asked = await after(shop, viewer, 'requestReturn', { orderId, lines, reason: 'OTHER', comment: reason });
    await after(shop, staff, 'refuseReturn', { returnId: asked.return?.id, answer: reason });
    await after(shop, staff, 'addOrderNote', { orderId, text: reason });
    await add(shop, viewer, (await shop.addVariant()).id);
    const other = await place(shop, viewer, newKey());
    await change(shop, viewer, 'cancelOrder', { orderId: other.order?.id, reason });
    const reasonsOf = async () => {
      const query = 'query($id: ID!) { order(id: $id) { auditTrail(first: 50) { nodes { action reason } } } }';
      type Trail = { order: { auditTrail: { nodes: { action: string; reason: string | null }[] } } };
      const { order } = await shop.data<Trail>(query, { id: orderId }, staff);
      return order.auditTrail.nodes.flatMap((entry) => (entry.reason === null ? [] : [entry]));
    };
    expect(await reasonsOf()).toEqual([
      { action: 'RETURN_REFUSED', reason },
      { action: 'RETURN_REQUESTED', reason: 'OTHER' },
      { action: 'REST_CANCELLED', reason },
      { action: 'REFUND_DECIDED', reason },
    ]);
    await shop.bus.publish([erasureOf(viewer)]);
    await until(
      () => shop.order.query(`SELECT 1 FROM outbox WHERE type = 'order.anonymised'`),
      (told) => told.length > 0,
    );
    for (const [database, kept] of [
      [shop.order, []],
      [shop.product, ['product', 'product_variant']],
    ] as const) {
      const tables = await database.query<{ name: string }>(`SELECT table_schema || '."' || table_name || '"' AS name, table_name
        FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'pgboss')`);
      for (const { name } of tables.filter((table) => !kept.some((one) => table.name.endsWith(`"${one}"`)))) {
        expect([name, JSON.stringify(await database.query(`SELECT * FROM ${name}`)).includes('Lovelace')]).toEqual([name, false]);
      }
    }
    expect(await reasonsOf()).toEqual([{ action: 'RETURN_REQUESTED', reason: 'OTHER' }]);
    expect(await verify(shop)).toMatchObject({ broken: null });
  } finally {
    await work.stop();
    await shop.close();
  }
});
