import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../observability';
import type { CacheFill, CacheRead, CacheStore } from './store';

const LEASE_SECONDS = 30;

/** Answers values, and for each miss sets a lease unless one stands. KEYS: value keys; ARGV: new lease, its seconds. */
const READ = `
local out = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do
  if out[i] then out[i] = {1, out[i]}
  else
    local leaseKey = KEYS[i] .. ':lease'
    redis.call('SET', leaseKey, ARGV[1], 'NX', 'EX', ARGV[2])
    out[i] = {0, redis.call('GET', leaseKey)}
  end
end
return out`;

/** Stores each value whose lease still stands. KEYS: value keys; ARGV: lease, seconds, text for each. */
const FILL = `
for i = 1, #KEYS do
  local at = (i - 1) * 3
  if redis.call('GET', KEYS[i] .. ':lease') == ARGV[at + 1] then
    redis.call('SET', KEYS[i], ARGV[at + 3], 'EX', ARGV[at + 2])
  end
end`;

type Scripted = Redis & {
  mercatoRead(count: number, ...rest: (string | number)[]): Promise<[number, string][]>;
  mercatoFill(count: number, ...rest: (string | number)[]): Promise<null>;
};

/** The shared cache in Redis. While Redis is away every read is a miss without a lease: slower, never wrong. */
export function createRedisCache(redis: Redis, logger: Logger): CacheStore {
  redis.defineCommand('mercatoRead', { lua: READ });
  redis.defineCommand('mercatoFill', { lua: FILL });
  const scripted = redis as Scripted;
  // An invalidation that Redis missed would leave a stale value: such keys are remembered and ended on reconnection.
  const owed = new Set<string>();
  const end = async (keys: readonly string[]): Promise<void> => {
    try {
      await redis.del(...keys.flatMap((key) => [key, `${key}:lease`]));
      for (const key of keys) owed.delete(key);
    } catch (error) {
      for (const key of keys) owed.add(key);
      logger.warn({ err: error, keys: keys.length }, 'cache invalidation waits for Redis');
    }
  };
  redis.on('ready', () => {
    if (owed.size > 0) void end([...owed]);
  });
  return {
    read: (keys) => readOrMiss(scripted, keys, owed, logger),
    fill: (entries) => fillQuietly(scripted, entries, logger),
    invalidate: async (keys) => {
      if (keys.length > 0) await end(keys);
    },
    close: async () => undefined,
  };
}

async function readOrMiss(redis: Scripted, keys: readonly string[], owed: ReadonlySet<string>, logger: Logger): Promise<CacheRead[]> {
  const missAll = (): CacheRead[] => keys.map(() => ({ hit: false, lease: null }));
  if (keys.length === 0 || redis.status !== 'ready' || owed.size > 0) return missAll();
  try {
    const found = await redis.mercatoRead(keys.length, ...keys, randomUUID(), LEASE_SECONDS);
    return found.map(([hit, text]) => (hit === 1 ? { hit: true, text } : { hit: false, lease: text }));
  } catch (error) {
    logger.warn({ err: error }, 'cache read failed, reading from the database');
    return missAll();
  }
}

async function fillQuietly(redis: Scripted, entries: readonly CacheFill[], logger: Logger): Promise<void> {
  if (entries.length === 0 || redis.status !== 'ready') return;
  try {
    const values = entries.flatMap((entry) => [entry.lease, entry.ttlSeconds, entry.text]);
    await redis.mercatoFill(entries.length, ...entries.map((entry) => entry.key), ...values);
  } catch (error) {
    logger.warn({ err: error }, 'cache fill failed');
  }
}
