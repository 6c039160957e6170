import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Denials } from '../authorisation';
import type { DeferNames } from '../defer/defer-directive';
import { fetchedAs } from '../planning/traps';

/** What all selections of one operation share. */
export interface Scope {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Coerced values of the variables that `@skip` and `@include` depend on. */
  readonly conditions: Readonly<Record<string, unknown>>;
  /** What was left out of the plan for its viewers; `null` where nothing was. */
  readonly denials: Denials | null;
  /** Fragments that are left out where they stand, to be answered later. */
  readonly defers: DeferNames | null;
  readonly fetchedNames: ReadonlySet<string>;
}

/** What a selection says of the same record; `undefined` for a field. */
export function fragmentOf(scope: Scope, selection: SelectionNode): FragmentDefinitionNode | InlineFragmentNode | undefined {
  if (selection.kind === Kind.FIELD) return undefined;
  return selection.kind === Kind.FRAGMENT_SPREAD ? scope.fragments.get(selection.name.value) : selection;
}

export function isIncluded(scope: Scope, selection: SelectionNode): boolean {
  if (!selection.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, scope.conditions);
  if (skip?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, scope.conditions)?.['if'] !== false;
}

export function applies(scope: Scope, type: GraphQLObjectType | GraphQLInterfaceType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = scope.schema.getType(condition);
  return isAbstractType(conditional) && scope.schema.isSubType(conditional, type);
}

/** Under which names the data of a selection may tell the record's type, beside its own. */
export function typenameKeys(scope: Scope, sets: readonly SelectionSetNode[]): string[] {
  return sets.flatMap((set) =>
    set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD)
        return selection.name.value === '__typename' && selection.alias
          ? [fetchedAs(selection.alias.value, '__typename', scope.fetchedNames)]
          : [];
      const fragment = fragmentOf(scope, selection);
      return fragment ? typenameKeys(scope, [fragment.selectionSet]) : [];
    }),
  );
}
