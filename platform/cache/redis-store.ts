import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../observability';
import { Rest } from './rest';
import type { CacheFill, CacheRead, CacheStore } from './store';

const LEASE_SECONDS = 30;
const PAY_EVERY_MS = 1_000;
const CHUNK = 500;

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

/**
 * The shared cache in Redis. While Redis is away every read is a miss without a lease: slower, never wrong. After a
 * read that failed, the next ones miss at once for a while, so that a Redis that hangs does not hold up each request.
 */
export function createRedisCache(redis: Redis, logger: Logger): CacheStore {
  redis.defineCommand('mercatoRead', { lua: READ });
  redis.defineCommand('mercatoFill', { lua: FILL });
  const scripted = redis as Scripted;
  const owed = new OwedEndings(redis, logger);
  const rest = new Rest();
  return {
    read: (keys) => readOrMiss(scripted, keys, owed, rest, logger),
    fill: async (entries) => {
      const allowed = entries.filter(({ key }) => !owed.has(key));
      if (allowed.length > 0 && redis.status === 'ready' && !rest.isResting()) await fillQuietly(scripted, allowed, logger);
    },
    invalidate: (keys) => owed.end(keys),
    close: async () => owed.stop(),
  };
}

async function readOrMiss(
  redis: Scripted,
  keys: readonly string[],
  owed: OwedEndings,
  rest: Rest,
  logger: Logger,
): Promise<CacheRead[]> {
  const miss: CacheRead = { hit: false, lease: null };
  const asked = keys.filter((key) => !owed.has(key));
  if (asked.length === 0 || redis.status !== 'ready' || !rest.mayTry()) return keys.map(() => miss);
  try {
    const found = await redis.mercatoRead(asked.length, ...asked, randomUUID(), LEASE_SECONDS);
    rest.end();
    const reads = new Map(
      found.map(([hit, text], at): [string, CacheRead] => [
        asked[at] ?? '',
        hit === 1 ? { hit: true, text } : { hit: false, lease: text },
      ]),
    );
    // Looked at again: an ending that failed while we read makes what we read worthless.
    return keys.map((key) => (owed.has(key) ? miss : (reads.get(key) ?? miss)));
  } catch (error) {
    rest.begin();
    logger.warn({ err: error }, 'cache read failed, reading from the database');
    return keys.map(() => miss);
  }
}

async function fillQuietly(redis: Scripted, entries: readonly CacheFill[], logger: Logger): Promise<void> {
  try {
    const values = entries.flatMap((entry) => [entry.lease, entry.ttlSeconds, entry.text]);
    await redis.mercatoFill(entries.length, ...entries.map((entry) => entry.key), ...values);
  } catch (error) {
    logger.warn({ err: error }, 'cache fill failed');
  }
}

/**
 * Ends keys, and remembers those that Redis did not end: each would be a stale value, so it counts as a miss and is
 * tried again every second until it is done. A connection that never broke gives no other sign that Redis answers again.
 */
class OwedEndings {
  /** By key, which of our attempts failed last: an older one that succeeds late pays nothing. */
  private readonly owed = new Map<string, number>();
  private attempts = 0;
  private timer: NodeJS.Timeout | null = null;
  private isPaying = false;
  private isStopped = false;
  private readonly onReady = (): void => void this.pay();

  constructor(
    private readonly redis: Redis,
    private readonly logger: Logger,
  ) {
    redis.on('ready', this.onReady);
  }

  has(key: string): boolean {
    return this.owed.has(key);
  }

  async end(keys: readonly string[]): Promise<void> {
    const wasClear = this.owed.size === 0;
    const failure = await this.endInChunks(keys);
    if (failure === null) return;
    if (wasClear) this.logger.warn({ err: failure, keys: keys.length }, 'cache invalidation waits for Redis');
    this.payLater();
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.redis.off('ready', this.onReady);
  }

  /** Answers the first failure, or `null`; what follows a failure is owed without being tried. */
  private async endInChunks(keys: readonly string[]): Promise<unknown> {
    const attempt = ++this.attempts;
    for (let at = 0; at < keys.length; at += CHUNK) {
      const chunk = keys.slice(at, at + CHUNK);
      try {
        await this.redis.del(...chunk.flatMap((key) => [key, `${key}:lease`]));
        for (const key of chunk) if ((this.owed.get(key) ?? 0) <= attempt) this.owed.delete(key);
      } catch (error) {
        for (const key of keys.slice(at)) this.owed.set(key, Math.max(attempt, this.owed.get(key) ?? 0));
        return error;
      }
    }
    return null;
  }

  private async pay(): Promise<void> {
    if (this.isPaying || this.isStopped || this.owed.size === 0) return;
    this.isPaying = true;
    if (this.redis.status === 'ready') await this.endInChunks([...this.owed.keys()]);
    this.isPaying = false;
    if (this.owed.size === 0) this.logger.info('cache invalidations that waited for Redis are done');
    else this.payLater();
  }

  private payLater(): void {
    if (this.timer || this.isStopped) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.pay();
    }, PAY_EVERY_MS);
    this.timer.unref();
  }
}
