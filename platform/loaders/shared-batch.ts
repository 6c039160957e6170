import type { LoaderDefinition } from './request-loaders';

/** How many keys one statement may ask for. */
const MAX_BATCH = 1000;

export type Batch<K, V> = (keys: readonly K[]) => Promise<readonly V[]>;

/**
 * Makes one batch of what all requests of this process ask for in one turn of the event loop: what a thousand subscribers
 * read of one event costs as much as what one reads. An answer is read after it was asked for, and nothing is kept: it is
 * as fresh as one's own. A batch that fails fails for all who asked.
 */
export function sharedBatch<K extends string | number, V>(batch: Batch<K, V>): Batch<K, V> {
  let round: { readonly keys: Set<K>; readonly values: Promise<ReadonlyMap<K, V>> } | null = null;
  const begin = () => {
    const keys = new Set<K>();
    const values = turnEnds().then(() => {
      round = null;
      return readAll(batch, [...keys]);
    });
    return { keys, values };
  };
  return async (asked) => {
    round ??= begin();
    for (const key of asked) round.keys.add(key);
    const values = await round.values;
    return asked.map((key) => values.get(key) as V);
  };
}

/**
 * A loader for what does not depend on who asks: its batch is shared by all requests, and is not told of theirs. Each request
 * still remembers what it was answered. What a viewer may see is judged on the answer.
 */
export function defineSharedLoader<K extends string | number, V, C>({
  name,
  batch,
}: {
  readonly name: string;
  readonly batch: Batch<K, V>;
}): LoaderDefinition<K, V, C> {
  const shared = sharedBatch(batch);
  return { name, batch: (keys) => shared(keys) };
}

async function readAll<K, V>(batch: Batch<K, V>, keys: readonly K[]): Promise<ReadonlyMap<K, V>> {
  const parts: K[][] = [];
  for (let from = 0; from < keys.length; from += MAX_BATCH) parts.push(keys.slice(from, from + MAX_BATCH));
  const answers = await Promise.all(parts.map((part) => batch(part)));
  return new Map(parts.flatMap((part, at) => part.map((key, place) => [key, answers[at]?.[place] as V] as const)));
}

let turn: Promise<void> | null = null;

/** One moment for all shared batches, after what every request asks for in this turn. */
function turnEnds(): Promise<void> {
  turn ??= new Promise<void>((resolve) =>
    setImmediate(() => {
      turn = null;
      resolve();
    }),
  );
  return turn;
}
