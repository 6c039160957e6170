import type { Redis } from 'ioredis';
import {
  createMemoryCache,
  createRedisCache,
  createRedisTaggedStore,
  noCache,
  type CacheStore,
  type TaggedStore,
} from '../../platform/cache';
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
  /** Where a gateway keeps what subgraphs answer; `null` where it keeps nothing. @throws CommandError where it should and cannot */
  readonly openTaggedStore: () => TaggedStore | null;
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
    const cache = settings.cacheEnabled ? createMemoryCache() : noCache;
    return { settings, logger, lifecycle, bus, cache, openTaggedStore: withoutRedis(settings) };
  }
  const redis = connectRedis(settings.redisUrl, logger);
  lifecycle.add('redis connection', () => redis.disconnect());
  await untilReady(redis, REDIS_PATIENCE_MS);
  const bus = createRedisBus(redis, logger, { keepMs: keepEventsMs(settings) });
  lifecycle.add('event bus', () => bus.close());
  const openTaggedStore = (): TaggedStore | null => {
    if (!settings.entityCacheEnabled || !settings.cacheEnabled) return null;
    const store = createRedisTaggedStore(redis, logger);
    lifecycle.add('entity cache', () => store.close());
    return store;
  };
  const cache = settings.cacheEnabled ? createRedisCache(redis, logger) : noCache;
  return { settings, logger, lifecycle, bus, cache, openTaggedStore };
}

function withoutRedis(settings: Settings): () => null {
  return () => {
    if (settings.entityCacheEnabled) throw new CommandError('ENTITY_CACHE: is kept in Redis; set REDIS_URL');
    return null;
  };
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
