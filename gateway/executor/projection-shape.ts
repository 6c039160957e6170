import {
  isAbstractType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Denials } from '../authorisation';
import { deferNameOf, labelOf, type DeferNames } from '../defer/defer-directive';
import { fetchedAs } from '../planning/traps';
import { leafCheckOf } from './leaf-checks';
import { applies, fragmentOf, isIncluded, typenameKeys, type Scope } from './selection-scope';
import { isAlikeForAll } from './untold-types';

/** How one field of an answer is completed from the merged data; made once for an operation. */
export interface FieldShape {
  /** The response name: alias, or name. */
  readonly key: string;
  /** Under which name the merged data has it. */
  readonly source: string;
  readonly name: string;
  readonly parent: string;
  readonly type: TypeShape;
  readonly isNonNull: boolean;
}

export type TypeShape =
  | { readonly kind: 'typename' }
  /** A field that this viewer must not see: it was not fetched. */
  | { readonly kind: 'denied' }
  | { readonly kind: 'introspection'; readonly nodes: readonly FieldNode[] }
  | { readonly kind: 'leaf'; readonly name: string; readonly accepts: (value: unknown) => boolean }
  | { readonly kind: 'list'; readonly of: TypeShape; readonly isItemNonNull: boolean }
  | { readonly kind: 'nonNull'; readonly of: TypeShape }
  | { readonly kind: 'composite'; readonly selection: SelectionShape };

/**
 * @param conditions coerced values of the variables that `@skip` and `@include` depend on
 * @param denials what was left out of the plan for its viewers; `null` where nothing was
 * @param fetchedNames names of fields that plans fetch unasked, which aliases keep clear of
 */
export function rootShape(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  conditions: Readonly<Record<string, unknown>>,
  { denials = null, defers = null, fetchedNames = NO_NAMES }: ShapeOptions = {},
): SelectionShape {
  const root = schema.getRootType(definition.operation) as GraphQLObjectType;
  return new SelectionShape({ schema, fragments, conditions, denials, defers, fetchedNames }, root, [definition.selectionSet]);
}

export interface ShapeOptions {
  readonly denials?: Denials | null;
  readonly defers?: DeferNames | null;
  readonly fetchedNames?: ReadonlySet<string>;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** A fragment that is answered later, on a record of one type. */
export interface DeferredShape {
  /** As the plan names it. */
  readonly name: string;
  /** As the client does. */
  readonly label: string | null;
  readonly shape: SelectionShape;
}

/** The selections on one composite type, collected for each runtime type when it first occurs. */
export class SelectionShape {
  readonly isAbstract: boolean;
  private readonly byType = new Map<string, readonly FieldShape[] | null>();
  private readonly deferredByType: Map<string, readonly DeferredShape[]> | null;
  private typenameKeys: readonly string[] | null = null;

  constructor(
    private readonly scope: Scope,
    readonly type: GraphQLNamedType,
    private readonly sets: readonly SelectionSetNode[],
  ) {
    this.isAbstract = isAbstractType(type);
    this.deferredByType = scope.defers && new Map();
  }

  /** The runtime type's name as the data tells it, under `__typename` or an alias of it. */
  runtimeTypeOf(data: Readonly<Record<string, unknown>>): string | null {
    if (!this.isAbstract) return this.type.name;
    if (typeof data['__typename'] === 'string') return data['__typename'];
    this.typenameKeys ??= typenameKeys(this.scope, this.sets);
    for (const key of this.typenameKeys) if (typeof data[key] === 'string') return data[key];
    return null;
  }

  /** Whether records of a type must not be seen here. */
  isDenied(typeName: string): boolean {
    return this.isAbstract && this.scope.denials !== null && this.scope.denials.type(typeName);
  }

  /** Fields in the order of the specification's CollectFields; `null` for a type that clients must not see here. */
  fieldsOf(typeName: string): readonly FieldShape[] | null {
    let fields = this.byType.get(typeName);
    if (fields === undefined) {
      fields = this.collect(typeName);
      this.byType.set(typeName, fields);
    }
    return fields;
  }

  /**
   * Fields of a record that does not tell its type: one of an `@interfaceObject`, whose subgraph knows none. `null` where
   * its fields depend on the type.
   */
  fieldsOfUntold(): readonly FieldShape[] | null {
    const { type, scope, sets } = this;
    const isAlike = isInterfaceType(type) && isAlikeForAll(scope, type, sets);
    if (!isAlike) return null;
    const known = this.byType.get(type.name);
    if (known) return known;
    const fields = this.collectFor(type);
    this.byType.set(type.name, fields);
    return fields;
  }

  /** What is answered later of records of a type, known once their fields are; `null` where nothing is. */
  deferredOf(typeName: string): readonly DeferredShape[] | null {
    return this.deferredByType && (this.deferredByType.get(typeName) ?? null);
  }

  private collect(typeName: string): readonly FieldShape[] | null {
    const type = this.scope.schema.getType(typeName);
    // As an `@interfaceObject` names itself.
    if (type === this.type && isInterfaceType(type)) return this.fieldsOfUntold();
    if (!isObjectType(type)) return null;
    if (isAbstractType(this.type) && !this.scope.schema.isSubType(this.type, type)) return null;
    return this.collectFor(type);
  }

  private collectFor(type: GraphQLObjectType | GraphQLInterfaceType): readonly FieldShape[] {
    const nodes = new Map<string, FieldNode[]>();
    const deferred: DeferredShape[] = [];
    for (const set of this.sets) collectFields(this.scope, type, set, nodes, deferred);
    if (deferred.length > 0) this.deferredByType?.set(type.name, deferred);
    return [...nodes].map(([key, fieldNodes]) => shapeOfField(this.scope, type, key, fieldNodes));
  }
}

function collectFields(
  scope: Scope,
  type: GraphQLObjectType | GraphQLInterfaceType,
  set: SelectionSetNode,
  into: Map<string, FieldNode[]>,
  deferred: DeferredShape[],
): void {
  for (const selection of set.selections) {
    if (!isIncluded(scope, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const nodes = into.get(key);
      if (nodes) nodes.push(selection);
      else into.set(key, [selection]);
      continue;
    }
    const fragment = fragmentOf(scope, selection);
    if (!fragment || !applies(scope, type, fragment.typeCondition?.name.value)) continue;
    const name = deferNameOf(selection, scope.defers, scope.conditions);
    if (name === null) collectFields(scope, type, fragment.selectionSet, into, deferred);
    else deferred.push({ name, label: labelOf(selection), shape: new SelectionShape(scope, type, [fragment.selectionSet]) });
  }
}

function shapeOfField(
  scope: Scope,
  parent: GraphQLObjectType | GraphQLInterfaceType,
  key: string,
  nodes: readonly FieldNode[],
): FieldShape {
  const name = nodes[0]?.name.value ?? key;
  const place = { key, source: fetchedAs(key, name, scope.fetchedNames), name, parent: parent.name };
  if (name === '__typename') return { ...place, type: { kind: 'typename' }, isNonNull: true };
  if (name === '__schema' || name === '__type')
    return { ...place, type: { kind: 'introspection', nodes }, isNonNull: name === '__schema' };
  const type = parent.getFields()[name]?.type;
  if (!type) throw new Error(`no field ${parent.name}.${name} in the schema that validated the operation`);
  const isNonNull = isNonNullType(type);
  if (scope.denials?.field(parent.name, name)) return { ...place, type: { kind: 'denied' }, isNonNull };
  const sets = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
  return { ...place, type: shapeOfType(scope, type, sets), isNonNull };
}

function shapeOfType(scope: Scope, type: GraphQLOutputType, sets: readonly SelectionSetNode[]): TypeShape {
  if (isNonNullType(type)) return { kind: 'nonNull', of: shapeOfType(scope, type.ofType, sets) };
  if (isListType(type))
    return { kind: 'list', of: shapeOfType(scope, type.ofType, sets), isItemNonNull: isNonNullType(type.ofType) };
  if (isObjectType(type) || isAbstractType(type)) return { kind: 'composite', selection: new SelectionShape(scope, type, sets) };
  return { kind: 'leaf', name: type.name, accepts: leafCheckOf(type) };
}
