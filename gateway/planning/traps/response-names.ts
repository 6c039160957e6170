import { Kind, parse, visit, type DocumentNode, type FieldNode } from 'graphql';
import { withoutBraces } from './supergraph-nodes';

/**
 * The planner fetches keys and what `@requires` needs beside what the client asked, into the same records, and does not
 * look whether the client calls something else by such a name: `id: title` would be sent as the key `id`. So aliases that
 * could be taken for a field that plans fetch by themselves get a name of our own until the answer is shaped.
 */
const MARK = '__asked';

/** Names of fields that plans fetch unasked: keys, `@requires`, `@fromContext`. */
export function fetchedNames(supergraphSdl: string): ReadonlySet<string> {
  const names = new Set(['__typename']);
  const note = (fields: string): void => {
    visit(parse(`{ ${fields} }`, { noLocation: true }), { Field: ({ name }) => void names.add(name.value) });
  };
  visit(parse(supergraphSdl, { noLocation: true }), {
    Argument: ({ name, value }) => {
      if (value.kind === Kind.STRING && (name.value === 'key' || name.value === 'requires')) note(value.value);
    },
    ObjectField: ({ name, value }) => {
      if (value.kind === Kind.STRING && name.value === 'selection') note(withoutBraces(value.value));
    },
  });
  return names;
}

/** Under which name what a client calls `key` stands in the merged data. */
export function fetchedAs(key: string, name: string, fetched: ReadonlySet<string>): string {
  return key !== name && fetched.has(key) ? `${key}${MARK}` : key;
}

/** The operation as it is planned. */
export function withFetchedNames(document: DocumentNode, fetched: ReadonlySet<string>): DocumentNode {
  return visit(document, {
    Field: (node): FieldNode | undefined => {
      const { alias, name } = node;
      if (!alias || alias.value === name.value || !fetched.has(alias.value)) return undefined;
      return { ...node, alias: { ...alias, value: fetchedAs(alias.value, name.value, fetched) } };
    },
  });
}

/** A path of the merged data as the client knows it. */
export function askedPath<T extends string | number>(path: readonly T[]): readonly T[] {
  return path.some(isMarked)
    ? path.map((part) => (isMarked(part) ? ((part as string).slice(0, -MARK.length) as T) : part))
    : path;
}

/** Whether a path of the merged data leads to a field that a plan fetched unasked, where a client's answer has something else. */
export function isTaken(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    const record = value as Readonly<Record<string | number, unknown>>;
    if ((record[`${part}${MARK}`] ?? null) !== null) return true;
    value = record[part];
  }
  return false;
}

function isMarked(part: string | number): boolean {
  return typeof part === 'string' && part.endsWith(MARK);
}
