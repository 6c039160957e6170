import type { Json } from './merge';
import type { Path } from './project';

/** A record of the merged data and where it stands in the answer. */
export interface Place {
  readonly record: Json;
  readonly path: Path;
}

/** The records at a plan's path (`@` stands for every item of a list), nulls left out. */
export function recordsAt(values: readonly Json[], path: readonly string[]): Json[] {
  let current: readonly unknown[] = values;
  for (const part of path) {
    current = part === '@' ? current.flat() : current.map((value) => (value as Json)[part]);
    current = current.filter((value) => value !== null && value !== undefined);
  }
  return current as Json[];
}

/** As {@link recordsAt} from the root and in the same order, with the path of each; for errors, so made only then. */
export function placesAt(root: Json, path: readonly string[]): Place[] {
  let current: { value: unknown; path: Path }[] = [{ value: root, path: [] }];
  for (const part of path) {
    current = current.flatMap((place) => {
      const nested =
        part === '@'
          ? (place.value as unknown[]).map((value, at) => ({ value, path: [...place.path, at] }))
          : [{ value: (place.value as Json)[part], path: [...place.path, part] }];
      return nested.filter(({ value }) => value !== null && value !== undefined);
    });
  }
  return current.map((place) => ({ record: place.value as Json, path: place.path }));
}
