export { Cache, type CacheDefinition } from './cache';
export { createMemoryCache } from './memory-store';
export { createRedisCache } from './redis-store';
export { createRedisTaggedStore, type TaggedStoreOptions } from './redis-tagged-store';
export { noCache, type CacheStore } from './store';
export type { TaggedKey, TaggedRead, TaggedStore, TaggedValue } from './tagged-store';
