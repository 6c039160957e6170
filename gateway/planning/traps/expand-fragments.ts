import {
  isAbstractType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type InlineFragmentNode,
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
