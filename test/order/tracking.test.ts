import { randomUUID } from 'node:crypto';
import type { Viewer } from '../../platform/auth';
import { countingStatements, type StatementLog } from '../../platform/db';
import { globalId, type SubgraphResponse } from '../../platform/federation';
import type { Stoppable } from '../../platform/process';
import { EventLog } from '../support/event-log';
import { add, change, place } from './support/operations';
import { guest, newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

interface Change {
  readonly position: string;
  readonly kind: string;
  readonly sequence: number;
  readonly type: string;
  readonly status: string;
  readonly order: { id: string; number: string; status: string };
}
interface OrdersChange {
  readonly position: string;
  readonly kind: string;
  readonly change: Omit<Change, 'order' | 'position' | 'kind'> | null;
  readonly orders: readonly { readonly id: string; readonly status: string }[];
}

const ONE = `subscription ($orderId: ID!, $after: String, $snapshot: Boolean) {
  orderStatusChanged(orderId: $orderId, after: $after, snapshot: $snapshot) { position kind sequence type status at order { id number status } } }`;
const MINE = `subscription ($after: String, $snapshot: Boolean, $first: Int! = 50) {
  myOrdersChanged(after: $after, snapshot: $snapshot, first: $first) { position kind change { sequence type status } orders { id status } } }`;
const ALL = `subscription ($statuses: [OrderStatus!], $after: String, $snapshot: Boolean, $first: Int! = 50) {
  ordersChanged(statuses: $statuses, after: $after, snapshot: $snapshot, first: $first) {
    position kind change { sequence type status } orders { id status } } }`;

let shop: Shop;
let relay: Stoppable;
beforeAll(async () => {
  shop = await openShop();
  relay = await shop.startWork();
});
afterAll(async () => {
  await relay.stop();
  await shop.close();
});

describe('one order', () => {
  test('who asks for a snapshot gets how it stands, then each change once and in order', async () => {
    const { order, viewer } = await ordered();
    const watcher = watch<Change>(ONE, viewer, { orderId: order.id, snapshot: true });
    const [now] = await watcher.take(1);
    expect(now).toMatchObject({ kind: 'SNAPSHOT', sequence: 2, type: 'PAID', status: 'PAID', order: { number: order.number } });
    await watcher.marker();
    await walkToDelivery(order.id);
    const changes = await watcher.take(3);
    expect(changes.map(({ kind, sequence, status }) => [kind, sequence, status])).toEqual([
      ['CHANGE', 3, 'PACKED'],
      ['CHANGE', 4, 'SHIPPED'],
      ['CHANGE', 5, 'DELIVERED'],
    ]);
    const positions = [now, ...changes].map((told) => Number(told?.position));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    watcher.leave();
  });

  test('who comes back with the last position gets exactly what they missed', async () => {
    const { order, viewer } = await ordered();
    const first = watch<Change>(ONE, viewer, { orderId: order.id, after: '0' });
    const seen = await first.take(2);
    expect(seen.map(({ sequence }) => sequence)).toEqual([1, 2]);
    first.leave();
    await walkToDelivery(order.id);
    const second = watch<Change>(ONE, viewer, { orderId: order.id, after: seen.at(-1)?.position, snapshot: true });
    expect((await second.take(3)).map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['CHANGE', 3],
      ['CHANGE', 4],
      ['CHANGE', 5],
    ]);
    second.leave();
  });

  test('a position in the request goes before the arguments, as a gateway asks when it comes back', async () => {
    const { order, viewer } = await ordered();
    const [, paid] = await taking(watch<Change>(ONE, viewer, { orderId: order.id, after: '0' }), 2);
    await change(shop, staff, 'packOrder', { orderId: order.id });
    const again = watch<Change>(ONE, viewer, { orderId: order.id, snapshot: true }, paid?.position);
    expect((await again.take(1))[0]).toMatchObject({ kind: 'CHANGE', sequence: 3 });
    again.leave();
  });

  test('without either only what comes is told, after a marker that says how far all was told', async () => {
    const { order, viewer } = await ordered();
    const watcher = watch<Change>(ONE, viewer, { orderId: order.id });
    const position = await watcher.marker();
    await change(shop, staff, 'packOrder', { orderId: order.id });
    const [packed] = await watcher.take(1);
    expect(packed).toMatchObject({ kind: 'CHANGE', sequence: 3, type: 'PACKED' });
    expect(Number(packed?.position)).toBeGreaterThan(Number(position));
    watcher.leave();
  });

  test.each(['99999999999', 'yesterday', '-1', '1e3', ''])(
    'a position of no log, %j, is answered by how it stands, as a reset',
    async (after) => {
      const { order, viewer } = await ordered();
      const watcher = watch<Change>(ONE, viewer, { orderId: order.id, after });
      expect((await watcher.take(1))[0]).toMatchObject({ kind: 'RESET', sequence: 2, status: 'PAID' });
      await watcher.marker();
      await change(shop, staff, 'packOrder', { orderId: order.id });
      expect((await watcher.take(1))[0]).toMatchObject({ kind: 'CHANGE', sequence: 3 });
      watcher.leave();
    },
  );

  test('many watchers who come and go while it changes all see one gapless sequence', async () => {
    const { order, viewer } = await ordered();
    const watchers = Array.from({ length: 20 }, () => watch<Change>(ONE, viewer, { orderId: order.id, after: '0' }));
    const taken = watchers.map((watcher) => watcher.take(5));
    await walkToDelivery(order.id);
    for (const changes of await Promise.all(taken)) expect(changes.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    for (const watcher of watchers) watcher.leave();
  });

  test('its guest may watch it with the token, strangers are refused as if there were no order', async () => {
    const cart = await add(shop, guest(null), (await shop.addVariant()).id);
    const buyer = guest(cart.guestToken);
    const { order } = await place(shop, buyer, newKey(), { email: 'gast@example.com' });
    const orderId = order?.id;
    const told = watch<Change>(ONE, buyer, { orderId, snapshot: true });
    expect((await told.take(1))[0]).toMatchObject({ order: { id: orderId } });
    told.leave();
    for (const stranger of [guest(null), guest('x'.repeat(43)), newCustomer()]) {
      expect(await codeOf(ONE, stranger, { orderId, snapshot: true })).toBe('NOT_FOUND');
    }
    expect(await codeOf(ONE, buyer, { orderId: globalId('Order', 2_000_000_000) })).toBe('NOT_FOUND');
    expect(await codeOf(ONE, buyer, { orderId: 'nonsense' })).toBe('BAD_USER_INPUT');
  });

  test('who may see it no more is told so, and nothing else', async () => {
    const { order, viewer } = await ordered();
    const watcher = watch<Change>(ONE, viewer, { orderId: order.id });
    await watcher.marker();
    await shop.order.query('UPDATE "order" SET user_id = 999999 WHERE number = $1', [order.number]);
    await change(shop, staff, 'packOrder', { orderId: order.id });
    expect((await watcher.raw()).errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    expect(await watcher.end()).toBe('ended');
  });
});

describe('all orders of a customer', () => {
  test('a snapshot shows the newest, then each change of theirs alone, of later orders too', async () => {
    const { order, viewer } = await ordered();
    const watcher = watch<OrdersChange>(MINE, viewer, { snapshot: true });
    expect(await watcher.take(1)).toMatchObject([{ kind: 'SNAPSHOT', change: null, orders: [{ id: order.id, status: 'PAID' }] }]);
    await watcher.marker();
    const others = await ordered();
    await change(shop, staff, 'packOrder', { orderId: others.order.id });
    await change(shop, staff, 'packOrder', { orderId: order.id });
    const second = await ordered(viewer);
    const told = await watcher.take(3);
    expect(told.map(({ kind, change: what, orders }) => [kind, what?.sequence, what?.type, orders.map(({ id }) => id)])).toEqual([
      ['CHANGE', 3, 'PACKED', [order.id]],
      ['CHANGE', 1, 'PLACED', [second.order.id]],
      ['CHANGE', 2, 'PAID', [second.order.id]],
    ]);
    watcher.leave();
    const back = watch<OrdersChange>(MINE, viewer, { after: told[0]?.position });
    const placesOf = (list: OrdersChange[]) => list.map(({ position, change: what }) => [position, what]);
    expect(placesOf(await back.take(2))).toEqual(placesOf(told.slice(1)));
    back.leave();
    const [newest] = await taking(watch<OrdersChange>(MINE, viewer, { snapshot: true, first: 1 }), 1);
    expect(newest?.orders.map(({ id }) => id)).toEqual([second.order.id]);
  });

  test('needs an account, and pages within bounds', async () => {
    expect(await codeOf(MINE, guest(null), {})).toBe('UNAUTHENTICATED');
    expect(await codeOf(MINE, newCustomer(), { first: 0 })).toBe('BAD_USER_INPUT');
    expect(await codeOf(MINE, newCustomer(), { first: 101 })).toBe('BAD_USER_INPUT');
  });
});

describe('the orders of the shop', () => {
  test('staff hear of orders that enter and leave the statuses they ask for, and of no others', async () => {
    const { order } = await ordered();
    const watcher = watch<OrdersChange>(ALL, staff, { statuses: ['PACKED'], snapshot: true });
    const [now] = await watcher.take(1);
    expect(now?.orders.every(({ status }) => status === 'PACKED')).toBe(true);
    await watcher.marker();
    await walkToDelivery(order.id);
    const told = await watcher.take(2);
    expect(told.map(({ change: what, orders }) => [what?.type, orders.map(({ id }) => id)])).toEqual([
      ['PACKED', [order.id]],
      ['SHIPPED', [order.id]],
    ]);
    watcher.leave();
    const all = watch<OrdersChange>(ALL, staff, { after: told[0]?.position });
    expect((await all.take(2)).map(({ change: what }) => what?.type)).toEqual(['SHIPPED', 'DELIVERED']);
    all.leave();
  });

  test('customers may not, and the statuses are bounded', async () => {
    expect(await codeOf(ALL, newCustomer(), {})).toBe('FORBIDDEN');
    expect(await codeOf(ALL, guest(null), {})).toBe('UNAUTHENTICATED');
    expect(await codeOf(ALL, staff, { statuses: [] })).toBe('BAD_USER_INPUT');
    expect(await codeOf(ALL, staff, { statuses: Array.from({ length: 9 }, () => 'PAID') })).toBe('BAD_USER_INPUT');
  });
});

test('what an event costs the database does not grow with those who watch', async () => {
  const { order, viewer } = await ordered();
  const statementsWith = async (count: number): Promise<number> => {
    const log: StatementLog = { statements: [] };
    return countingStatements(log, async () => {
      const watchers = Array.from({ length: count }, () =>
        watch<Change>(ONE.replace('number status', 'number status items { name }'), viewer, { orderId: order.id }),
      );
      await Promise.all(watchers.map((watcher) => watcher.marker()));
      log.statements.length = 0;
      const taken = watchers.map((watcher) => watcher.take(1));
      await shop.order.query(
        `WITH told AS (INSERT INTO outbox (type, key, touches, data) VALUES ('order.status_changed', $1, '[]', $2)) SELECT pg_notify('outbox', '')`,
        [order.id, { orderId: order.id, sequence: 3, type: 'NOTED', from: 'PAID', to: 'PAID' }],
      );
      await Promise.all(taken);
      for (const watcher of watchers) watcher.leave();
      return log.statements.filter((text) => !text.includes('outbox_head')).length;
    });
  };
  expect(await statementsWith(1)).toBeGreaterThan(0);
  expect(await statementsWith(100)).toBeLessThanOrEqual(4);
});

async function ordered(viewer = newCustomer()) {
  await add(shop, viewer, (await shop.addVariant()).id);
  const { order } = await place(shop, viewer, newKey());
  if (!order) throw new Error('no order was placed');
  return { viewer, order };
}

async function walkToDelivery(orderId: string): Promise<void> {
  await change(shop, staff, 'packOrder', { orderId });
  await change(shop, staff, 'shipOrder', { orderId, carrier: 'DHL', trackingNumber: '1' });
  await change(shop, staff, 'deliverOrder', { orderId });
}

type Watcher<Told> = ReturnType<typeof watch<Told>>;

async function taking<Told>(watcher: Watcher<Told>, count: number): Promise<Told[]> {
  const taken = await watcher.take(count);
  watcher.leave();
  return taken;
}

async function codeOf(query: string, viewer: Viewer, variables: Record<string, unknown>): Promise<unknown> {
  const watcher = watch<unknown>(query, viewer, variables);
  const { errors } = await watcher.raw();
  watcher.leave();
  return errors?.[0]?.extensions?.['code'];
}

function watch<Told>(query: string, viewer: Viewer, variables: Record<string, unknown>, after?: string) {
  const events = new EventLog();
  const running = shop.client.subscribe({ query, variables, viewer, requestId: randomUUID(), after }, events);
  const raw = (): Promise<SubgraphResponse> => events.next();
  return {
    raw,
    /** The next that are told; markers are left out. */
    take: async (count: number): Promise<Told[]> => {
      const taken: Told[] = [];
      while (taken.length < count) {
        const { data, errors, extensions } = await raw();
        if (errors) throw new Error(JSON.stringify(errors));
        if (!data) continue;
        const told = Object.values(data)[0] as Told & { position: string };
        expect(extensions?.['position']).toBe(told.position);
        taken.push(told);
      }
      return taken;
    },
    /** The position of the marker that must come next. */
    marker: async (): Promise<unknown> => {
      const { data, errors, extensions } = await raw();
      expect([data, errors]).toEqual([undefined, undefined]);
      return extensions?.['position'];
    },
    end: async () => (await events.end()).end,
    leave: () => running.end(),
  };
}
