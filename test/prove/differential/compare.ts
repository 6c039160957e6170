import type { GraphQLFormattedError } from 'graphql';

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly Pick<GraphQLFormattedError, 'path' | 'message'>[];
}

/** For so many places the gateway tells of one error of an entity that stands in more, on purpose. */
const MOST_PLACES = 20;

/**
 * How an answer differs from the reference, or `null`. Data must be the same to the letter, order included. Errors are
 * compared by the null that each explains: the first one on its path. So one error may be told by several subgraphs, but
 * every null that an error made must have one, and no other null may, but that one error of an entity need not be told for
 * more than {@link MOST_PLACES} places: where a field's errors are told for so many, more of them may be missing. Errors at
 * fields that the client did not ask for (keys, what `@requires` needs) are not judged.
 */
export function differenceOf(expected: Result, actual: Result): string | null {
  const wanted = JSON.stringify(expected.data ?? null);
  const given = JSON.stringify(actual.data ?? null);
  if (wanted !== given) return `data\n  expected ${wanted}\n  answered ${given}${errorsOf(actual)}`;
  const [reference, own] = [landings(expected), landings(actual)];
  const told = new Map<string, number>();
  for (const { path } of actual.errors ?? []) told.set(fieldOf(path), (told.get(fieldOf(path)) ?? 0) + 1);
  const isTold = ({ fields }: Landing): boolean => fields.some((field) => (told.get(field) ?? 0) >= MOST_PLACES);
  const missing = [...reference].filter(([place, landing]) => !own.has(place) && !isTold(landing)).map(([place]) => place);
  if (missing.length > 0) return `no error tells of the null at ${missing.join(', ')} in ${given}`;
  const surplus = [...own.keys()].filter((place) => !reference.has(place));
  return surplus.length > 0 ? `an error without a reason at ${surplus.join(', ')} in ${given}${errorsOf(actual)}` : null;
}

function errorsOf({ errors = [] }: Result): string {
  return errors.map(({ message, path }) => `\n  error at ${path?.join('.') ?? 'nowhere'}: ${message}`).join('');
}

/** What errors explain one place. */
interface Landing {
  /** The fields that failed. Messages would not do: what is no word of ours is told in other words. */
  readonly fields: string[];
}

function landings({ data, errors = [] }: Result): Map<string, Landing> {
  const places = new Map<string, Landing>();
  for (const { path, message } of errors) {
    const place = path ? landingOf(data ?? null, path) : `the request (${message})`;
    if (place === null) continue;
    const landing = places.get(place) ?? { fields: [] };
    landing.fields.push(fieldOf(path));
    places.set(place, landing);
  }
  return places;
}

/** Its response name, lists left out. */
function fieldOf(path: readonly (string | number)[] = []): string {
  return String(path.findLast((part) => typeof part === 'string') ?? '');
}

/** `null` for what was not asked. */
function landingOf(data: unknown, path: readonly (string | number)[]): string | null {
  let value = data;
  for (let at = 0; at <= path.length; at += 1) {
    if (value === undefined) return null;
    if (value === null) return `"${path.slice(0, at).join('.')}"`;
    const part = path[at];
    if (part === undefined) break;
    value = (value as Record<string | number, unknown>)[part];
  }
  return `the value at "${path.join('.')}"`;
}
