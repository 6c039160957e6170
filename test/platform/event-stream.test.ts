import { anonymous } from '../../platform/auth';
import { AppError } from '../../platform/errors';
import { createSubgraphExecutor, type SubgraphRequest } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { EventLog } from '../support/event-log';
import { Ticker, whenTrue } from './support/ticker';

const ticker = new Ticker();
const client = createSubgraphExecutor(ticker.schema, createLogger({ logLevel: 'silent' }, 'test'));
const QUERY = 'subscription Ticks($of: String) { ticks(of: $of) { at note } }';
const away = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

beforeEach(() => {
  ticker.refusal = null;
  ticker.sources.length = 0;
});

async function subscribe(request: Partial<SubgraphRequest> = {}) {
  const log = new EventLog();
  const running = client.subscribe({ query: QUERY, viewer: anonymous, requestId: 'r', ...request }, log);
  await whenTrue(() => ticker.sources.length > 0 || log.waiting > 0);
  return { log, running };
}

describe('a subscription in this process', () => {
  it('is told its events in order, with their positions, and markers between', async () => {
    const { log } = await subscribe();
    ticker.last.push({ done: false, value: { position: '4' } });
    // Interpreted the first time, compiled from the second on.
    for (const position of [5, 6, 7, 8]) ticker.last.tick(position);
    ticker.last.push({ done: true, value: undefined });
    expect(await log.next()).toEqual({ extensions: { position: '4' } });
    for (const at of [5, 6, 7, 8])
      expect(await log.next()).toEqual({ data: { ticks: { at, note: null } }, extensions: { position: String(at) } });
    expect(await log.end()).toEqual({ end: 'ended' });
  });

  it('gives its source the arguments, with defaults', async () => {
    await subscribe();
    expect(ticker.last.args).toEqual({ of: 'all', snapshot: false });
    await subscribe({ variables: { of: 'mine' } });
    expect(ticker.last.args).toEqual({ of: 'mine', snapshot: false });
    await subscribe({ query: 'subscription { ...All } fragment All on Subscription { ticks(snapshot: true) { at } }' });
    expect(ticker.last.args).toEqual({ of: 'all', snapshot: true });
  });

  it('begins after the position in the request, whatever the arguments say', async () => {
    await subscribe({ query: 'subscription { ticks(after: "3", snapshot: true) { at } }', after: '9' });
    expect(ticker.last.args).toEqual({ of: 'all', after: '9', snapshot: false });
  });

  it('ends its source when it is ended, and is told nothing more', async () => {
    const { log, running } = await subscribe();
    running.end();
    ticker.last.tick(1);
    expect(ticker.last.isLeft).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log.waiting).toBe(0);
  });

  it('waits where its receiver has no room', async () => {
    let free = (): void => undefined;
    let room: Promise<void> | null = new Promise((resolve) => (free = resolve));
    const told: unknown[] = [];
    const receiver = { event: (event: unknown) => void told.push(event), ended: () => undefined, failed: () => undefined };
    const running = client.subscribe({ query: QUERY, viewer: anonymous, requestId: 'r' }, { ...receiver, room: () => room });
    await whenTrue(() => ticker.sources.length > 0);
    for (const position of [1, 2, 3]) ticker.last.tick(position);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toHaveLength(0);
    room = null;
    free();
    await whenTrue(() => told.length === 3);
    running.end();
  });
});

describe('a subscription that cannot go on', () => {
  it.each<[string, Partial<SubgraphRequest>, string]>([
    ['for its text', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED|BAD_USER_INPUT'],
    ['for its fields', { query: 'subscription { nothing }' }, 'BAD_USER_INPUT'],
    ['for its variables', { variables: { of: { not: 'text' } } }, 'BAD_USER_INPUT'],
    ['for a field without a source', { query: 'subscription { other }' }, 'BAD_USER_INPUT'],
    ['for being none', { query: '{ now }' }, 'BAD_USER_INPUT'],
  ])('is refused %s by one event, then ended', async (_why, request, code) => {
    const { log } = await subscribe(request);
    const { data, errors } = await log.next();
    expect(data).toBeNull();
    expect(String(errors?.[0]?.extensions?.['code'])).toMatch(new RegExp(`^(${code})$`));
    expect(await log.take()).toEqual({ end: 'ended' });
  });

  it('is refused by its source in the same way', async () => {
    ticker.refusal = new AppError('NOT_FOUND', 'no such thing');
    const { log } = await subscribe();
    expect(await log.next()).toEqual({
      data: null,
      errors: [
        {
          message: 'no such thing',
          path: ['ticks'],
          extensions: { code: 'NOT_FOUND', requestId: 'r' },
          locations: expect.anything(),
        },
      ],
    });
    expect(await log.take()).toEqual({ end: 'ended' });
  });

  it('ends with an error that its source throws later', async () => {
    const { log } = await subscribe();
    ticker.last.push({ error: new AppError('FORBIDDEN', 'no longer') });
    expect((await log.next()).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await log.take()).toEqual({ end: 'ended' });
  });

  it.each([
    ['the database is away', away()],
    ['another service is away', new AppError('UPSTREAM_UNAVAILABLE', 'away')],
    ['time is up', new AppError('DEADLINE_EXCEEDED', 'late')],
  ])('fails where %s, so that it is opened again: when it subscribes, and later', async (_why, error) => {
    ticker.refusal = error;
    expect(await (await subscribe()).log.take()).toMatchObject({ end: 'failed', error: expect.any(AppError) });
    ticker.refusal = null;
    const { log } = await subscribe();
    ticker.last.push({ error });
    expect(await log.take()).toMatchObject({ end: 'failed', error: expect.any(AppError) });
  });
});

describe('an event with holes', () => {
  const BROKEN = 'subscription { ticks { at broken } }';
  const MUST = 'subscription { ticks { at must } }';

  it('fails the stream where the database was away, so that it is told whole later', async () => {
    const { log } = await subscribe({ query: BROKEN });
    ticker.last.tick(1);
    ticker.last.tick(2, 2, { broken: away() });
    expect((await log.next()).extensions).toEqual({ position: '1' });
    expect(await log.take()).toMatchObject({ end: 'failed', error: { code: 'UPSTREAM_UNAVAILABLE' } });
    expect(ticker.last.isLeft).toBe(true);
  });

  it('is told where a dependency of one part is away, which must not hold up the others', async () => {
    const { log } = await subscribe({ query: BROKEN });
    ticker.last.tick(1, 1, { broken: new AppError('UPSTREAM_UNAVAILABLE', 'away') });
    expect(await log.next()).toMatchObject({ data: { ticks: { at: 1, broken: null } }, errors: [{}] });
  });

  it('is told where a bug made them', async () => {
    const { log } = await subscribe({ query: MUST });
    ticker.last.tick(1, 1, { must: null });
    expect(await log.next()).toMatchObject({
      data: { ticks: null },
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      extensions: { position: '1' },
    });
  });

  it('is told where it has no position to come back to', async () => {
    const { log } = await subscribe({ query: BROKEN });
    ticker.last.push({ done: false, value: { position: null, root: { at: 1, broken: away() } } });
    expect(await log.next()).toMatchObject({ data: { ticks: { broken: null } }, errors: [{}] });
  });
});
