import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  isAbstractType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { AskedBelow, placesRead } from './asked-below';
import { AskedFields, type Sets } from './asked-fields';
import type { FieldRules } from './field-rules';
import { withFetches } from './map-fetches';
import { withUsedVariables } from './used-variables';

/**
 * An `@interfaceObject`'s subgraph is asked at once for what fragments on several types ask of it, as if each asked all: a
 * field that may not be null, and fails for a record of which nobody asked it, takes that record with it; and what each asks
 * with arguments of its own, or of records below, but under one name, all get by those of one, or with all. Such a fetch
 * becomes several, each for the records of the types that ask for its fields.
 *
 * @param document what was planned
 */
export function withoutStrangers(plan: QueryPlan, document: DocumentNode, clients: GraphQLSchema, rules: FieldRules): QueryPlan {
  if (!rules.hasInterfaceObjects) return plan;
  const asked = new AskedFields(document, clients);
  const below = new AskedBelow(asked, placesRead(plan));
  return withFetches(plan, (fetch, at) => {
    const operation = parse(fetch.operation, { noLocation: true });
    const isMeant = fragmentsOf(operation).some(({ type }) => rules.isInterfaceObject(fetch.serviceName, type));
    return isMeant ? new Split(fetch, operation, at, asked, below, clients).fetches() : [fetch];
  });
}

/** Fields that a fetch asks for records of the same types, and how it asks for them. */
interface Group {
  readonly types: Set<string>;
  readonly fields: Map<FieldNode, FieldNode>;
}

class Split {
  /** What is asked of records of each type that the fetch is for. */
  private readonly askedOf: ReadonlyMap<string, ReadonlyMap<string, FieldNode>>;
  private readonly all: Sets;
  private readonly groups = new Map<string, Group>();

  constructor(
    private readonly fetch: FetchNode,
    private readonly operation: DocumentNode,
    private readonly at: readonly string[],
    private readonly asked: AskedFields,
    private readonly below: AskedBelow,
    private readonly clients: GraphQLSchema,
  ) {
    const types = typesOf(fetch, clients);
    this.all = new Map([...asked.records(at)].filter(([{ name }]) => types.includes(name)));
    this.askedOf = new Map(types.map((type) => [type, asked.fields(this.all, type)]));
  }

  /** One where all is asked alike of all types, or nothing that is not can take a record with it. */
  fetches(): readonly FetchNode[] {
    const { fetch, operation, clients, groups } = this;
    for (const { type, fields } of fragmentsOf(operation)) for (const field of fields) this.add(type, field);
    if (groups.size < 2) return [fetch];
    return [...groups.values()].map(({ types, fields }) => ({
      ...fetch,
      ...this.onlyWith(fields),
      requires: (fetch.requires ?? []).flatMap((each) => onlyOf(each, types, clients)),
    }));
  }

  private add(type: string, field: FieldNode): void {
    const ways = this.waysToAsk(field);
    const face = this.clients.getType(type);
    const definition = isInterfaceType(face) ? face.getFields()[field.name.value] : undefined;
    for (const { node, types } of ways) {
      const mayFail = types.length < this.askedOf.size && isNonNullType(definition?.type);
      const name = mayFail || ways.length > 1 ? types.join() : '';
      const group = this.groups.get(name) ?? { types: new Set(), fields: new Map() };
      for (const each of types) group.types.add(each);
      group.fields.set(field, node);
      this.groups.set(name, group);
    }
  }

  /** With the arguments, and what is below, as the types ask for it. What plans need unasked is needed of all. */
  private waysToAsk(field: FieldNode): readonly { readonly node: FieldNode; readonly types: string[] }[] {
    const ways = new Map<string, { readonly node: FieldNode; readonly types: string[] }>();
    for (const [type, fields] of this.askedOf) {
      const own = fields.get((field.alias ?? field.name).value);
      if (own?.name.value !== field.name.value) continue;
      const node = this.below.field(field, { own: this.asked.within(this.all, type), all: this.all, path: this.at });
      const text = print(node);
      const way = ways.get(text) ?? { node, types: [] };
      way.types.push(type);
      ways.set(text, way);
    }
    const [first] = ways.values();
    if (!first) return [{ node: field, types: [...this.askedOf.keys()] }];
    return ways.size > 1 ? [...ways.values()] : [{ node: field, types: first.types }];
  }

  private onlyWith(wanted: ReadonlyMap<FieldNode, FieldNode>): Pick<FetchNode, 'operation' | 'variableUsages'> {
    const all = new Set(fragmentsOf(this.operation).flatMap(({ fields }) => fields));
    const known = new Set(this.fetch.variableUsages);
    const added = [...wanted.values()].flatMap(variablesIn).filter((name) => !known.has(name));
    const document = visit(this.operation, {
      OperationDefinition: (node) => ({
        ...node,
        variableDefinitions: [
          ...(node.variableDefinitions ?? []),
          ...[...new Set(added)].flatMap((name) => this.asked.variable(name) ?? []),
        ],
      }),
      Field: (field) => (all.has(field) ? (wanted.get(field) ?? null) : undefined),
      InlineFragment: { leave: ({ selectionSet }) => (selectionSet.selections.length > 0 ? undefined : null) },
    });
    return withUsedVariables(document, [...known, ...new Set(added)]);
  }
}

function variablesIn(field: FieldNode): string[] {
  const names: string[] = [];
  visit(field, { Variable: ({ name }) => void names.push(name.value) });
  return names;
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
