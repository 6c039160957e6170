import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createMemoryBus, createRedisBus, startOutboxRelay, type DomainEvent, type EventBus } from '../../platform/events';
import { createLogger } from '../../platform/observability';
import { createDatabase, type TestDatabase } from '../support/database';
import { freshRedisUrl } from '../support/redis';
import { until } from '../support/until';

const logger = createLogger({ logLevel: 'silent' }, 'test');

const eventOf = (type: string, key: string, data: Record<string, unknown> = {}): DomainEvent => ({
  id: randomUUID(),
  type,
  key,
  touches: [],
  at: new Date().toISOString(),
  data,
});

/** Collects events and resolves when `count` are there. */
function collector() {
  const seen: DomainEvent[] = [];
  const changed = new EventTarget();
  return {
    seen,
    take: (event: DomainEvent): void => {
      seen.push(event);
      changed.dispatchEvent(new Event('taken'));
    },
    untilCount: async (count: number, withinMs = 10_000): Promise<void> => {
      while (seen.length < count) await once(changed, 'taken', { signal: AbortSignal.timeout(withinMs) });
    },
  };
}

/** The one entry that group `a` was given and has not acknowledged. */
async function onlyPending(redis: Redis): Promise<string> {
  const [entry] = (await redis.xpending('mercato:events:thing', 'a', '-', '+', 10)) as [id: string][];
  if (!entry) throw new Error('nothing is pending');
  return entry[0];
}

describe.each(['memory', 'redis'])('the event bus over %s', (kind) => {
  let redis: Redis | null = null;
  let bus: EventBus;

  beforeEach(async () => {
    redis = kind === 'redis' ? new Redis(await freshRedisUrl()) : null;
    bus = redis ? createRedisBus(redis, logger) : createMemoryBus(logger);
  });

  afterEach(async () => {
    await bus.close();
    redis?.disconnect();
  });

  it('gives one event to one consumer of each group, in order, and again when it failed', async () => {
    const [a, b] = [collector(), collector()];
    let failures = 1;
    bus.consume('a', ['thing'], async (event) => {
      if (event.key === '2' && failures-- > 0) throw new Error('not now');
      a.take(event);
    });
    bus.consume('b', ['thing'], async (event) => b.take(event));
    await bus.publish(['1', '2', '3'].map((key) => eventOf('thing.done', key)));
    await Promise.all([a.untilCount(3), b.untilCount(3)]);
    expect(a.seen.map(({ key }) => key)).toEqual(['1', '2', '3']);
    expect(b.seen.map(({ key }) => key)).toEqual(['1', '2', '3']);
  });

  it('lets others pass an event that its consumer cannot handle, and gives it to the consumer again', async () => {
    const taken = collector();
    let tries = 0;
    bus.consume('a', ['thing'], async (event) => {
      if (event.key === 'poison' && (tries += 1) <= 20) throw new Error('poisoned');
      taken.take(event);
    });
    await bus.publish([eventOf('thing.done', 'poison'), eventOf('thing.done', 'good')]);
    await taken.untilCount(1, 15_000);
    expect(taken.seen[0]?.key).toBe('good');
    if (redis) await redis.xclaim('mercato:events:thing', 'a', 'nobody', 0, await onlyPending(redis), 'IDLE', 60_000);
    await taken.untilCount(2);
    expect(taken.seen.map(({ key }) => key)).toEqual(['good', 'poison']);
  }, 40_000);

  it('broadcasts only the topics asked for, from now on', async () => {
    await bus.publish([eventOf('thing.done', 'before')]);
    const heard = collector();
    const sentinel = collector();
    bus.broadcast(['thing', 'sentinel'], (event) => (event.type === 'sentinel.rung' ? sentinel : heard).take(event));
    // The reader begins at the end of the stream some time after the call: rung until it is heard.
    while (sentinel.seen.length === 0) {
      await bus.publish([eventOf('sentinel.rung', '')]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await bus.publish([eventOf('other.done', 'x'), eventOf('thing.done', 'after')]);
    await heard.untilCount(1);
    expect(heard.seen.map(({ key }) => key)).toEqual(['after']);
  });
});

describe('the event bus over redis', () => {
  it('steps over what is no event, in groups and broadcasts', async () => {
    const redis = new Redis(await freshRedisUrl());
    const bus = createRedisBus(redis, logger);
    try {
      const [taken, heard] = [collector(), collector()];
      const add = (...fields: string[]) => redis.xadd('mercato:events:thing', '*', ...fields);
      await add('event', '{ half');
      await add('event', 'null');
      await add('something', 'else');
      await add('event', JSON.stringify({ id: 7 }));
      await bus.publish([eventOf('thing.done', 'good')]);
      bus.consume('a', ['thing'], async (event) => taken.take(event));
      bus.broadcast(['thing'], heard.take, { sinceMs: 60_000 });
      await Promise.all([taken.untilCount(1), heard.untilCount(1)]);
      expect([taken, heard].map(({ seen }) => seen.map(({ key }) => key))).toEqual([['good'], ['good']]);
      while (((await redis.xpending('mercato:events:thing', 'a')) as unknown[])[0] !== 0) await new Promise(setImmediate);
    } finally {
      await bus.close();
      redis.disconnect();
    }
  });
});

describe('the outbox relay', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeEach(async () => {
    database = await createDatabase('product');
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });

  afterEach(() => client.end());

  const record = (key: string) =>
    client.query(`INSERT INTO outbox (type, key, touches, data) VALUES ('thing.done', $1, '[]', '{}')`, [key]);

  it('tells what was committed, in order, and nothing that was rolled back', async () => {
    const bus = createMemoryBus(logger);
    const told = collector();
    bus.consume('test', ['thing'], async (event) => told.take(event));
    await record('before the relay');
    const relay = startOutboxRelay(database.url, bus, logger);
    await client.query('BEGIN');
    await record('rolled back');
    await client.query('ROLLBACK');
    await record('after');
    await told.untilCount(2);
    await relay.stop();
    expect(told.seen.map(({ key }) => key)).toEqual(['before the relay', 'after']);
  });

  it('tells again what the bus did not take, and loses nothing when its connection is cut', async () => {
    const bus = createMemoryBus(logger);
    const told = collector();
    bus.consume('test', ['thing'], async (event) => told.take(event));
    let refusals = 2;
    const flaky: EventBus = {
      ...bus,
      publish: async (events) => {
        if (refusals-- > 0) throw new Error('bus away');
        await bus.publish(events);
      },
    };
    await record('1');
    const relay = startOutboxRelay(database.url, flaky, logger);
    await told.untilCount(1);
    await until(
      () => database.query<{ told: string }>('SELECT told FROM outbox_head'),
      ([head]) => head?.told === '1',
    );
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mercato-relay' AND datname = current_database()`,
    );
    await record('2');
    await told.untilCount(2);
    await relay.stop();
    expect(told.seen.map(({ key }) => key)).toEqual(['1', '2']);
  });

  it('works alone: a second relay waits and takes over when the first is gone', async () => {
    const [first, second] = [collector(), collector()];
    const shared = createMemoryBus(logger);
    const busOf = (target: ReturnType<typeof collector>): EventBus => ({
      ...shared,
      publish: async (events) => events.forEach(target.take),
    });
    const one = startOutboxRelay(database.url, busOf(first), logger);
    await record('1');
    await first.untilCount(1);
    const two = startOutboxRelay(database.url, busOf(second), logger);
    await record('2');
    await first.untilCount(2);
    await one.stop();
    await record('3');
    await second.untilCount(1);
    await two.stop();
    expect(second.seen.map(({ key }) => key)).toEqual(['3']);
  });

  it('tells all that is kept again, in order, when the bus lost what it held', async () => {
    await record('1');
    await record('2');
    const first = collector();
    const one = startOutboxRelay(
      database.url,
      { ...createMemoryBus(logger), publish: async (events) => events.forEach(first.take) },
      logger,
    );
    await first.untilCount(2);
    await one.stop();
    const second = collector();
    const two = startOutboxRelay(
      database.url,
      { ...createMemoryBus(logger), publish: async (events) => events.forEach(second.take) },
      logger,
    );
    await second.untilCount(2);
    await record('3');
    await second.untilCount(3);
    await two.stop();
    expect(second.seen.map(({ key }) => key)).toEqual(['1', '2', '3']);
  });
});
