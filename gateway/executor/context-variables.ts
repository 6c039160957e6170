import type { FetchDataKeyRenamer, FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Json } from './merge';
import { FRAGMENT, isOfType } from './rewrites';

/** A variable of a fetch that `@fromContext` fills in from a record around each entity. */
export interface ContextVariable {
  readonly name: string;
  /** How many fields above the entity that record stands. */
  readonly up: number;
  /** Where in it the value is: the first way that leads somewhere, for each type that the record may have. */
  readonly ways: readonly (readonly string[])[];
}

/** An entity with the records around it, from the root down to itself; lists have no level of their own. */
export type Chain = readonly Json[];

const UP = '..';

/** `null` for a fetch without such variables. */
export function contextVariablesOf({ contextRewrites, variableUsages = [] }: FetchNode): readonly ContextVariable[] | null {
  const rewrites = (contextRewrites ?? []).filter(isRenamer).filter(({ renameKeyTo }) => variableUsages.includes(renameKeyTo));
  if (rewrites.length === 0) return null;
  return [...new Set(rewrites.map(({ renameKeyTo }) => renameKeyTo))].map((name) => {
    const paths = rewrites.filter(({ renameKeyTo }) => renameKeyTo === name).map(({ path }) => path);
    const up = (paths[0] ?? []).filter((part) => part === UP).length;
    return { name, up, ways: paths.map((path) => path.slice(up)) };
  });
}

function isRenamer(rewrite: { readonly kind: string }): rewrite is FetchDataKeyRenamer {
  return rewrite.kind === 'KeyRenamer';
}

/** What the variables are for one entity; `null` where one is not known, because its own fetch failed. */
export function contextValues(schema: GraphQLSchema, variables: readonly ContextVariable[], chain: Chain): Json | null {
  const values: Json = {};
  for (const { name, up, ways } of variables) {
    const holder = chain.at(-1 - up);
    const value = holder && ways.map((way) => valueAt(schema, holder, way)).find((each) => each !== undefined);
    if (value === undefined) return null;
    values[name] = value;
  }
  return values;
}

function valueAt(schema: GraphQLSchema, value: unknown, way: readonly string[]): unknown {
  const [part, ...rest] = way;
  if (part === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => valueAt(schema, item, way) ?? null);
  if (typeof value !== 'object') return undefined;
  const record = value as Json;
  if (part.startsWith(FRAGMENT))
    return isOfType(schema, record, part.slice(FRAGMENT.length), true) ? valueAt(schema, record, rest) : undefined;
  return Object.hasOwn(record, part) ? valueAt(schema, record[part], rest) : undefined;
}

/** The entities at a plan's path (`@` stands for every item of a list), nulls left out. */
export function chainsAt(root: Json, path: readonly string[]): readonly Chain[] {
  let current: { readonly value: unknown; readonly above: Chain }[] = [{ value: root, above: [] }];
  for (const part of path) {
    current = current.flatMap(({ value, above }) =>
      part === '@'
        ? (value as unknown[]).map((item) => ({ value: item, above }))
        : [{ value: (value as Json)[part], above: [...above, value as Json] }],
    );
    current = current.filter(({ value }) => value !== null && value !== undefined);
  }
  return current.map(({ value, above }) => [...above, value as Json]);
}
