import {
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { compilePlan, type CompiledPlan } from '../executor/compile-plan';
import type { Json } from '../executor/merge';
import { rootShape, type SelectionShape } from '../executor/projection-shape';
import type { LoadedSupergraph } from '../supergraph/load';

const MAX_VARIANTS = 16;

/** An operation with its conditions decided: how to fetch it and how to shape it. */
export interface OperationVariant {
  readonly plan: CompiledPlan;
  readonly shape: SelectionShape;
}

/**
 * One operation is planned anew for each set of values that its `@skip` and `@include` variables take, with what they
 * leave out removed. Left to plans with conditions inside, the planner loses fields: what `@requires` needs is fetched
 * under the condition, and asked for without it (see `test/gateway/executor.test.ts`, "@requires under a condition").
 */
export class OperationVariants {
  private readonly byConditions = new LRUCache<string, OperationVariant>({ max: MAX_VARIANTS });
  private readonly conditions: readonly string[];

  constructor(
    private readonly supergraph: LoadedSupergraph,
    private readonly document: DocumentNode,
    private readonly definition: OperationDefinitionNode,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly onPlan: (outcome: 'hit' | 'miss') => void,
  ) {
    this.conditions = conditionVariables(document);
  }

  /** @throws GraphQLError when the operation cannot be planned */
  variantFor(coerced: Readonly<Json>): OperationVariant {
    const key = this.conditions.map((name) => (coerced[name] === true ? '1' : '0')).join('');
    const known = this.byConditions.get(key);
    this.onPlan(known ? 'hit' : 'miss');
    if (known) return known;
    const { apiSchema, fullSchema } = this.supergraph;
    const decided = withoutConditions(this.document, coerced);
    const plan = compilePlan(this.supergraph.plan(decided, this.definition.name?.value), fullSchema);
    const conditions = Object.fromEntries(this.conditions.map((name) => [name, coerced[name]]));
    const variant = { plan, shape: rootShape(apiSchema, this.definition, this.fragments, conditions) };
    this.byConditions.set(key, variant);
    return variant;
  }
}

/** Removes what conditions leave out and the conditions themselves; a selection that ends empty asks for the type alone. */
function withoutConditions(document: DocumentNode, coerced: Readonly<Json>): DocumentNode {
  const decide = (node: FieldNode | InlineFragmentNode | SelectionNode) => {
    if (!node.directives?.length) return undefined;
    if (isLeftOut(node, coerced)) return null;
    return { ...node, directives: node.directives.filter(({ name }) => name.value !== 'skip' && name.value !== 'include') };
  };
  return visit(document, {
    Field: decide,
    InlineFragment: decide,
    FragmentSpread: decide,
    SelectionSet: {
      leave: (set: SelectionSetNode) => (set.selections.length > 0 ? undefined : { ...set, selections: [TYPENAME] }),
    },
  });
}

function isLeftOut(node: SelectionNode, coerced: Readonly<Json>): boolean {
  return (node.directives ?? []).some(({ name, arguments: given }) => {
    const value = given?.find((argument) => argument.name.value === 'if')?.value;
    const decided =
      value?.kind === Kind.VARIABLE ? coerced[value.name.value] === true : value?.kind === Kind.BOOLEAN && value.value;
    return (name.value === 'skip' && decided) || (name.value === 'include' && !decided);
  });
}

function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: (directive) => {
      if (directive.name.value !== 'skip' && directive.name.value !== 'include') return;
      const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
