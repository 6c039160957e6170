import { Redis } from 'ioredis';
import pg from 'pg';
import { createMemoryBus, createRedisBus, startOutboxRelay, type DomainEvent, type EventBus } from '../../platform/events';
import { EventFeed, type Follower, type QueryLog } from '../../platform/feed';
import { createLogger } from '../../platform/observability';
import type { Stoppable } from '../../platform/process';
import { createDatabase, type TestDatabase } from '../support/database';
import { freshRedisUrl } from '../support/redis';
import { until } from '../support/until';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const TOPICS = ['thing', 'other'];

let database: TestDatabase;
let pool: pg.Pool;
let bus: EventBus;
const running: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await createDatabase('product');
  pool = new pg.Pool({ connectionString: database.url, max: 20 });
  bus = createMemoryBus(logger);
});
afterEach(async () => {
  for (const stop of running.splice(0).toReversed()) await stop();
  await bus.close();
  await pool.end();
});

/** Statements that feeds have made since the test began. */
let statements: string[] = [];
beforeEach(() => (statements = []));
const query: QueryLog = async (sql, parameters) => {
  statements.push(sql);
  return (await pool.query(sql, parameters)).rows;
};

const record = (key: string, type = 'thing.done', via: pg.Pool | pg.PoolClient = pool) =>
  via.query(
    `WITH told AS (INSERT INTO outbox (type, key, touches, data) VALUES ($2, $1, '[]', '{}')) SELECT pg_notify('outbox', '')`,
    [key, type],
  );
const recordMany = (key: string, count: number) =>
  pool.query(
    `WITH told AS (INSERT INTO outbox (type, key, touches, data)
       SELECT 'thing.done', $1, '[]', jsonb_build_object('n', n) FROM generate_series(1, $2::int) n) SELECT pg_notify('outbox', '')`,
    [key, count],
  );

function startRelay(over: EventBus = bus): Stoppable {
  const relay = startOutboxRelay(database.url, over, logger);
  running.push(() => relay.stop());
  return relay;
}

function startFeed(over: EventBus = bus, topics = TOPICS): EventFeed {
  const feed = new EventFeed({ bus: over, topics, query, logger });
  feed.start();
  running.push(() => feed.stop());
  return feed;
}

/** The next events; markers are left out. */
async function take(follower: Follower, count: number): Promise<{ position: number; event: DomainEvent }[]> {
  const taken: { position: number; event: DomainEvent }[] = [];
  while (taken.length < count) {
    const { value, done } = await follower.next();
    if (done) throw new Error('the follower has ended');
    if (value.event) taken.push({ position: value.position, event: value.event });
  }
  return taken;
}
const keysIn = (taken: { event: DomainEvent }[]) => taken.map(({ event }) => event.key);
const positionsIn = (taken: { position: number }[]) => taken.map(({ position }) => position);

/** A bus of which this process hears nothing. */
const deaf = (isLive: boolean): EventBus => ({ ...createMemoryBus(logger), isLive: () => isLive });

test('an event that was written first and committed last comes last, and nobody misses it', async () => {
  startRelay();
  const feed = startFeed();
  const follower = await feed.follow({ keys: ['thing.*'], after: 'now' });
  const slow = await pool.connect();
  await slow.query('BEGIN');
  await record('slow', 'thing.done', slow);
  await record('quick');
  expect(keysIn(await take(follower, 1))).toEqual(['quick']);
  await slow.query('COMMIT');
  slow.release();
  expect(await take(follower, 1)).toMatchObject([{ position: 2, event: { key: 'slow', position: 2 } }]);
  const rows = await database.query<{ key: string }>('SELECT key FROM outbox ORDER BY id');
  // By their ids, whoever has seen "quick" would have been past "slow".
  expect(rows.map(({ key }) => key)).toEqual(['slow', 'quick']);
  const late = await startFeed().follow({ keys: ['thing.*'], after: 1 });
  expect(keysIn(await take(late, 1))).toEqual(['slow']);
});

test('a relay that dies between telling and noting tells again under the same positions, and a follower hears each once', async () => {
  let deaths = 3;
  const told: DomainEvent[] = [];
  const deadly: EventBus = {
    ...bus,
    publish: async (events) => {
      told.push(...events);
      await bus.publish(events);
      if (deaths-- > 0) throw new Error('died');
    },
  };
  const follower = await startFeed().follow({ keys: ['thing.*'], after: 'now' });
  await record('1');
  startRelay(deadly);
  await until(
    async () => told.length,
    (count) => count >= 2,
  );
  await record('2');
  expect(keysIn(await take(follower, 2))).toEqual(['1', '2']);
  await record('3');
  expect(positionsIn(await take(follower, 1))).toEqual([3]);
  expect(told.length).toBeGreaterThan(3);
  expect(new Set(told.map(({ id, position }) => `${id} ${position}`)).size).toBe(3);
});

test('positions are dense and in one order, also when two sequencers ask at once', async () => {
  await recordMany('x', 300);
  const pages = await Promise.all(
    Array.from({ length: 8 }, () => pool.query<{ position: string }>('SELECT position FROM next_of_outbox(0, 50)')),
  );
  expect(pages.flatMap(({ rows }) => rows).length).toBeGreaterThan(0);
  await pool.query('SELECT count(*) FROM next_of_outbox(0, 500)');
  const rows = await database.query<{ position: string }>('SELECT position FROM outbox ORDER BY id');
  expect(rows.map(({ position }) => Number(position))).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
});

test('what a Redis tells again after it lost everything is dropped', async () => {
  const redis = new Redis(await freshRedisUrl());
  const over = createRedisBus(redis, logger);
  running.push(
    async () => redis.disconnect(),
    () => over.close(),
  );
  const heard: DomainEvent[] = [];
  over.broadcast(['thing'], (event) => heard.push(event), { sinceMs: 60_000 });
  const follower = await startFeed(over).follow({ keys: ['thing.*'], after: 'now' });
  startRelay(over);
  await record('1');
  await record('2');
  expect(keysIn(await take(follower, 2))).toEqual(['1', '2']);
  await until(
    async () => heard.length,
    (count) => count >= 2,
  );
  await redis.flushall();
  await record('3');
  expect(positionsIn(await take(follower, 1))).toEqual([3]);
  // The bus has told again: without positions the follower would hear the first two twice.
  await until(
    async () => heard.length,
    (count) => count >= 5,
  );
  await record('4');
  expect(keysIn(await take(follower, 1))).toEqual(['4']);
});

test.each([
  ['says so', false],
  ['does not know', true],
])('a feed whose bus is silent and %s tells through the database', async (_says, isLive) => {
  startRelay();
  const follower = await startFeed(deaf(isLive)).follow({ keys: ['a'], after: 'now' });
  await record('a');
  await record('b');
  await record('a', 'other.done');
  expect(positionsIn(await take(follower, 2))).toEqual([1, 3]);
});

test('a gap in what the bus tells is closed from the log, in order', async () => {
  let losses = 1;
  const lossy: EventBus = {
    ...bus,
    publish: async (events) => bus.publish(events.filter(({ key }) => key !== 'lost' || losses-- <= 0)),
  };
  startRelay(lossy);
  const follower = await startFeed().follow({ keys: ['thing.*'], after: 'now' });
  for (const key of ['1', 'lost', '3']) await record(key);
  const startedAt = performance.now();
  expect(keysIn(await take(follower, 3))).toEqual(['1', 'lost', '3']);
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test('a topic that the feed does not hear is no gap for ever', async () => {
  startRelay();
  const follower = await startFeed(bus, ['thing']).follow({ keys: ['thing.*'], after: 'now' });
  await record('x', 'other.done');
  await record('y');
  expect(positionsIn(await take(follower, 1))).toEqual([2]);
});

test('a follower that does not read costs some events of memory, and loses none', async () => {
  startRelay();
  const feed = startFeed();
  const idle = await feed.follow({ keys: ['many'], after: 'now' });
  const reader = await feed.follow({ keys: ['thing.*'], after: 'now' });
  const reading = take(reader, 12_000);
  for (let round = 0; round < 12; round += 1) await recordMany('many', 1_000);
  await reading;
  expect((idle as unknown as { waiting: unknown[] }).waiting.length).toBeLessThanOrEqual(257);
  await record('many');
  const taken = await take(idle, 12_001);
  expect(positionsIn(taken)).toEqual(Array.from({ length: 12_001 }, (_, at) => at + 1));
}, 60_000);

test('who comes back gets what was missed, from memory without a statement, and from the log by one', async () => {
  startRelay();
  const feed = startFeed();
  const first = await feed.follow({ keys: ['a'], after: 'now' });
  for (const key of ['a', 'b', 'a', 'b', 'a']) await record(key);
  expect(positionsIn(await take(first, 3))).toEqual([1, 3, 5]);
  statements = [];
  const second = await feed.follow({ keys: ['a'], after: 1 });
  expect(positionsIn(await take(second, 2))).toEqual([3, 5]);
  expect((await second.next()).value).toEqual({ position: 5 });
  expect(statements).toEqual([]);
  const elsewhere = await startFeed().follow({ keys: ['a', 'b'], after: 1 });
  statements = [];
  expect(positionsIn(await take(elsewhere, 4))).toEqual([2, 3, 4, 5]);
  expect((await elsewhere.next()).value).toEqual({ position: 5 });
  expect(statements).toHaveLength(1);
  await record('b');
  expect(positionsIn(await take(elsewhere, 1))).toEqual([6]);
});

test('beyond what the log keeps, and beyond its end, a follower begins at the end and says so', async () => {
  startRelay();
  const feed = startFeed();
  for (const key of ['a', 'a', 'a']) await record(key);
  await until(
    () => database.query<{ told: string }>('SELECT told FROM outbox_head'),
    ([head]) => head?.told === '3',
  );
  const swept = await database.query<{ swept: number }>(`SELECT sweep_outbox(now() + interval '1 hour', 2) AS swept`);
  expect(swept).toEqual([{ swept: 2 }]);
  expect(await database.query('SELECT key, position FROM outbox_key ORDER BY key')).toEqual([
    { key: 'a', position: '3' },
    { key: 'thing.*', position: '3' },
  ]);
  const asked = async (after: number) => (await feed.follow({ keys: ['a'], after })).isBeyondWindow;
  expect(await Promise.all([1, 2, 3, 4].map(asked))).toEqual([true, false, false, true]);
  const reset = await feed.follow({ keys: ['a'], after: 1 });
  expect((await reset.next()).value).toEqual({ position: 3 });
});

test('a position that another process was told first is waited for, not taken for one of another log', async () => {
  startRelay();
  const slow = startFeed(deaf(true));
  const other = await slow.follow({ keys: ['a'], after: 'now' });
  await record('a');
  await until(
    () => database.query<{ told: string }>('SELECT told FROM outbox_head'),
    ([head]) => head?.told === '1',
  );
  const follower = await slow.follow({ keys: ['a'], after: 1 });
  expect(follower.isBeyondWindow).toBe(false);
  expect(positionsIn(await take(other, 1))).toEqual([1]);
  await record('a');
  expect(positionsIn(await take(follower, 1))).toEqual([2]);
});

test('of 1,000 who come while their thing changes, none misses the change', async () => {
  const things = 1_000;
  await database.query(`CREATE TABLE thing AS SELECT n AS id, 0 AS step FROM generate_series(1, ${things}) n`);
  startRelay();
  const feed = startFeed();
  let heard = 0;
  const race = async (id: number): Promise<void> => {
    const change = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      await pool.query(
        `WITH moved AS (UPDATE thing SET step = 1 WHERE id = $1::int RETURNING id), told AS (INSERT INTO outbox (type, key, touches, data)
           SELECT 'thing.done', $1::text, '[]', '{}' FROM moved) SELECT pg_notify('outbox', '')`,
        [id],
      );
    };
    const changed = change();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
    const follower = await feed.follow({ keys: [String(id)], after: 'now' });
    const { rows } = await pool.query<{ step: number }>('SELECT step FROM thing WHERE id = $1', [id]);
    if (rows[0]?.step === 0) {
      expect(keysIn(await take(follower, 1))).toEqual([String(id)]);
      heard += 1;
    }
    await changed;
    await follower.return();
  };
  for (let from = 1; from <= things; from += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, at) => race(from + at)));
  }
  // Both happen: the change came before, and after.
  expect(heard).toBeGreaterThan(50);
  expect(heard).toBeLessThan(things);
}, 60_000);

test('a feed that stops ends its followers with an error, so that they come back elsewhere', async () => {
  const feed = startFeed();
  const follower = await feed.follow({ keys: ['a'], after: 'now' });
  await follower.next();
  const next = follower.next();
  await feed.stop();
  await expect(next).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});
