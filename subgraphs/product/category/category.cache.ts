import { Cache, type CacheStore } from '../../../platform/cache';
import { inKeyOrder } from '../../../platform/loaders';
import type { Category } from './category.entity';

export type CategoryCache = Cache<number, Category | null>;

/** Categories by key. Ended by every change of the category (`category.changed`). */
export function createCategoryCache(store: CacheStore, read: (keys: readonly number[]) => Promise<Category[]>): CategoryCache {
  return new Cache<number, Category | null>(
    {
      name: 'category',
      version: 2,
      ttlSeconds: 300,
      key: String,
      load: async (keys) => inKeyOrder(keys, await read(keys), (category) => category.id),
    },
    store,
  );
}
