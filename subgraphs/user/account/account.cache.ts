import { Cache, type CacheStore } from '../../../platform/cache';
import { inKeyOrder } from '../../../platform/loaders';
import type { User } from './account.entity';

export type AccountCache = Cache<number, User | null>;

/** Accounts by key, without password hashes. Ended by every change of the account (`account.changed`, `account.erased`). */
export function createAccountCache(store: CacheStore, read: (keys: readonly number[]) => Promise<User[]>): AccountCache {
  return new Cache<number, User | null>(
    {
      name: 'user',
      version: 1,
      ttlSeconds: 300,
      key: String,
      load: async (keys) => inKeyOrder(keys, await read(keys), (user) => user.id),
    },
    store,
  );
}
