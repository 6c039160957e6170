import { connect } from 'node:net';
import { Admission, DEFAULT_ADMISSION } from '../../gateway/protection/admission';
import { Breaker, DEFAULT_BREAKER, type BreakerState } from '../../gateway/protection/breaker';
import { RetryBudget } from '../../gateway/protection/retry-budget';
import { AppError } from '../../platform/errors';
import type { SubgraphClient } from '../../platform/federation';
import { testGateway } from './support/gateway';
import { deferred } from './support/recording';

/** Subgraphs of which one can be made to fail; counts what reaches it. */
function failing(name: string) {
  const state = { isAway: true, calls: 0 };
  const wrap = (client: SubgraphClient): SubgraphClient => ({
    ...client,
    execute: async (request) => {
      if (client.name === name) state.calls += 1;
      if (client.name !== name || !state.isAway) return client.execute(request);
      throw new AppError('UPSTREAM_UNAVAILABLE', `The ${name} service cannot be reached right now; try again`, { service: name });
    },
    subscribe: (request, receiver) => client.subscribe(request, receiver),
  });
  return { state, wrap };
}

const QUICK = { ...DEFAULT_BREAKER, minimumCalls: 6, openMs: 300 };

describe('a subgraph that fails', () => {
  it('is asked again once, within the budget, and never for a mutation', async () => {
    const { state, wrap } = failing('people');
    const gateway = await testGateway({ wrap, protection: { retriesSaved: 3, retryShare: 0.1, retryWaitMs: 1 } });
    const ask = async (query: string): Promise<number> => {
      const before = state.calls;
      await gateway.query(query);
      return state.calls - before;
    };
    const counts = [];
    for (let at = 0; at < 5; at += 1) counts.push(await ask('{ me { name } }'));
    expect(counts).toEqual([2, 2, 2, 1, 1]);
    expect(await ask('mutation { rename(id: "p1", name: "x") { id } }')).toBe(1);
    await gateway.stop();
  });

  it('is left alone once it fails most calls, answered for at once, and tried again after a while', async () => {
    const { state, wrap } = failing('people');
    const gateway = await testGateway({ wrap, protection: { breaker: QUICK, retriesSaved: 0, retryShare: 0 } });
    const ask = async () => (await gateway.query('{ me { name } topReview { body } }')).body;
    for (let at = 0; at < QUICK.minimumCalls; at += 1) await ask();
    const before = state.calls;
    const refused = await ask();
    expect(state.calls).toBe(before);
    expect(refused.data).toEqual({ me: null, topReview: { body: 'Good' } });
    expect(refused.errors).toMatchObject([
      { path: ['me'], extensions: { code: 'UPSTREAM_UNAVAILABLE', service: 'people', retryAfterSeconds: 1 } },
    ]);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('mercato_gateway_breaker_open{subgraph="people"} 1');
    expect(metrics).toContain('mercato_gateway_refused_calls_total{subgraph="people",reason="breaker"} 1');
    state.isAway = false;
    await new Promise((resolve) => setTimeout(resolve, QUICK.openMs + 50));
    expect((await ask()).data).toMatchObject({ me: { name: 'Ada' } });
    expect((await (await fetch(`${gateway.url}/metrics`)).text()).includes('breaker_open{subgraph="people"} 0')).toBe(true);
    await gateway.stop();
  });

  it('is asked by so many at once and no more', async () => {
    const held = deferred();
    const wrap = (client: SubgraphClient): SubgraphClient => ({
      ...client,
      execute: async (request) => {
        if (client.name === 'people') await held.promise;
        return client.execute(request);
      },
      subscribe: (request, receiver) => client.subscribe(request, receiver),
    });
    const gateway = await testGateway({ wrap, responseCache: false, protection: { callsAtOnce: 2 } });
    await gateway.query('{ topReview { body } }');
    const first = [1, 2, 3].map((at) => gateway.query(`{ a${at}: me { name } }`));
    const refused = await Promise.race(first);
    expect(refused.body.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 1 } }]);
    held.resolve();
    const answers = await Promise.all(first);
    expect(answers.filter(({ body }) => !body.errors)).toHaveLength(2);
    await gateway.stop();
  });
});

describe('the breaker', () => {
  it('opens on a share of failures alone, probes once, and waits longer after each probe that fails', () => {
    let nowMs = 0;
    const states: BreakerState[] = [];
    const breaker = new Breaker(
      { ...DEFAULT_BREAKER, minimumCalls: 4 },
      (state) => states.push(state),
      () => nowMs,
    );
    for (const end of ['ok', 'ok', 'ok', 'failed', 'failed'] as const) breaker.end(end);
    expect(breaker.state).toBe('closed');
    breaker.end('failed');
    expect([breaker.state, breaker.begin()]).toEqual(['open', 1_000]);
    nowMs = 1_000;
    expect([breaker.begin(), breaker.state, breaker.begin()]).toEqual([0, 'probing', 1_000]);
    breaker.end('failed');
    expect(breaker.begin()).toBe(2_000);
    nowMs = 3_000;
    breaker.begin();
    breaker.end('ok');
    expect([breaker.begin(), states]).toEqual([0, ['open', 'probing', 'open', 'probing', 'closed']]);
  });

  it('forgets what is long past', () => {
    let nowMs = 0;
    const breaker = new Breaker(
      { ...DEFAULT_BREAKER, minimumCalls: 4 },
      () => undefined,
      () => nowMs,
    );
    for (let at = 0; at < 3; at += 1) breaker.end('failed');
    nowMs = DEFAULT_BREAKER.windowMs + 1;
    breaker.end('failed');
    expect(breaker.state).toBe('closed');
  });
});

it('a retry budget gives back a share of what was called', () => {
  const budget = new RetryBudget(0.1, 2);
  expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false]);
  for (let at = 0; at < 11; at += 1) budget.earn();
  expect([budget.spend(), budget.spend()]).toEqual([true, false]);
});

describe('too much at once', () => {
  it('is refused before any work, with a typed error and the time to wait, and nothing else suffers', async () => {
    const held = deferred();
    const wrap = (client: SubgraphClient): SubgraphClient => ({
      ...client,
      execute: async (request) => {
        await held.promise;
        return client.execute(request);
      },
      subscribe: (request, receiver) => client.subscribe(request, receiver),
    });
    const gateway = await testGateway({ wrap, responseCache: false, admission: { maximum: 2, minimum: 1 } });
    const running = [gateway.query('{ me { name } }'), gateway.query('{ me { email } }')];
    await new Promise((resolve) => setTimeout(resolve, 200));
    const refused = await gateway.query('{ me { role } }');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.body).toEqual({
      errors: [
        { message: expect.any(String), extensions: { code: 'OVERLOADED', retryAfterSeconds: 1, requestId: expect.any(String) } },
      ],
    });
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    held.resolve();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await gateway.query('{ me { role } }')).status).toBe(200);
    await gateway.stop();
  });

  it('bounds how long one turn of the event loop may begin requests, when it began many', () => {
    const admission = new Admission(
      { ...DEFAULT_ADMISSION, turnMs: 20 },
      { onShed: () => undefined, onAdmissionLimit: () => undefined },
    );
    const begun = (count: number): number => Array.from({ length: count }, () => admission.begin()).filter(Boolean).length;
    const wait = (): void => {
      for (const untilMs = performance.now() + 30; performance.now() < untilMs;);
    };
    wait();
    expect(begun(32)).toBe(32);
    expect(begun(10)).toBe(0);
    admission.stop();
  });

  it('lowers the limit while the event loop is late, and raises it again', async () => {
    const limits: number[] = [];
    const options = { ...DEFAULT_ADMISSION, maximum: 100, minimum: 2, roundMs: 50, targetDelayMs: 20 };
    const admission = new Admission(options, { onShed: () => undefined, onAdmissionLimit: (limit) => limits.push(limit) });
    for (let at = 0; at < 50; at += 1) admission.begin();
    // Late at every tick of a round, which is what a queue looks like that does not go away.
    for (const untilMs = performance.now() + 1_000; performance.now() < untilMs && limits.length === 0;) {
      for (const busyUntilMs = performance.now() + 60; performance.now() < busyUntilMs;);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(limits[0]).toBe(40);
    while ((limits.at(-1) ?? 0) <= 40) await new Promise((resolve) => setTimeout(resolve, 20));
    admission.stop();
  }, 30_000);
});

describe('what is no request', () => {
  const raw = (port: number, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
      setTimeout(() => socket.end(), 1_000);
    });

  it('is told so: headers too large 431, a body too large 413, no HTTP 400', async () => {
    const gateway = await testGateway();
    const statusOf = async (text: string): Promise<string> => (await raw(gateway.port, text)).split('\r\n', 1)[0] ?? '';
    expect(await statusOf(`GET /graphql HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toContain(' 431 ');
    expect(await statusOf('nonsense\r\n\r\n')).toContain(' 400 ');
    const large = await gateway.post(`{"query":"{${' '.repeat(1_000_000)}}"}`);
    expect([large.status, large.body.errors?.[0]?.extensions['code']]).toEqual([413, 'BAD_REQUEST']);
    await gateway.stop();
  });
});
