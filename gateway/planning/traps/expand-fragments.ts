import {
  isAbstractType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Says for each object type what fragments on interfaces and unions say for all: the planner cannot always tell which
 * types an `@interfaceObject` may be. Fragments by name become inline ones.
 */
export function withConcreteFragments(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const inlined = withoutSpreads(document);
  const types = new TypeInfo(schema);
  return visit(
    inlined,
    visitWithTypeInfo(types, {
      SelectionSet: (set) => {
        const parent = types.getParentType();
        if (!isAbstractType(parent)) return undefined;
        const selections = set.selections.flatMap((selection) => {
          const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
          const type = condition === undefined ? undefined : schema.getType(condition);
          if (!isAbstractType(type) || type === parent) return [selection];
          const possible = schema.getPossibleTypes(parent).filter((each) => schema.isSubType(type, each));
          return possible.map(({ name }) => onType(selection as InlineFragmentNode, name));
        });
        return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] };
      },
    }),
  );

  function onType(fragment: InlineFragmentNode, name: string): InlineFragmentNode {
    return { ...fragment, typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } } };
  }
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

function withoutSpreads(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  );
  const definitions = document.definitions.filter(({ kind }) => kind !== Kind.FRAGMENT_DEFINITION);
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
