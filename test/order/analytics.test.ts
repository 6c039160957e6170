import { randomUUID } from 'node:crypto';
import { HTTP, type CloudEvent } from 'cloudevents';
import { globalId } from '../../platform/federation';
import { startReceiver, type HttpReceiver } from '../support/http-receiver';
import { hurry } from '../support/jobs';
import { until } from '../support/until';
import { add, place } from './support/operations';
import { newCustomer, newKey, openShop, type Shop } from './support/shop';

let collector: HttpReceiver;
let shop: Shop;
let stopWork: () => Promise<void>;

beforeEach(async () => {
  collector = await startReceiver();
  shop = await openShop({ analyticsUrl: `${collector.url}/events`, publicUrl: 'https://shop.example' });
  const work = await shop.startWork();
  stopWork = () => work.stop();
});

afterEach(async () => {
  await stopWork();
  await shop.close();
  await collector.stop();
});

/** What a collector reads out of what was accepted. */
function eventsOf(requests: HttpReceiver['requests']): CloudEvent<Record<string, unknown>>[] {
  return requests.flatMap(({ headers, body }) => {
    const events = HTTP.toEvent<Record<string, unknown>>({ headers, body });
    return Array.isArray(events) ? events : [events];
  }) as CloudEvent<Record<string, unknown>>[];
}

function productChanged(at: number) {
  const key = globalId('Product', at + 1);
  const data = { productId: key, change: 'UPDATED' };
  return { id: randomUUID(), type: 'product.changed', key, touches: [], at: new Date().toISOString(), data };
}

/** Counted in one statement: events arrive while a test asks. */
async function counts(): Promise<{ kept: number; sent: number }> {
  const rows = await shop.order.query<{ sent: boolean }>('SELECT sent_at IS NOT NULL AS sent FROM analytics_event');
  return { kept: rows.length, sent: rows.filter(({ sent }) => sent).length };
}

describe('analytics', () => {
  it('gets what was bought for how much, and not by whom', async () => {
    const customer = newCustomer();
    const lamp = await shop.addVariant({ price: '20.00' });
    await add(shop, customer, lamp.id, 2);
    const { order } = await place(shop, customer, newKey());
    const placed = () => eventsOf(collector.requests).find(({ type }) => type === 'mercato.order.placed');
    await collector.until(() => placed() !== undefined);
    expect(collector.requests[0]?.headers['content-type']).toContain('application/cloudevents-batch+json');
    expect(placed()).toMatchObject({ specversion: '1.0', source: 'https://shop.example', subject: order?.id });
    expect(placed()?.data).toMatchObject({
      total: order?.totalAmount.amount,
      currency: 'EUR',
      items: [{ variantId: lamp.id, quantity: 2, price: '20.00' }],
      customer: expect.stringMatching(/^[\w-]{22}$/) as string,
    });
    const everything = collector.requests.map(({ body }) => body).join();
    for (const secret of [globalId('User', customer.userId ?? 0), '@example.com', order?.number ?? '', 'Kade', 'Ada'])
      expect(everything).not.toContain(secret);
  });

  it('gets every event of a collector that fails now and then, and ids tell which came twice', async () => {
    let calls = 0;
    // Every third batch is lost, and of another third the answer: those come again.
    collector.answer = () => ({ status: (calls += 1) % 3 === 0 ? 200 : 503 });
    const events = Array.from({ length: 450 }, (_, at) => productChanged(at));
    await shop.bus.publish(events);
    await shop.bus.publish(events.slice(0, 50));
    await until(
      async () => {
        await hurry(shop.order, 'analytics.flush');
        return counts();
      },
      ({ kept, sent }) => sent === kept && kept === events.length,
      60_000,
    );
    const received = eventsOf(collector.requests).map(({ id }) => id);
    expect(received.length).toBeGreaterThan(events.length);
    expect(new Set(received)).toEqual(new Set(events.map(({ id }) => id)));
    expect(Math.max(...collector.requests.map(({ body }) => (JSON.parse(body) as unknown[]).length))).toBeLessThanOrEqual(200);
  }, 90_000);

  it('goes on without an event that the collector will never take', async () => {
    const events = Array.from({ length: 9 }, (_, at) => productChanged(at));
    const poison = events[4]?.id ?? '';
    collector.answer = ({ body }) => ({ status: body.includes(poison) ? 400 : 200 });
    await shop.bus.publish(events);
    await until(counts, ({ kept, sent }) => sent === kept && kept === events.length);
    const taken = eventsOf(collector.requests.filter(({ body }) => !body.includes(poison))).map(({ id }) => id);
    expect(taken.toSorted()).toEqual(
      events
        .map(({ id }) => id)
        .filter((id) => id !== poison)
        .toSorted(),
    );
  });
});
