import type { Redis } from 'ioredis';
import type { TaggedStore } from '../../../platform/cache';

/**
 * What a store would be without stamps: a change deletes what carries its tag, and whatever is read before and written
 * after it stays. Tests and proofs must catch it.
 */
export function storeWithoutStamps(redis: Redis): TaggedStore {
  const keysByTag = new Map<string, Set<string>>();
  return {
    read: async (asked) => {
      const texts = await redis.mget(asked.map(({ key }) => key));
      return texts.map((text) => (text === null ? { hit: false, stamp: '' } : { hit: true, text, freshForMs: 60_000 }));
    },
    write: (values) => {
      for (const { key, tags, text, lifeMs } of values) {
        for (const tag of tags) keysByTag.set(tag, (keysByTag.get(tag) ?? new Set()).add(key));
        void redis.set(key, text, 'PX', Math.ceil(lifeMs));
      }
    },
    end: (tags) => {
      const keys = tags.flatMap((tag) => [...(keysByTag.get(tag) ?? [])]);
      if (keys.length > 0) void redis.del(keys);
    },
    endAll: () => undefined,
    close: async () => undefined,
  };
}

/** Keys without the part that tells viewers apart. */
export function storeForEverybody(store: TaggedStore): TaggedStore {
  const blind = <T extends { readonly key: string }>(values: readonly T[]): T[] =>
    values.map((value) => ({ ...value, key: value.key.replace(/^(mercato:fetched:[^:]*:)[^:]*/, '$1') }));
  return { ...bound(store), read: (asked) => store.read(blind(asked)), write: (values) => store.write(blind(values)) };
}

/** Never told that anything changed. */
export function storeWithoutEnds(store: TaggedStore): TaggedStore {
  return { ...bound(store), end: () => undefined };
}

/** Everything in it is nearly too old. */
export function storeOfOldValues(store: TaggedStore, freshForMs: number): TaggedStore {
  return {
    ...bound(store),
    read: async (asked) => (await store.read(asked))?.map((read) => (read.hit ? { ...read, freshForMs } : read)) ?? null,
  };
}

function bound(store: TaggedStore): TaggedStore {
  return {
    read: (asked) => store.read(asked),
    write: (values) => store.write(values),
    end: (tags) => store.end(tags),
    endAll: () => store.endAll(),
    close: () => store.close(),
  };
}
