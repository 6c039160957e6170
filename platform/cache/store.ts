/**
 * Where cached values live. A fill is guarded by a lease, so that a value read before an invalidation can never be
 * stored after it: `read` of a missing key hands out a lease, `invalidate` ends it, `fill` without a living lease does
 * nothing (the scheme of Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1).
 *
 * No method throws: a store that cannot be reached behaves as an empty one.
 */
export interface CacheStore {
  read(keys: readonly string[]): Promise<readonly CacheRead[]>;
  fill(entries: readonly CacheFill[]): Promise<void>;
  invalidate(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** `text` of a hit; for a miss the lease to fill it with, or `null` where the store can take no fill. */
export type CacheRead = { readonly hit: true; readonly text: string } | { readonly hit: false; readonly lease: string | null };

export interface CacheFill {
  readonly key: string;
  readonly lease: string;
  readonly text: string;
  readonly ttlSeconds: number;
}

/** Answers every read with a miss and keeps nothing: `CACHE=off`. */
export const noCache: CacheStore = {
  read: async (keys) => keys.map(() => ({ hit: false, lease: null })),
  fill: async () => undefined,
  invalidate: async () => undefined,
  close: async () => undefined,
};
