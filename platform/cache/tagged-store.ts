/**
 * Where values live that end by what they are about: each carries tags, and whoever learns of a change ends a tag, and with
 * it every value that carries the tag, without knowing their keys.
 *
 * A tag has a token, replaced when it ends. A read that misses answers the tokens of that moment as a stamp, a write keeps
 * the stamp with the value, and a value counts only while its stamp is that of today. So what was read before a change can
 * be written after it, and is never given to anybody. A token that is lost (evicted, expired) ends its values as well.
 *
 * No method throws: a store that cannot be reached behaves as an empty one.
 */
export interface TaggedStore {
  /** In the order asked; `null` where the store cannot be asked now, or not in time. */
  read(asked: readonly TaggedKey[]): Promise<readonly TaggedRead[] | null>;
  /** Returns at once; a value that ends meanwhile is not kept. */
  write(values: readonly TaggedValue[]): void;
  /** From now on this process gets no value with one of these tags, every other one as soon as the store is told. */
  end(tags: readonly string[]): void;
  endAll(): void;
  close(): Promise<void>;
}

export interface TaggedKey {
  readonly key: string;
  readonly tags: readonly string[];
}

/** `stamp` of a miss: to write the value with; `null` while it may not be written. */
export type TaggedRead =
  | { readonly hit: true; readonly text: string; readonly freshForMs: number }
  | { readonly hit: false; readonly stamp: string | null };

export interface TaggedValue extends TaggedKey {
  readonly stamp: string;
  readonly text: string;
  readonly lifeMs: number;
}
