import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  isAbstractType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { AskedFields } from './asked-fields';
import type { FieldRules } from './field-rules';
import { withFetches } from './map-fetches';
import { withUsedVariables } from './used-variables';

/**
 * An `@interfaceObject`'s subgraph is asked at once for what fragments on several types ask of it, as if each asked all: a
 * field that may not be null, and fails for a record of which nobody asked it, takes that record with it. Such a fetch
 * becomes several, each for the records of the types that ask for its fields.
 *
 * @param document what was planned
 */
export function withoutStrangers(plan: QueryPlan, document: DocumentNode, clients: GraphQLSchema, rules: FieldRules): QueryPlan {
  if (!rules.hasInterfaceObjects) return plan;
  const asked = new AskedFields(document, clients);
  return withFetches(plan, (fetch, at) => {
    const operation = parse(fetch.operation, { noLocation: true });
    const isMeant = fragmentsOf(operation).some(({ type }) => rules.isInterfaceObject(fetch.serviceName, type));
    return isMeant ? splitByType(fetch, operation, (type) => asked.at(at, type), clients) : [fetch];
  });
}

/** Fields that a fetch asks for records of the same types. */
interface Group {
  readonly types: Set<string>;
  readonly fields: Set<FieldNode>;
}

function splitByType(
  fetch: FetchNode,
  operation: DocumentNode,
  namesOf: (type: string) => ReadonlySet<string>,
  clients: GraphQLSchema,
): readonly FetchNode[] {
  const groups = groupsOf(operation, typesOf(fetch, clients), clients, namesOf);
  if (groups.length < 2) return [fetch];
  return groups.map((group) => ({
    ...fetch,
    ...withUsedVariables(onlyWith(operation, group.fields), fetch.variableUsages),
    requires: (fetch.requires ?? []).flatMap((each) => onlyOf(each, group.types, clients)),
  }));
}

/** Types whose records a fetch asks for. */
function typesOf({ requires }: FetchNode, clients: GraphQLSchema): readonly string[] {
  const all = (requires ?? []).flatMap((each) => (each.kind === 'InlineFragment' ? objectsOf(each.typeCondition, clients) : []));
  return [...new Set(all)];
}

function objectsOf(name: string | undefined, clients: GraphQLSchema): readonly string[] {
  const type = clients.getType(name ?? '');
  return isAbstractType(type) ? clients.getPossibleTypes(type).map((each) => each.name) : isObjectType(type) ? [type.name] : [];
}

/** What is required of records, without those of other types. */
function onlyOf(
  required: QueryPlanSelectionNode,
  types: ReadonlySet<string>,
  clients: GraphQLSchema,
): readonly QueryPlanSelectionNode[] {
  if (required.kind !== 'InlineFragment') return [required];
  const all = objectsOf(required.typeCondition, clients);
  const own = all.filter((type) => types.has(type));
  return own.length === all.length ? [required] : own.map((typeCondition) => ({ ...required, typeCondition }));
}

/** One where all is asked of all of them, or nothing that is not can take a record with it. */
function groupsOf(
  document: DocumentNode,
  types: readonly string[],
  clients: GraphQLSchema,
  namesOf: (type: string) => ReadonlySet<string>,
): readonly Group[] {
  const names = new Map(types.map((type) => [type, namesOf(type)]));
  const groups = new Map<string, Group>();
  for (const { type, fields } of fragmentsOf(document)) {
    const face = clients.getType(type);
    for (const field of fields) {
      const key = (field.alias ?? field.name).value;
      const asking = types.filter((each) => names.get(each)?.has(key));
      // What plans need unasked is needed of all.
      const own = asking.length > 0 ? asking : types;
      const definition = isInterfaceType(face) ? face.getFields()[field.name.value] : undefined;
      const mayFail = own.length < types.length && isNonNullType(definition?.type);
      const name = mayFail ? own.join() : '';
      const group = groups.get(name) ?? { types: new Set(), fields: new Set() };
      for (const each of own) group.types.add(each);
      group.fields.add(field);
      groups.set(name, group);
    }
  }
  return [...groups.values()];
}

/** Right below `_entities`. */
function fragmentsOf(document: DocumentNode): { readonly type: string; readonly fields: readonly FieldNode[] }[] {
  const [definition] = document.definitions;
  const [entities] = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
  return (entities && 'selectionSet' in entities ? (entities.selectionSet?.selections ?? []) : []).flatMap((each) =>
    each.kind === Kind.INLINE_FRAGMENT && each.typeCondition
      ? [{ type: each.typeCondition.name.value, fields: fieldsIn(each.selectionSet) }]
      : [],
  );
}

function fieldsIn(set: SelectionSetNode): FieldNode[] {
  return set.selections.flatMap((each) => {
    if (each.kind === Kind.FRAGMENT_SPREAD) return [];
    return each.kind === Kind.FIELD ? [each] : fieldsIn(each.selectionSet);
  });
}

function onlyWith(document: DocumentNode, wanted: ReadonlySet<FieldNode>): DocumentNode {
  const others = new Set(fragmentsOf(document).flatMap(({ fields }) => fields.filter((field) => !wanted.has(field))));
  return visit(document, {
    Field: (field) => (others.has(field) ? null : undefined),
    InlineFragment: { leave: ({ selectionSet }) => (selectionSet.selections.length > 0 ? undefined : null) },
  });
}
