import { Cache, createMemoryCache, createRedisCache, type CacheStore } from '../../platform/cache';
import { createLogger } from '../../platform/observability';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { freshRedisUrl } from '../support/redis';

const logger = createLogger({ logLevel: 'silent' }, 'test');

describe.each(['memory', 'redis'])('the cache over %s', (kind) => {
  let redis: Redis | null = null;
  let store: CacheStore;

  beforeAll(async () => {
    if (kind === 'redis') {
      redis = new Redis(await freshRedisUrl());
      await redis.ping();
    }
    store = redis ? createRedisCache(redis, logger) : createMemoryCache();
  });

  afterAll(async () => {
    await store.close();
    redis?.disconnect();
  });

  const cacheOf = (load: (keys: readonly string[]) => Promise<(string | null | undefined)[]>) =>
    new Cache<string, string | null>({ name: randomUUID(), version: 1, ttlSeconds: 60, key: String, load }, store);

  it('loads what is missing once, and answers null as a value', async () => {
    const loads: string[][] = [];
    const cache = cacheOf(async (keys) => {
      loads.push([...keys]);
      return keys.map((key) => (key === 'none' ? null : `value of ${key}`));
    });
    expect(await cache.getMany(['a', 'none'])).toEqual(['value of a', null]);
    expect(await cache.getMany(['none', 'a', 'b'])).toEqual([null, 'value of a', 'value of b']);
    expect(loads).toEqual([['a', 'none'], ['b']]);
  });

  it('shares one load among concurrent misses', async () => {
    let loads = 0;
    const cache = cacheOf(async (keys) => {
      loads += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return keys.map(() => 'x');
    });
    await Promise.all(Array.from({ length: 50 }, () => cache.get('hot')));
    expect(loads).toBe(1);
  });

  it('never stores what was read before an invalidation', async () => {
    let row = 'old';
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let isFirst = true;
    const cache = cacheOf(async (keys) => {
      const read = row;
      if (isFirst) {
        isFirst = false;
        await held;
      }
      return keys.map(() => read);
    });
    const slowReader = cache.get('k');
    await new Promise((resolve) => setTimeout(resolve, 50));
    row = 'new';
    await cache.invalidate(['k']);
    letGo();
    expect(await slowReader).toBe('old');
    expect(await cache.get('k')).toBe('new');
  });

  it('keeps nothing when the load fails', async () => {
    let fails = true;
    const cache = cacheOf(async () => {
      if (fails) throw new Error('database away');
      return ['fine'];
    });
    await expect(cache.get('k')).rejects.toThrow('database away');
    fails = false;
    expect(await cache.get('k')).toBe('fine');
  });

  it('without leases the same race stores the old value: the negative control', async () => {
    const forgetful: CacheStore = { ...store, invalidate: async () => undefined };
    const cache = new Cache<string, string>(
      { name: randomUUID(), version: 1, ttlSeconds: 60, key: String, load: async () => [row] },
      forgetful,
    );
    let row = 'old';
    await cache.get('k');
    row = 'new';
    await cache.invalidate(['k']);
    expect(await cache.get('k')).toBe('old');
  });
});
