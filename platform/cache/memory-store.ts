import { LRUCache } from 'lru-cache';
import type { CacheStore } from './store';

/** The in-process cache of a system that runs in one process without Redis: least recently used, bounded by bytes. */
export function createMemoryCache(maxBytes = 64 * 1024 * 1024): CacheStore {
  const values = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (text, key) => text.length + key.length + 64,
  });
  const leases = new LRUCache<string, string>({ max: 100_000, ttl: 30_000 });
  let counter = 0;
  return {
    read: async (keys) =>
      keys.map((key) => {
        const text = values.get(key);
        if (text !== undefined) return { hit: true, text };
        const lease = leases.get(key) ?? String((counter += 1));
        leases.set(key, lease);
        return { hit: false, lease };
      }),
    fill: async (entries) => {
      for (const { key, lease, text, ttlSeconds } of entries) {
        if (leases.get(key) === lease) values.set(key, text, { ttl: ttlSeconds * 1000 });
      }
    },
    invalidate: async (keys) => {
      for (const key of keys) {
        values.delete(key);
        leases.delete(key);
      }
    },
    close: async () => values.clear(),
  };
}
