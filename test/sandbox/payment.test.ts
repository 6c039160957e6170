import { appendFile, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import Stripe from 'stripe';
import { freePort, signal, startGuarded } from '../../cli/local';
import { MAIN_SCRIPT } from '../../cli/project-root';
import { environmentWith } from '../../platform/config';
import { TEST_CARDS } from '../../sandbox/payment';
import { keptAnswer } from '../../sandbox/payment/idempotency';
import { Ledger } from '../../sandbox/payment/ledger';
import { openProvider, type TestProvider } from '../order/support/payment-provider';
import { runState } from '../support/run-state';
import { until } from '../support/until';

let provider: TestProvider;
let stripe: Stripe;

beforeAll(async () => {
  provider = await openProvider();
  ({ stripe } = provider);
});
afterAll(() => provider.close());

const create = (parts: Partial<Stripe.PaymentIntentCreateParams> = {}, options: Stripe.RequestOptions = {}) =>
  stripe.paymentIntents.create({ amount: 1_000, currency: 'eur', capture_method: 'manual', ...parts }, options);

describe("the SDK's calls", () => {
  test('hold, take and give back in parts, never more than there is', async () => {
    const { id } = await create({ metadata: { reference: 'r1' } });
    const held = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 1_000 });
    const taken = await stripe.paymentIntents.capture(id, { metadata: { order: 'A1' } });
    expect(taken).toMatchObject({ status: 'succeeded', amount_received: 1_000, metadata: { reference: 'r1', order: 'A1' } });
    const part = await stripe.refunds.create({ payment_intent: id, amount: 400 });
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ amount: 400, status: 'succeeded' });
    await expect(stripe.refunds.create({ payment_intent: id, amount: 601 })).rejects.toMatchObject({ code: 'amount_too_large' });
    await stripe.refunds.create({ payment_intent: id });
    await expect(stripe.refunds.create({ payment_intent: id })).rejects.toMatchObject({ code: 'charge_already_refunded' });
  });

  test('what cannot be done any more is refused with the state that it is in', async () => {
    const { id } = await create({ confirm: true, payment_method: 'pm_card_visa' });
    await stripe.paymentIntents.cancel(id);
    const refused = { code: 'payment_intent_unexpected_state', payment_intent: { status: 'canceled' } };
    await expect(stripe.paymentIntents.capture(id)).rejects.toMatchObject(refused);
    await expect(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).rejects.toMatchObject(refused);
    await expect(stripe.paymentIntents.retrieve('pi_none')).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });

  test('a declined card is the error that the SDK knows, and leaves a payment that another card may pay', async () => {
    const { id } = await create();
    const declined = stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' });
    await expect(declined).rejects.toMatchObject({
      type: 'StripeCardError',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
    });
    expect(await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'requires_capture',
    });
  });

  test('lists and searches find them, page by page', async () => {
    const reference = `many-${Date.now()}`;
    for (let at = 0; at < 5; at += 1) await create({ metadata: { reference } });
    const found = await stripe.paymentIntents.search({ query: `metadata['reference']:'${reference}'` });
    expect(found.data).toHaveLength(5);
    const listed: string[] = [];
    for await (const { id } of stripe.paymentIntents.list({ limit: 2, created: { gte: Math.floor(Date.now() / 1000) - 600 } }))
      listed.push(id);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(found.data.map(({ id }) => id)));
  });

  test('a wrong key gets nothing', async () => {
    const stranger = new Stripe('sk_test_stranger', { ...addressOf(provider), maxNetworkRetries: 0 });
    await expect(stranger.paymentIntents.list()).rejects.toMatchObject({ statusCode: 401 });
  });
});

describe('idempotency keys', () => {
  test('answer the same request as they did the first time, declined ones too', async () => {
    const idempotencyKey = 'same-request';
    const first = await create({}, { idempotencyKey });
    const again = await create({}, { idempotencyKey });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    const decline = () =>
      stripe.paymentIntents.confirm(first.id, { payment_method: 'pm_card_visa_chargeDeclined' }, { idempotencyKey: 'declined' });
    await expect(decline()).rejects.toMatchObject({ statusCode: 402 });
    await expect(decline()).rejects.toMatchObject({ statusCode: 402 });
  });

  test('with other parameters are an error', async () => {
    await create({}, { idempotencyKey: 'changed' });
    await expect(create({ amount: 2_000 }, { idempotencyKey: 'changed' })).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
  });

  test('used at once, one request does it and the others conflict or get its answer', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => create({}, { idempotencyKey: 'at-once' })));
    const made = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value.id] : []));
    const refused = tries.flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as Stripe.errors.StripeError).statusCode] : [],
    );
    expect(new Set(made).size).toBe(1);
    expect(refused.every((status) => status === 409)).toBe(true);
  });
});

describe('answers that it remembers', () => {
  afterEach(() => jest.restoreAllMocks());

  test('are forgotten after a day, while it runs', async () => {
    const idempotencyKey = 'yesterday';
    const first = await create({}, { idempotencyKey });
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 25 * 3_600_000);
    expect((await create({}, { idempotencyKey })).id).not.toBe(first.id);
  });

  test('do not grow for ever: the oldest go first', async () => {
    const ledger = new Ledger(3);
    await ledger.open(join(await mkdtemp(join(runState().folder, 'answers-')), 'journal.jsonl'));
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const key of names) await ledger.write([keptAnswer({ key, fingerprint: 'f' }, 200, '{}')]);
    expect(names.filter((name) => ledger.answerOf(name))).toEqual(['c', 'd', 'e']);
    await ledger.close();
  });
});

test('a server error to order does nothing, and is what its key answers from then on', async () => {
  await provider.failNext('create');
  const idempotencyKey = 'broken';
  await expect(create({}, { idempotencyKey })).rejects.toMatchObject({ statusCode: 500 });
  await expect(create({}, { idempotencyKey })).rejects.toMatchObject({
    statusCode: 500,
    headers: { 'idempotent-replayed': 'true' },
  });
  expect(await create()).toMatchObject({ status: 'requires_payment_method' });
  await expect(provider.failNext('nothing')).rejects.toThrow('no operation');
});

describe('what it acknowledged', () => {
  test('is there after a stop, its keys as well; a line that a crash cut short is not', async () => {
    const { id } = await create({}, { idempotencyKey: 'kept' });
    await provider.stop();
    const journal = join(provider.settings.sandboxDirectory, 'journal.jsonl');
    await appendFile(journal, '[{"kind":"intent","key":"pi_half","val');
    await provider.start();
    expect((await create({}, { idempotencyKey: 'kept' })).id).toBe(id);
    await expect(stripe.paymentIntents.retrieve('pi_half')).rejects.toMatchObject({ statusCode: 404 });
  });

  test('survives kill -9 in the middle of many calls', async () => {
    const port = await freePort();
    const start = () =>
      startGuarded({
        command: process.execPath,
        args: [MAIN_SCRIPT, 'serve', 'payment-sandbox'],
        environment: environmentWith({ ...SANDBOX, PORT: String(port), PAYMENT_SANDBOX_DIRECTORY: directory }),
        stderr: 'ignore',
        cwd: process.cwd(),
      });
    const directory = await mkdtemp(join(runState().folder, 'killed-'));
    const client = new Stripe(SANDBOX.PAYMENT_API_KEY, {
      host: '127.0.0.1',
      port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
    });
    const isUp = () =>
      until(
        () =>
          fetch(`http://127.0.0.1:${port}/ready`).then(
            () => true,
            () => false,
          ),
        Boolean,
      );
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const server = await start();
      await isUp();
      const callers = Array.from({ length: 8 }, async () => {
        for (;;) acknowledged.push((await client.paymentIntents.create({ amount: 100, currency: 'eur' })).id);
      });
      await until(
        async () => acknowledged.length,
        (count) => count >= (round + 1) * 60,
      );
      signal(server.pid, 'SIGKILL');
      await Promise.allSettled(callers);
      await server.ended;
    }
    const server = await start();
    await isUp();
    const { intents } = (await (await fetch(`http://127.0.0.1:${port}/_sandbox/ledger`)).json()) as { intents: { id: string }[] };
    const kept = new Set(intents.map(({ id }) => id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    await server.stop();
  }, 60_000);

  test('and in production it does not start', async () => {
    const server = await startGuarded({
      command: process.execPath,
      args: [MAIN_SCRIPT, 'serve', 'payment-sandbox'],
      environment: environmentWith({ ...SANDBOX, NODE_ENV: 'production', SUBGRAPH_SIGNING_KEY: 'k'.repeat(32), PORT: '0' }),
      stderr: 'ignore',
      cwd: process.cwd(),
    });
    expect(await server.ended).not.toBe(0);
  });
});

test('its pages name every test card, and ask the shopper once', async () => {
  const { apiUrl } = provider.settings;
  const index = await (await fetch(`${apiUrl}/_sandbox/`)).text();
  for (const { names } of TEST_CARDS) for (const name of names) expect(index).toContain(name);
  const { id } = await create({
    confirm: true,
    payment_method: 'pm_card_threeDSecureRequired',
    return_url: 'http://shop.example/back',
  });
  expect(await (await fetch(`${apiUrl}/_sandbox/3ds/${id}`)).text()).toContain('10.00 EUR');
  const form = { method: 'POST', headers: { accept: 'text/html' }, redirect: 'manual' } as const;
  const back = await fetch(`${apiUrl}/_sandbox/3ds/${id}/approve`, form);
  expect(back.headers.get('location')).toBe(`http://shop.example/back?payment_intent=${id}`);
  expect((await provider.answerBank(id, 'refuse')).status).toBe(400);
});

const SANDBOX = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  PAYMENT_API_KEY: 'sk_test_killed',
  PAYMENT_WEBHOOK_SECRET: 'whsec_killed',
};

function addressOf({ settings }: TestProvider): Stripe.StripeConfig {
  const { hostname, port } = new URL(settings.apiUrl ?? '');
  return { host: hostname, port, protocol: 'http' };
}
