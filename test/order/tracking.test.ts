import { randomUUID } from 'node:crypto';
import type { Viewer } from '../../platform/auth';
import type { SubgraphResponse } from '../../platform/federation';
import type { Stoppable } from '../../platform/process';
import { EventLog } from '../support/event-log';
import { add, change, place } from './support/operations';
import { newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

interface Change {
  readonly sequence: number;
  readonly type: string;
  readonly status: string;
  readonly order: { id: string; number: string };
}

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

test('who comes late hears what was, then what comes, each once and in order', async () => {
  const { order, viewer } = await ordered();
  const watcher = watch(viewer, order.id, 0);
  expect(await watcher.take(2)).toMatchObject([
    { sequence: 1, type: 'PLACED', status: 'PLACED' },
    { sequence: 2, type: 'PAID', status: 'PAID', order: { id: order.id, number: order.number } },
  ]);
  const next = watcher.take(3);
  await walkToDelivery(order.id);
  expect((await next).map((change) => [change.sequence, change.status])).toEqual([
    [3, 'PACKED'],
    [4, 'SHIPPED'],
    [5, 'DELIVERED'],
  ]);
  await watcher.leave();
});

test('who comes back with the last sequence gets exactly what they missed', async () => {
  const { order, viewer } = await ordered();
  const first = watch(viewer, order.id, 0);
  const seen = await first.take(2);
  await first.leave();
  await walkToDelivery(order.id);
  const second = watch(viewer, order.id, seen.at(-1)?.sequence ?? 0);
  expect((await second.take(3)).map((change) => change.sequence)).toEqual([3, 4, 5]);
  await second.leave();
});

test('many watchers who come and go while it changes all see one gapless sequence', async () => {
  const { order, viewer } = await ordered();
  const watchers = Array.from({ length: 20 }, () => watch(viewer, order.id, 0));
  const taken = watchers.map((watcher) => watcher.take(5));
  await walkToDelivery(order.id);
  for (const changes of await Promise.all(taken)) expect(changes.map((change) => change.sequence)).toEqual([1, 2, 3, 4, 5]);
  await Promise.all(watchers.map((watcher) => watcher.leave()));
});

test('what happens reaches a watcher at once, not by the slow poll', async () => {
  const { order, viewer } = await ordered();
  const watcher = watch(viewer, order.id, 2);
  const next = watcher.take(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const startedAt = Date.now();
  await change(shop, staff, 'packOrder', { orderId: order.id });
  await next;
  expect(Date.now() - startedAt).toBeLessThan(2_000);
  await watcher.leave();
});

test('strangers are refused as if there were no order, and a bad sequence is named', async () => {
  const { order, viewer } = await ordered();
  const refused = async (by: Viewer, afterSequence: number) => {
    const watcher = watch(by, order.id, afterSequence);
    const first = await watcher.raw();
    await watcher.leave();
    return first.errors?.[0]?.extensions?.['code'];
  };
  expect(await refused(newCustomer(), 0)).toBe('NOT_FOUND');
  expect(await refused(viewer, -1)).toBe('BAD_USER_INPUT');
});

async function ordered() {
  const viewer = newCustomer();
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

function watch(viewer: Viewer, orderId: string, afterSequence: number) {
  const query = `subscription($orderId: ID!, $afterSequence: Int) { orderStatusChanged(orderId: $orderId, afterSequence: $afterSequence) {
    sequence type status at order { id number } } }`;
  const events = new EventLog();
  const running = shop.client.subscribe(
    { query, variables: { orderId, afterSequence }, viewer, requestId: randomUUID() },
    events,
  );
  const raw = (): Promise<SubgraphResponse> => events.next();
  return {
    raw,
    take: async (count: number): Promise<Change[]> => {
      const taken: Change[] = [];
      while (taken.length < count) {
        const { data, errors } = await raw();
        if (!data) throw new Error(JSON.stringify(errors));
        taken.push(data['orderStatusChanged'] as Change);
      }
      return taken;
    },
    leave: async () => running.end(),
  };
}
