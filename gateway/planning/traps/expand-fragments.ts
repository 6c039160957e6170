import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Says for each object type what fragments on interfaces and unions say for all: the planner cannot always tell which
 * types an `@interfaceObject` may be, nor what is left of fragments in fragments that exclude each other's types.
 * Fragments by name become inline ones.
 */
export function withConcreteFragments(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const { definitions, ...rest } = withoutSpreads(document);
  return {
    ...rest,
    definitions: definitions.map((each) => {
      const root = each.kind === Kind.OPERATION_DEFINITION ? schema.getRootType(each.operation) : null;
      if (each.kind !== Kind.OPERATION_DEFINITION || !root) return each;
      return { ...each, selectionSet: concrete(schema, each.selectionSet, root, new Set([root.name])) };
    }),
  };
}

/** @param possible the object types that a record here may have, by all fragments around */
function concrete(
  schema: GraphQLSchema,
  set: SelectionSetNode,
  parent: GraphQLCompositeType,
  possible: ReadonlySet<string>,
): SelectionSetNode {
  const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    return selection.kind === Kind.FIELD
      ? [concreteField(schema, selection, parent)]
      : concreteFragments(schema, selection, parent, possible);
  });
  return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] };
}

function concreteField(schema: GraphQLSchema, field: FieldNode, parent: GraphQLCompositeType): FieldNode {
  const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value] : undefined;
  const type = definition && getNamedType(definition.type);
  if (!field.selectionSet || !isCompositeType(type)) return field;
  return { ...field, selectionSet: concrete(schema, field.selectionSet, type, new Set(objectsOf(schema, type))) };
}

function concreteFragments(
  schema: GraphQLSchema,
  fragment: InlineFragmentNode,
  parent: GraphQLCompositeType,
  possible: ReadonlySet<string>,
): readonly InlineFragmentNode[] {
  const named = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
  const type = isCompositeType(named) ? named : parent;
  const left = objectsOf(schema, type).filter((name) => possible.has(name));
  if (left.length === 0) return [];
  // What is deferred stays one part.
  const isWhole = fragment.directives?.some(({ name }) => name.value === 'defer') === true;
  if (type === parent || (isWhole && left.length > 1))
    return [{ ...fragment, selectionSet: concrete(schema, fragment.selectionSet, type, new Set(left)) }];
  return left.flatMap((name) => {
    const object = schema.getType(name);
    if (!isObjectType(object)) return [];
    const selectionSet = concrete(schema, fragment.selectionSet, object, new Set([name]));
    return [{ ...fragment, typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } }, selectionSet }];
  });
}

function objectsOf(schema: GraphQLSchema, type: GraphQLCompositeType): string[] {
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
}

/** Mutations in the order in which a client asks for them, which the planner loses where some stand in fragments. */
export function withMutationsInOrder(document: DocumentNode): DocumentNode {
  const isMutation = document.definitions.some((each) => 'operation' in each && each.operation === 'mutation');
  if (!isMutation) return document;
  const inlined = withoutSpreads(document);
  const definitions = inlined.definitions.map((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? { ...each, selectionSet: flattened(each.selectionSet) } : each,
  );
  return { ...inlined, definitions };
}

/** Of a selection on an object type, where every fragment that is valid applies; those with a directive of their own stay. */
function flattened(set: SelectionSetNode): SelectionSetNode {
  const selections = set.selections.flatMap((selection) =>
    selection.kind === Kind.INLINE_FRAGMENT && !selection.directives?.length
      ? flattened(selection.selectionSet).selections
      : [selection],
  );
  return { ...set, selections };
}

/**
 * Says nothing of root types in fragments, which apply there anyway: the planner repeats it to subgraphs, which may call
 * their root types something else.
 */
export function withoutRootConditions(document: DocumentNode): DocumentNode {
  const isOnRoot = (each: { readonly typeCondition?: { readonly name: { readonly value: string } } }): boolean =>
    each.typeCondition !== undefined && ROOT_TYPES.has(each.typeCondition.name.value);
  const inlined = withoutSpreads(document, isOnRoot);
  return visit(inlined, {
    InlineFragment: (fragment): InlineFragmentNode | undefined => {
      if (!isOnRoot(fragment)) return undefined;
      const { typeCondition, ...rest } = fragment;
      return typeCondition && rest;
    },
  });
}

const ROOT_TYPES: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** @param isMeant tells those that become inline ones */
function withoutSpreads(
  document: DocumentNode,
  isMeant: (fragment: FragmentDefinitionNode) => boolean = () => true,
): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION && isMeant(each) ? [[each.name.value, each] as const] : [],
    ),
  );
  const definitions = document.definitions.filter((each) => each.kind !== Kind.FRAGMENT_DEFINITION || !isMeant(each));
  return visit(
    { ...document, definitions },
    {
      FragmentSpread: (spread): InlineFragmentNode | undefined => {
        const fragment = fragments.get(spread.name.value);
        if (!fragment) return undefined;
        const { typeCondition, selectionSet } = fragment;
        return {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition,
          selectionSet,
          ...(spread.directives ? { directives: spread.directives } : {}),
        };
      },
    },
  );
}

const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
