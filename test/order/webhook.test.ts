import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { globalId } from '../../platform/federation';
import { startReceiver, type HttpReceiver, type ReceivedRequest } from '../support/http-receiver';
import { hurry, untilJob } from '../support/jobs';
import { until } from '../support/until';
import { add, change, place } from './support/operations';
import { guest, newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

interface Endpoint {
  readonly id: string;
  readonly status: string;
  readonly disabledReason: string | null;
  readonly version: number;
  readonly deliveries: { readonly nodes: readonly Delivery[]; readonly totalCount: number };
}

interface Delivery {
  readonly id: string;
  readonly topic: string;
  readonly status: string;
  readonly attempts: number;
  readonly responseStatus: number | null;
  readonly responseBody: string | null;
  readonly error: string | null;
  readonly durationMs: number | null;
}

const DELIVERY = 'id topic status attempts responseStatus responseBody error durationMs';
const ENDPOINT = `fragment endpoint on WebhookEndpoint { id url status disabledReason version deliveries(first: 100) { nodes { ${DELIVERY} } totalCount } }`;
const ERRORS = 'errors { __typename ... on UserError { code message path } }';

let shop: Shop;
let stopWork: () => Promise<void>;
let receiver: HttpReceiver;

beforeAll(async () => {
  shop = await openShop({ publicUrl: 'https://shop.example', subgraphSigningKey: 'k'.repeat(32) });
  const work = await shop.startWork();
  stopWork = () => work.stop();
});

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(async () => {
  await shop.order.query('DELETE FROM webhook_endpoint');
  await receiver.stop();
});

afterAll(async () => {
  await stopWork();
  await shop.close();
});

async function register(topics: readonly string[], path = '/hook', url = `${receiver.url}${path}`) {
  const { made } = await shop.data<{ made: { endpoint: Endpoint; secret: string; errors: { code: string }[] } }>(
    `mutation ($input: CreateWebhookEndpointInput!) { made: createWebhookEndpoint(input: $input) { endpoint { ...endpoint } secret ${ERRORS} } } ${ENDPOINT}`,
    { input: { url, topics, description: 'The warehouse' } },
    staff,
  );
  return made;
}

async function run<T>(name: string, type: string, answer: string, input: Record<string, unknown>): Promise<T> {
  const query = `mutation ($input: ${type}!) { made: ${name}(input: $input) { ${answer} ${ERRORS} } }`;
  return (await shop.data<{ made: T }>(query, { input }, staff)).made;
}

async function endpointOf(id: string): Promise<Endpoint> {
  const query = `query ($id: ID!) { webhookEndpoint(id: $id) { ...endpoint } } ${ENDPOINT}`;
  return (await shop.data<{ webhookEndpoint: Endpoint }>(query, { id }, staff)).webhookEndpoint;
}

/** As the libraries of Standard Webhooks verify it. */
function isSigned({ headers, body }: ReceivedRequest, secret: string): boolean {
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(content).digest();
  const given = (headers['webhook-signature'] ?? '').split(' ').map((each) => Buffer.from(each.replace('v1,', ''), 'base64'));
  const isFresh = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) < 300;
  return isFresh && given.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
}

async function order() {
  const customer = newCustomer();
  const lamp = await shop.addVariant();
  await add(shop, customer, lamp.id);
  const { order: placed } = await place(shop, customer, newKey());
  if (!placed) throw new Error('not ordered');
  return { ...placed, customer };
}

const typesOf = (requests: readonly ReceivedRequest[]): string[] =>
  requests.map(({ body }) => (JSON.parse(body) as { type: string }).type);

describe('a delivery', () => {
  it('is a signed CloudEvent of what was asked for, and names nobody', async () => {
    const { endpoint, secret } = await register(['ORDER_PLACED', 'ORDER_SHIPPED']);
    const placed = await order();
    await change(shop, staff, 'packOrder', { orderId: placed.id });
    await change(shop, staff, 'shipOrder', { orderId: placed.id, carrier: 'PostNL', trackingNumber: '3S1' });
    await receiver.until(() => receiver.requests.length === 2);
    expect(typesOf(receiver.requests)).toEqual(['order.placed', 'order.shipped']);
    const [first] = receiver.requests as [ReceivedRequest];
    expect(isSigned(first, secret)).toBe(true);
    expect(isSigned({ ...first, body: `${first.body} ` }, secret)).toBe(false);
    expect(first.path).toBe('/hook');
    expect(JSON.parse(first.body)).toMatchObject({
      specversion: '1.0',
      id: first.headers['webhook-id'],
      source: 'https://shop.example',
      subject: placed.id,
      data: { orderId: placed.id, number: placed.number },
    });
    expect(first.body).not.toContain(globalId('User', placed.customer.userId ?? 0));
    const { deliveries } = await until(
      () => endpointOf(endpoint.id),
      (seen) => seen.deliveries.nodes.every(({ status }) => status === 'DELIVERED'),
    );
    expect(deliveries).toMatchObject({
      totalCount: 2,
      nodes: [{ topic: 'order.shipped', attempts: 1, responseStatus: 204 }, {}],
    });
  });

  it('is tried again when the receiver fails, under the same id, and keeps later news of the same order waiting', async () => {
    const { endpoint } = await register(['ORDER_PLACED', 'ORDER_PAID']);
    let failures = 2;
    receiver.answer = () => (failures-- > 0 ? { status: 500, body: 'x'.repeat(5_000) } : { status: 200 });
    const placed = await order();
    for (let tries = 1; tries <= 2; tries += 1) {
      await receiver.until(() => receiver.requests.length >= tries);
      await untilJob(shop.order, `name = 'webhook.deliver' AND state = 'created' AND start_after > now()`);
      const [failed] = (await endpointOf(endpoint.id)).deliveries.nodes.slice(-1);
      expect(failed).toMatchObject({ status: 'PENDING', attempts: tries, responseStatus: 500, responseBody: 'x'.repeat(1_024) });
      await shop.order.query('UPDATE webhook_delivery SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL');
      await hurry(shop.order, 'webhook.deliver');
    }
    await receiver.until(() => receiver.requests.length === 4);
    expect(typesOf(receiver.requests)).toEqual(['order.placed', 'order.placed', 'order.placed', 'order.paid']);
    expect(new Set(receiver.requests.slice(0, 3).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.requests.every(({ body }) => body.includes(placed.id))).toBe(true);
  });

  it('is not made twice when the event is told again, and not of what was before the endpoint', async () => {
    const { id: eventId, key } = { id: randomUUID(), key: globalId('Product', 1) };
    const changed = { type: 'product.changed', key, touches: [], data: { productId: key, change: 'UPDATED' } };
    await register(['PRODUCT_CHANGED']);
    const now = { ...changed, id: eventId, at: new Date().toISOString() };
    const before = { ...changed, id: randomUUID(), at: new Date(Date.now() - 60_000).toISOString() };
    await shop.bus.publish([before, now, now, { ...now, id: randomUUID(), data: { ...now.data, change: 'DELETED' } }]);
    await receiver.until(() => receiver.requests.length === 2);
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])[0]).toBe(eventId);
    expect(await shop.order.query('SELECT 1 FROM webhook_delivery')).toHaveLength(2);
  });

  it('follows no redirect', async () => {
    const { endpoint } = await register(['ORDER_PLACED']);
    receiver.answer = () => ({ status: 302, location: `${receiver.url}/elsewhere` });
    await run('sendTestWebhook', 'WebhookEndpointInput', `delivery { id }`, { endpointId: endpoint.id });
    const { deliveries } = await until(
      () => endpointOf(endpoint.id),
      (seen) => seen.deliveries.nodes[0]?.status === 'FAILED',
    );
    expect(deliveries.nodes[0]).toMatchObject({ responseStatus: 302, topic: 'webhook.test', attempts: 1 });
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('is given up after the last pause, and sent again when staff want it', async () => {
    const { endpoint } = await register(['ORDER_PLACED']);
    receiver.answer = () => ({ status: 503 });
    await order();
    await receiver.until(() => receiver.requests.length === 1);
    await untilJob(shop.order, `name = 'webhook.deliver' AND state = 'created'`);
    await shop.order.query('UPDATE webhook_delivery SET round_attempts = 10, next_attempt_at = now()');
    await hurry(shop.order, 'webhook.deliver');
    const given = await until(
      () => endpointOf(endpoint.id),
      (seen) => seen.deliveries.nodes[0]?.status === 'FAILED',
    );
    receiver.answer = () => ({ status: 200, body: 'thanks' });
    const deliveryId = given.deliveries.nodes[0]?.id;
    const { delivery } = await run<{ delivery: Delivery }>(
      'redeliverWebhook',
      'RedeliverWebhookInput',
      `delivery { ${DELIVERY} }`,
      { deliveryId },
    );
    expect(delivery).toMatchObject({ id: deliveryId, status: 'PENDING' });
    const after = await until(
      () => endpointOf(endpoint.id),
      (seen) => seen.deliveries.nodes[0]?.status === 'DELIVERED',
    );
    expect(after.deliveries.nodes[0]).toMatchObject({ responseBody: 'thanks', attempts: 3 });
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

describe('a receiver that hangs', () => {
  it('does not hold up others', async () => {
    await register(['PRODUCT_CHANGED'], '/slow');
    await register(['PRODUCT_CHANGED'], '/quick');
    receiver.answer = ({ path }) => (path === '/slow' ? 'hang' : { status: 200 });
    const events = Array.from({ length: 30 }, (_, at) => {
      const key = globalId('Product', at + 1);
      const data = { productId: key, change: 'UPDATED' };
      return { id: randomUUID(), type: 'product.changed', key, touches: [], at: new Date().toISOString(), data };
    });
    await shop.bus.publish(events);
    const quick = () => receiver.requests.filter(({ path }) => path === '/quick').length;
    await receiver.until(() => quick() === events.length);
    // Three at once, and on a busy machine three more after their time-out; without the limit, all twelve workers hang there.
    expect(receiver.requests.length - quick()).toBeLessThanOrEqual(6);
  });
});

describe('an endpoint', () => {
  it('tells its secret once, and signs with old and new while it is changed', async () => {
    const { endpoint, secret } = await register(['ORDER_PLACED']);
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    const stored = await shop.order.query<Record<string, unknown>>('SELECT * FROM webhook_endpoint');
    expect(JSON.stringify(stored)).not.toContain(secret.slice(6));
    const rotated = await run<{ secret: string }>('rotateWebhookSecret', 'RotateWebhookSecretInput', 'secret', {
      endpointId: endpoint.id,
    });
    expect(rotated.secret).not.toBe(secret);
    await order();
    await receiver.until(() => receiver.requests.length === 1);
    const [request] = receiver.requests as [ReceivedRequest];
    expect([secret, rotated.secret].map((each) => isSigned(request, each))).toEqual([true, true]);
    const again = await run<{ secret: string }>('rotateWebhookSecret', 'RotateWebhookSecretInput', 'secret', {
      endpointId: endpoint.id,
      overlapHours: 0,
    });
    await order();
    await receiver.until(() => receiver.requests.length === 2);
    const [, last] = receiver.requests as [ReceivedRequest, ReceivedRequest];
    expect([again.secret, rotated.secret, secret].map((each) => isSigned(last, each))).toEqual([true, false, false]);
  });

  it('that answers 410 or fails for days is switched off, and its maker is told', async () => {
    const { endpoint } = await register(['ORDER_PLACED']);
    receiver.answer = () => ({ status: 500 });
    await shop.order.query(`UPDATE webhook_endpoint SET failures = 9, failing_since = now() - interval '6 days'`);
    await order();
    const off = await until(
      () => endpointOf(endpoint.id),
      ({ status }) => status === 'DISABLED',
    );
    expect(off.disabledReason).toContain('5 days');
    const mails = (await shop.mailbox?.list(50)) ?? [];
    expect(mails.find(({ subject }) => subject === 'A webhook was switched off')).toMatchObject({
      to: `${globalId('User', 7)}@example.com`,
      text: expect.stringContaining(receiver.url) as string,
    });
    const test = await run<{ errors: { __typename: string }[] }>('sendTestWebhook', 'WebhookEndpointInput', '', {
      endpointId: endpoint.id,
    });
    expect(test.errors).toMatchObject([{ __typename: 'WebhookEndpointDisabled' }]);
    const input = { endpointId: endpoint.id, isEnabled: true, expectedVersion: off.version };
    const on = await run<{ endpoint: Endpoint }>(
      'updateWebhookEndpoint',
      'UpdateWebhookEndpointInput',
      'endpoint { status disabledReason }',
      input,
    );
    expect(on.endpoint).toEqual({ status: 'ENABLED', disabledReason: null });
    receiver.answer = () => ({ status: 410 });
    await order();
    await until(
      () => endpointOf(endpoint.id),
      ({ status }) => status === 'DISABLED',
    );
  });

  it('that fails again and again is left alone for a while', async () => {
    const { endpoint } = await register(['PRODUCT_CHANGED']);
    receiver.answer = () => ({ status: 500 });
    const events = Array.from({ length: 40 }, (_, at) => {
      const key = globalId('Product', at + 1);
      return {
        id: randomUUID(),
        type: 'product.changed',
        key,
        touches: [],
        at: new Date().toISOString(),
        data: { productId: key },
      };
    });
    await shop.bus.publish(events);
    await until(
      () => shop.order.query<{ rests: boolean }>('SELECT rests_until > now() AS rests FROM webhook_endpoint'),
      ([row]) => row?.rests === true,
    );
    await until(
      () => endpointOf(endpoint.id),
      ({ deliveries }) => deliveries.totalCount === 40,
    );
    expect(receiver.requests.length).toBeLessThanOrEqual(10);
  });

  it('can be changed and removed, by staff alone', async () => {
    const { endpoint } = await register(['ORDER_PLACED']);
    const input = { endpointId: endpoint.id, description: 'Other', topics: ['ORDER_PAID', 'ORDER_PAID'], expectedVersion: 1 };
    const fields = 'endpoint { description topics version }';
    const changed = await run<{ endpoint: object }>('updateWebhookEndpoint', 'UpdateWebhookEndpointInput', fields, input);
    expect(changed.endpoint).toEqual({ description: 'Other', topics: ['ORDER_PAID'], version: 2 });
    const stale = await run<{ errors: object[] }>('updateWebhookEndpoint', 'UpdateWebhookEndpointInput', fields, input);
    expect(stale.errors).toMatchObject([{ __typename: 'WebhookEndpointVersionConflict' }]);
    await run('deleteWebhookEndpoint', 'WebhookEndpointInput', 'endpoint { id }', { endpointId: endpoint.id });
    expect(await endpointOf(endpoint.id)).toBeNull();
    const gone = await run<{ errors: object[] }>('rotateWebhookSecret', 'RotateWebhookSecretInput', 'secret', {
      endpointId: endpoint.id,
    });
    expect(gone.errors).toMatchObject([{ __typename: 'WebhookEndpointNotFound' }]);
    const { errors } = await shop.execute('{ webhookEndpoints(first: 1) { nodes { id } } }', {}, newCustomer());
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect(
      (await shop.execute('{ webhookEndpoints(first: 1) { nodes { id } } }', {}, guest(null))).errors?.[0]?.extensions?.['code'],
    ).toBe('UNAUTHENTICATED');
  });
});
