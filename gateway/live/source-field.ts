import {
  getArgumentValues,
  Kind,
  parse,
  visit,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Json } from '../executor/merge';
import type { PreparedOperation } from '../operations/operation';

/** Arguments of resumable fields, which say where a stream begins and not what it tells. */
const AFTER = 'after';
const SNAPSHOT = 'snapshot';

/** From where a client wants a stream. */
export interface Beginning {
  /** The last position that it saw, as it says. */
  readonly after: string | null;
  /** Whether it wants the present state first. */
  readonly snapshot: boolean;
}

/** Names of the fields of Subscription that a supergraph declares `@resumable`. */
export function resumableFields(supergraphSdl: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== 'Subscription') continue;
    for (const { name, directives } of definition.fields ?? [])
      if (directives?.some((directive) => directive.name.value === 'resumable')) names.add(name.value);
  }
  return names;
}

/** The one field of a subscription's root. */
export function sourceFieldOf({ definition, fragments }: PreparedOperation): FieldNode | null {
  return firstField(definition.selectionSet, fragments);
}

function firstField(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): FieldNode | null {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    const found = inner && firstField(inner.selectionSet, fragments);
    if (found) return found;
  }
  return null;
}

export function beginningOf(field: FieldNode, schema: GraphQLSchema, coerced: Readonly<Json>): Beginning {
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
  const values = definition ? getArgumentValues(definition, field, coerced) : {};
  const after = values[AFTER];
  return { after: typeof after === 'string' ? after : null, snapshot: values[SNAPSHOT] === true };
}

/**
 * The variables of a subscription that tell it from others of the same text: all but those that say only where it begins.
 * `null` where one of these is used elsewhere, too, so that the difference may matter.
 */
export function tellingVariables(field: FieldNode, operation: PreparedOperation, coerced: Readonly<Json>): Json | null {
  const beginning = (field.arguments ?? []).filter(({ name }) => name.value === AFTER || name.value === SNAPSHOT);
  const names = beginning.flatMap(({ value }) => (value.kind === Kind.VARIABLE ? [value.name.value] : []));
  if (names.length === 0) return { ...coerced };
  const uses = usesOf(operation);
  if (names.some((name) => (uses.get(name) ?? 0) !== 1)) return null;
  return Object.fromEntries(Object.entries(coerced).filter(([name]) => !names.includes(name)));
}

const counted = new WeakMap<PreparedOperation, Map<string, number>>();

function usesOf(operation: PreparedOperation): Map<string, number> {
  const known = counted.get(operation);
  if (known) return known;
  const uses = new Map<string, number>();
  visit(operation.document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void uses.set(name.value, (uses.get(name.value) ?? 0) + 1),
  });
  counted.set(operation, uses);
  return uses;
}
