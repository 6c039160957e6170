import {
  Kind,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';
import { applies, fragmentOf, isIncluded, type Scope } from './selection-scope';

/** Whether what is asked of records, and may be answered of them, is the same whichever type behind an interface they have. */
export function isAlikeForAll(scope: Scope, type: GraphQLInterfaceType, sets: readonly SelectionSetNode[]): boolean {
  return !deniesTypeOf(scope, type) && sets.every((set) => isForAll(scope, type, set));
}

/** Whether records of any type behind an interface are denied. */
function deniesTypeOf({ schema, denials }: Scope, type: GraphQLInterfaceType): boolean {
  return denials !== null && schema.getPossibleTypes(type).some(({ name }) => denials.type(name));
}

/** Whether a field is denied of any type behind an interface. */
function deniesFieldOf({ schema, denials }: Scope, type: GraphQLInterfaceType, field: string): boolean {
  return denials !== null && schema.getPossibleTypes(type).some(({ name }) => denials.field(name, field));
}

/** Whether a selection asks the same of every type that implements an interface. */
function isForAll(scope: Scope, type: GraphQLInterfaceType, set: SelectionSetNode): boolean {
  return set.selections.every((selection) => {
    if (!isIncluded(scope, selection)) return true;
    if (selection.kind === Kind.FIELD)
      return selection.name.value !== '__typename' && !deniesFieldOf(scope, type, selection.name.value);
    const fragment = fragmentOf(scope, selection);
    if (!fragment) return true;
    if (asksNothing(scope, scope.schema.getPossibleTypes(type), fragment)) return true;
    return applies(scope, type, fragment.typeCondition?.name.value) && isForAll(scope, type, fragment.selectionSet);
  });
}

/** Whether fragments within exclude each other, so that no record of these types has any field of it. */
function asksNothing(
  scope: Scope,
  types: readonly GraphQLObjectType[],
  { typeCondition, selectionSet }: FragmentDefinitionNode | InlineFragmentNode,
): boolean {
  const left = types.filter((type) => applies(scope, type, typeCondition?.name.value));
  if (left.length === 0) return true;
  return selectionSet.selections.every((selection) => {
    if (selection.kind === Kind.FIELD) return false;
    const fragment = fragmentOf(scope, selection);
    return !fragment || asksNothing(scope, left, fragment);
  });
}
