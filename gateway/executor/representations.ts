import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { FetchStep } from './compile-plan';
import { copyOf, mergeInto, type Json } from './merge';
import { applyRewrites, isOfType } from './rewrites';

/** What is asked of a subgraph about many entities: equal ones are asked once. */
export interface Representations {
  readonly list: readonly Json[];
  /** For each representation the records that its answer belongs to. */
  readonly targets: readonly (readonly Json[])[];
}

/** Entities that lack a required field are left out: nothing can be asked about them. */
export function representationsOf(schema: GraphQLSchema, step: FetchStep, entities: readonly Json[]): Representations {
  const list: Json[] = [];
  const targets: Json[][] = [];
  const indexByText = new Map<string, number>();
  for (const entity of entities) {
    const representation = select(schema, entity, step.requires ?? []);
    if (!representation?.['__typename']) continue;
    applyRewrites(schema, step.inputRewrites, representation);
    const text = JSON.stringify(representation);
    const index = indexByText.get(text);
    if (index === undefined) {
      indexByText.set(text, list.length);
      list.push(representation);
      targets.push([entity]);
    } else {
      targets[index]?.push(entity);
    }
  }
  return { list, targets };
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
