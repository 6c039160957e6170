import type { GraphQLFormattedError } from 'graphql';

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly Pick<GraphQLFormattedError, 'path' | 'message'>[];
}

/**
 * How an answer differs from the reference, or `null`. Data must be the same to the letter, order included. Errors are
 * compared by the null that each explains: the first one on its path. So one error may be told by several subgraphs, but
 * every null that an error made must have one, and no other null may. Errors at fields that the client did not ask for
 * (keys, what `@requires` needs) are not judged.
 */
export function differenceOf(expected: Result, actual: Result): string | null {
  const wanted = JSON.stringify(expected.data ?? null);
  const given = JSON.stringify(actual.data ?? null);
  if (wanted !== given) return `data\n  expected ${wanted}\n  answered ${given}${told(actual)}`;
  const [reference, own] = [expected, actual].map((result) => landings(result));
  const missing = [...(reference ?? [])].filter((place) => !own?.has(place));
  if (missing.length > 0) return `no error tells of the null at ${missing.join(', ')} in ${given}`;
  const surplus = [...(own ?? [])].filter((place) => !reference?.has(place));
  return surplus.length > 0 ? `an error without a reason at ${surplus.join(', ')} in ${given}${told(actual)}` : null;
}

function told({ errors = [] }: Result): string {
  return errors.map(({ message, path }) => `\n  error at ${path?.join('.') ?? 'nowhere'}: ${message}`).join('');
}

function landings({ data, errors = [] }: Result): Set<string> {
  const places = errors.map(({ path, message }) => (path ? landingOf(data ?? null, path) : `the request (${message})`));
  return new Set(places.filter((place) => place !== null));
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
