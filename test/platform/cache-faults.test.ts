import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '../../cli/local';
import { createRedisCache, type CacheStore } from '../../platform/cache';
import { createLogger } from '../../platform/observability';
import { connectRedis } from '../../platform/redis';
import { provideRedis } from '../support/redis';
import { until } from '../support/until';

const logger = createLogger({ logLevel: 'silent' }, 'test');

type Reads = Awaited<ReturnType<CacheStore['read']>>;
const isHit = ([read]: Reads): boolean => read?.hit === true;
/** Redis answered: a value, or a miss with a lease. */
const isAnswered = ([read]: Reads): boolean => read !== undefined && (read.hit || read.lease !== null);

describe('the cache over a Redis that hangs for a while', () => {
  let server: LocalRedis;
  let redis: Redis;
  let control: Redis;
  let store: CacheStore;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mercato-cache-faults-'));
    server = await startRedis({ program: await provideRedis(), directory, password: 'test' });
  });

  afterAll(() => server?.stop());

  beforeEach(async () => {
    control = new Redis(server.url);
    await control.flushall();
    redis = connectRedis(server.url, logger);
    await until(
      async () => redis.status,
      (status) => status === 'ready',
    );
    store = createRedisCache(redis, logger);
  });

  afterEach(async () => {
    await store.close();
    redis.disconnect();
    control.disconnect();
  });

  const put = async (key: string, text: string): Promise<void> => {
    const [read] = await store.read([key]);
    if (!read || read.hit || read.lease === null) throw new Error('no lease');
    await store.fill([{ key, lease: read.lease, ttlSeconds: 60, text }]);
  };

  it('ends what it could not end as soon as Redis answers, on a connection that never broke', async () => {
    await put('edited', 'old');
    await put('other', 'fine');
    await control.call('CLIENT', 'PAUSE', '1500');
    await store.invalidate(['edited']);
    // Owed: a miss whatever Redis says.
    expect(await store.read(['edited'])).toEqual([{ hit: false, lease: null }]);
    await until(() => store.read(['other']), isHit, 10_000);
    expect(await until(() => store.read(['edited']), isAnswered, 10_000)).toMatchObject([{ hit: false }]);
    expect(redis.status).toBe('ready');
  });

  it('ends many keys that waited, in pieces', async () => {
    const keys = Array.from({ length: 150_000 }, (_, at) => `key ${at}`);
    await control.call('CLIENT', 'PAUSE', '800');
    await store.invalidate(keys);
    await until(() => store.read(keys.slice(-1)), isAnswered, 15_000);
  });

  it('makes one read wait, and the others miss at once', async () => {
    await put('k', 'v');
    await control.call('CLIENT', 'PAUSE', '1200');
    expect(await store.read(['k'])).toEqual([{ hit: false, lease: null }]);
    const beganMs = performance.now();
    for (let at = 0; at < 50; at += 1) expect(await store.read(['k'])).toEqual([{ hit: false, lease: null }]);
    expect(performance.now() - beganMs).toBeLessThan(400);
    await until(() => store.read(['k']), isHit, 10_000);
  });
});
