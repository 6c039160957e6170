import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { textToJson, valueToJson } from './json-text';
import { copyOf, mergeInto, type Json } from './merge';
import { applyRewrites, isOfType } from './rewrites';

/** How entities are told to a subgraph: from a record of the merged data, `null` for one that lacks a required field. */
export interface Representation {
  /** As JSON text, by which equal entities are known as well. */
  text(record: Json): string | null;
  /** As an object that shares nothing with the record. */
  object(record: Json): Json | null;
}

/** Makes ready what a fetch requires of each entity. */
export function compileRepresentation(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[],
): Representation {
  const object = (record: Json): Json | null => {
    const representation = select(schema, record, requires);
    if (!representation?.['__typename']) return null;
    applyRewrites(schema, rewrites, representation);
    return representation;
  };
  const viaObject = (record: Json): string | null => {
    const representation = object(record);
    return representation && JSON.stringify(representation);
  };
  const plain = rewrites.length === 0 ? plainKeys(requires) : null;
  return { object, text: plain ? plainText(schema, plain, viaObject) : viaObject };
}

/** Keys of entities of one type: what nearly every fetch requires. */
interface PlainKeys {
  readonly typeCondition: string;
  readonly fields: readonly { readonly key: string; readonly head: string }[];
}

/** `null` where a key has parts, or where the same record may have to tell the keys of several types. */
function plainKeys(requires: readonly QueryPlanSelectionNode[]): readonly PlainKeys[] | null {
  const keys: PlainKeys[] = [];
  for (const selection of requires) {
    if (selection.kind !== 'InlineFragment' || selection.typeCondition === undefined) return null;
    const fields = [];
    for (const field of selection.selections) {
      if (field.kind !== 'Field' || field.selections) return null;
      const key = field.alias ?? field.name;
      fields.push({ key, head: `${fields.length === 0 ? '{' : ','}${JSON.stringify(key)}:` });
    }
    if (!fields.some(({ key }) => key === '__typename')) return null;
    keys.push({ typeCondition: selection.typeCondition, fields });
  }
  return keys;
}

/** Writes the text of plain keys straight from the record; which keys a type has is found out once. */
function plainText(schema: GraphQLSchema, all: readonly PlainKeys[], viaObject: Representation['text']): Representation['text'] {
  const byType = new Map<string, PlainKeys | 'none' | 'several'>();
  const keysOf = (record: Json, typeName: string): PlainKeys | 'none' | 'several' => {
    const matching = all.filter(({ typeCondition }) => isOfType(schema, record, typeCondition, false));
    const keys = matching.length > 1 ? 'several' : (matching[0] ?? 'none');
    byType.set(typeName, keys);
    return keys;
  };
  return (record) => {
    const typeName = record['__typename'];
    if (typeof typeName !== 'string') return null;
    const keys = byType.get(typeName) ?? keysOf(record, typeName);
    if (keys === 'none') return null;
    if (keys === 'several') return viaObject(record);
    let text = '';
    for (const { key, head } of keys.fields) {
      const value = record[key];
      // Fields may have names that every object inherits, such as `constructor`.
      if (value === undefined || typeof value === 'function') return null;
      text += head + (typeof value === 'string' ? textToJson(value) : valueToJson(value));
    }
    return `${text}}`;
  };
}

/** `null` when a selected field is absent, because it was not fetched or not for this type. */
function select(schema: GraphQLSchema, source: Json, selections: readonly QueryPlanSelectionNode[]): Json | null {
  const result: Json = {};
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const key = selection.alias ?? selection.name;
      const value = Object.hasOwn(source, key) ? source[key] : undefined;
      if (value === undefined) return null;
      result[key] = selection.selections ? selectIn(schema, value, selection.selections) : copyOf(value);
    } else if (selection.typeCondition !== undefined && isOfType(schema, source, selection.typeCondition, false)) {
      const selected = select(schema, source, selection.selections);
      if (selected) mergeInto(result, selected);
    }
  }
  return result;
}

function selectIn(schema: GraphQLSchema, value: unknown, selections: readonly QueryPlanSelectionNode[]): unknown {
  if (Array.isArray(value)) return value.map((item) => selectIn(schema, item, selections));
  return typeof value === 'object' && value !== null ? select(schema, value as Json, selections) : null;
}
