import type { FetchDataRewrite } from '@apollo/query-planner';
import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Json } from './merge';

/** How a path tells a type that a record must have. */
export const FRAGMENT = '... on ';

/** Renames and sets fields as the planner says, where one subgraph knows a type or field under another name. */
export function applyRewrites(schema: GraphQLSchema, rewrites: readonly FetchDataRewrite[], value: unknown): void {
  for (const rewrite of rewrites) {
    const field = rewrite.path.at(-1);
    if (field === undefined) continue;
    visitAt(schema, rewrite.path.slice(0, -1), value, (record) => {
      if (rewrite.kind === 'ValueSetter') record[field] = rewrite.setValueTo as unknown;
      else rename(record, field, rewrite.renameKeyTo);
    });
  }
}

/** Whether a record is of a type, by its `__typename`; a record that does not tell is believed when `ifUntold` says so. */
export function isOfType(schema: GraphQLSchema, record: Readonly<Json>, typeName: string, ifUntold: boolean): boolean {
  const told = record['__typename'];
  if (typeof told !== 'string') return ifUntold;
  if (told === typeName) return true;
  const type = schema.getType(told);
  const condition = schema.getType(typeName);
  return isAbstractType(condition) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(condition, type);
}

function rename(record: Json, from: string, to: string): void {
  if (!Object.hasOwn(record, from) || record[from] === undefined) return;
  record[to] = record[from];
  delete record[from];
}

function visitAt(schema: GraphQLSchema, path: readonly string[], value: unknown, visit: (record: Json) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visitAt(schema, path, item, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const record = value as Json;
  const [head, ...rest] = path;
  if (head === undefined) visit(record);
  else if (!head.startsWith(FRAGMENT)) visitAt(schema, rest, record[head], visit);
  else if (isOfType(schema, record, head.slice(FRAGMENT.length), true)) visitAt(schema, rest, record, visit);
}
