export type Json = Record<string, unknown>;

/**
 * Merges what a subgraph answered into what is known, in place; lists of one length are merged item by item.
 *
 * @param keeps whether null takes no known value's place
 */
export function mergeInto(target: Json, source: Json, keeps = false): void {
  for (const key in source) {
    const added = source[key];
    if (added === undefined || key === '__proto__') continue;
    const present = target[key];
    if (isComposite(present) && isComposite(added) && Array.isArray(present) === Array.isArray(added)) {
      if (!Array.isArray(present)) mergeInto(present, added as Json, keeps);
      else if (!mergeLists(present, added as unknown as unknown[], keeps)) target[key] = added;
    } else if (!keeps || added !== null || present === undefined) {
      target[key] = added;
    }
  }
}

/** As {@link mergeInto} for what has no parts that could be merged. */
export function assignTo(target: Json, source: Readonly<Json>, keeps = false): void {
  for (const key in source) {
    if (key === '__proto__' || (keeps && source[key] === null && target[key] !== undefined)) continue;
    target[key] = source[key];
  }
}

function mergeLists(target: unknown[], source: readonly unknown[], keeps: boolean): boolean {
  if (target.length !== source.length) return false;
  for (let at = 0; at < source.length; at += 1) {
    const present = target[at];
    const added = source[at];
    if (isComposite(present) && isComposite(added) && Array.isArray(present) === Array.isArray(added)) {
      if (!Array.isArray(present)) mergeInto(present, added as Json, keeps);
      else if (!mergeLists(present, added as unknown as unknown[], keeps)) target[at] = added;
    } else if (!keeps || added !== null) {
      target[at] = added;
    }
  }
  return true;
}

/** A copy that shares nothing: two places of one answer must not change together. */
export function copyOf<T>(value: T): T {
  if (!isComposite(value)) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy: Json = {};
  for (const key in value) copy[key] = copyOf((value as Json)[key]);
  return copy as T;
}

function isComposite(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
