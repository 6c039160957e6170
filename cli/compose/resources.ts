import type { Redis } from 'ioredis';
import { createMemoryCache, createRedisCache, noCache, type CacheStore } from '../../platform/cache';
import type { Settings } from '../../platform/config';
import { createMemoryBus, createRedisBus, type EventBus } from '../../platform/events';
import { createLogger, type Logger } from '../../platform/observability';
import { Lifecycle } from '../../platform/process';
import { connectRedis } from '../../platform/redis';
import { CommandError } from '../print';

/** What every process of the system has, whichever part it plays. */
export interface Resources {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly cache: CacheStore;
  readonly bus: EventBus;
}

const REDIS_PATIENCE_MS = 3_000;

/**
 * Opens log, cache and bus; without a Redis URL, cache and bus live in this process alone. `startedBefore` holds what
 * must outlive them, such as a Redis server of our own.
 */
export async function openResources(settings: Settings, processName: string, startedBefore?: Lifecycle): Promise<Resources> {
  const logger = createLogger(settings, processName);
  const lifecycle = startedBefore ?? new Lifecycle(logger);
  if (settings.redisUrl === null) {
    const bus = createMemoryBus(logger);
    lifecycle.add('event bus', () => bus.close());
    return { settings, logger, lifecycle, bus, cache: settings.cacheEnabled ? createMemoryCache() : noCache };
  }
  const redis = connectRedis(settings.redisUrl, logger);
  lifecycle.add('redis connection', () => redis.disconnect());
  await untilReady(redis, REDIS_PATIENCE_MS);
  const bus = createRedisBus(redis, logger, { keepMs: keepEventsMs(settings) });
  lifecycle.add('event bus', () => bus.close());
  return { settings, logger, lifecycle, bus, cache: settings.cacheEnabled ? createRedisCache(redis, logger) : noCache };
}

/** Two hours, and revocations for as long as the access tokens that they revoke: a gateway that starts reads them back. */
function keepEventsMs({ accessTokenSeconds }: Settings): number {
  return Math.max(7_200, accessTokenSeconds + 600) * 1_000;
}

/** A Redis that is away does not keep a process from starting; one that is there should be used from the first request on. */
async function untilReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Events between processes travel over Redis; without it they would silently stay where they happen. */
export function requireRedis({ settings }: Resources): void {
  if (settings.redisUrl === null) throw new CommandError('REDIS_URL is needed: processes tell one another events over Redis');
}
