import DataLoader from 'dataloader';

/** How many keys one batch may hold; a larger list is split, so that no statement grows without bound. */
const MAX_BATCH = 1000;

/**
 * A batch declared once in a slice and used through {@link RequestLoaders}. `batch` answers in the order asked, `null`
 * for a key that has nothing; it may throw, which fails every key of the batch.
 */
export interface LoaderDefinition<K, V, C> {
  readonly name: string;
  readonly batch: (keys: readonly K[], context: C) => Promise<readonly V[]>;
  /** For keys that are objects: a text that is equal for equal keys. */
  readonly cacheKey?: (key: K) => unknown;
}

export function defineLoader<K, V, C>(definition: LoaderDefinition<K, V, C>): LoaderDefinition<K, V, C> {
  return definition;
}

/** The loaders of one request: each definition has one DataLoader, made when it is first used. */
export class RequestLoaders<C> {
  private readonly loaders = new Map<LoaderDefinition<never, never, C>, DataLoader<unknown, unknown>>();

  constructor(private readonly context: () => C) {}

  of<K, V>(definition: LoaderDefinition<K, V, C>): DataLoader<K, V> {
    const key = definition as unknown as LoaderDefinition<never, never, C>;
    let loader = this.loaders.get(key) as DataLoader<K, V> | undefined;
    if (!loader) {
      loader = new DataLoader<K, V>((keys) => definition.batch(keys, this.context()).then((values) => [...values]), {
        name: definition.name,
        maxBatchSize: MAX_BATCH,
        ...(definition.cacheKey ? { cacheKeyFn: definition.cacheKey as (key: K) => K } : {}),
      });
      this.loaders.set(key, loader as unknown as DataLoader<unknown, unknown>);
    }
    return loader;
  }
}

/** Puts rows into the order of `keys`; a key without a row gets `null`. */
export function inKeyOrder<K, R>(keys: readonly K[], rows: readonly R[], keyOf: (row: R) => K): (R | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Groups rows under `keys`, in the order of `keys`; a key without rows gets an empty list. */
export function groupedByKey<K, R>(keys: readonly K[], rows: readonly R[], keyOf: (row: R) => K): R[][] {
  const groups = new Map<K, R[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key) ?? []);
}
