import { randomUUID } from 'node:crypto';
import type { Viewer } from '../../platform/auth';
import type { DomainEvent } from '../../platform/events';
import { globalId } from '../../platform/federation';
import { add, place } from './support/operations';
import { newCustomer, newKey, openShop } from './support/shop';

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
