export { Cache, type CacheDefinition } from './cache';
export { createMemoryCache } from './memory-store';
export { createRedisCache } from './redis-store';
export { noCache, type CacheStore } from './store';
