import {
  Kind,
  print,
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
import { AppError } from '../../platform/errors';
import { ALL_GRANTED, refusalFor, withoutDenied, type GrantKey, type Protection, type Refusal } from '../authorisation';
import { deferNameOf, deferNamesOf, isDefer, namedDefer, withDeferredTypes, type DeferNames } from '../defer/defer-directive';
import { compilePlan, type CompiledPlan } from '../executor/compile-plan';
import type { Json } from '../executor/merge';
import { rootShape, type SelectionShape } from '../executor/projection-shape';
import { withFetchedNames } from '../planning/traps';
import { introspectionIn } from './introspection';
import type { PlannedOperation, PlannedSupergraph } from '../planning/planned-supergraph';

const MAX_PLANS = 4_000;
/** Plans as text; made ready they take a few times as much. */
const MAX_PLAN_CHARACTERS = 32 * 1024 * 1024;

/** An operation with its conditions and its viewers' grants decided: how to fetch it and how to shape it. */
export interface OperationVariant {
  /** Set where nothing of it may be done. */
  readonly refusal: Refusal | null;
  readonly plan: CompiledPlan;
  readonly shape: SelectionShape;
  /** What it asks of the schema itself, answered in a planning thread; `null` where it asks nothing. */
  readonly introspection: string | null;
  /** The length of its plan as text. */
  readonly characters: number;
}

export type PlanCache = LRUCache<string, OperationVariant>;

/** Of all operations of one supergraph together, so that neither many operations nor long plans fill the memory. */
export function planCache(): PlanCache {
  return new LRUCache({ max: MAX_PLANS, maxSize: MAX_PLAN_CHARACTERS, sizeCalculation: ({ characters }) => characters });
}

export interface VariantsContext {
  readonly supergraph: PlannedSupergraph;
  readonly plans: PlanCache;
  readonly onPlan: (outcome: 'hit' | 'miss') => void;
  readonly unauthorised: 'filter' | 'reject';
}

/** The parts of a prepared operation that plans follow from; the hash tells it from all others. */
export interface PlannableOperation {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly hash: string;
  readonly protection: Protection | null;
}

/**
 * One operation is planned anew for each set of values that its `@skip` and `@include` variables take, with what they
 * leave out removed. Left to plans with conditions inside, the planner loses fields: what `@requires` needs is fetched
 * under the condition, and asked for without it (see `test/gateway/executor.test.ts`, "@requires under a condition").
 * And once for each set of grants that its viewers have: what they may not see is not in the plan at all.
 */
export class OperationVariants {
  /** Its fragments that may be deferred; `null` where there are none, also for subscriptions, whose events come whole. */
  private readonly defers: DeferNames | null;
  private readonly conditions: readonly string[];
  private readonly underWay = new Map<string, Promise<OperationVariant>>();

  constructor(
    private readonly context: VariantsContext,
    private readonly operation: PlannableOperation,
  ) {
    this.conditions = conditionVariables(operation.document);
    this.defers = operation.definition.operation === 'subscription' ? null : deferNamesOf(operation.document);
  }

  /** Whether parts of it may be answered later. */
  get mayDefer(): boolean {
    return this.defers !== null;
  }

  /** The variant where it was planned before, and is still kept. */
  known(coerced: Readonly<Json>, grants: GrantKey, isDeferring: boolean): OperationVariant | undefined {
    const known = this.context.plans.get(this.keyOf(coerced, grants, isDeferring));
    if (known) this.context.onPlan('hit');
    return known;
  }

  /**
   * Plans it, once for all who ask meanwhile.
   *
   * @param isDeferring whether the client takes its answer in parts
   * @param client whose turn it is when operations wait to be planned
   * @throws GraphQLError when the operation cannot be planned, AppError OPERATION_TOO_LARGE or OVERLOADED
   */
  plan(coerced: Readonly<Json>, grants: GrantKey, isDeferring: boolean, client: string): Promise<OperationVariant> {
    const key = this.keyOf(coerced, grants, isDeferring);
    const underWay = this.underWay.get(key);
    if (underWay) return underWay;
    this.context.onPlan('miss');
    const planning = this.planWhole(key, coerced, grants, isDeferring ? this.defers : null, client).finally(() =>
      this.underWay.delete(key),
    );
    this.underWay.set(key, planning);
    return planning;
  }

  /** What the planner cannot take apart is answered in one piece: it knows no way to defer some fields that `@requires` others. */
  private async planWhole(
    key: string,
    coerced: Readonly<Json>,
    grants: GrantKey,
    defers: DeferNames | null,
    client: string,
  ): Promise<OperationVariant> {
    try {
      return await this.planNew(key, coerced, grants, defers, client);
    } catch (error) {
      if (!defers || error instanceof AppError) throw error;
      return this.planNew(key, coerced, grants, null, client);
    }
  }

  private async planNew(
    key: string,
    coerced: Readonly<Json>,
    grants: GrantKey,
    defers: DeferNames | null,
    client: string,
  ): Promise<OperationVariant> {
    const { supergraph, plans, unauthorised } = this.context;
    const { document, definition, fragments, protection } = this.operation;
    const { apiSchema, fullSchema } = supergraph;
    const decided = withoutConditions(document, coerced, defers);
    const denials = protection && grants !== ALL_GRANTED ? protection.denials(grants) : null;
    const filtered = denials && withoutDenied(apiSchema, decided, denials);
    const refusal = filtered && refusalFor(filtered, unauthorised);
    const planned = withFetchedNames(filtered?.document ?? decided, supergraph.fetchedNames);
    const text = print(defers ? withDeferredTypes(apiSchema, planned) : planned);
    const { plan, characters } = refusal
      ? NOTHING_PLANNED
      : await supergraph.planning.plan(text, definition.name?.value ?? null, client);
    const conditions = Object.fromEntries(this.conditions.map((name) => [name, coerced[name]]));
    const shape = rootShape(apiSchema, definition, fragments, conditions, {
      denials,
      defers,
      fetchedNames: supergraph.fetchedNames,
    });
    const introspection = refusal ? null : introspectionIn(apiSchema, decided);
    const variant = { plan: compilePlan(plan, fullSchema), shape, characters, refusal, introspection };
    plans.set(key, variant);
    return variant;
  }

  private keyOf(coerced: Readonly<Json>, grants: GrantKey, isDeferring: boolean): string {
    const hash = isDeferring && this.defers ? `${this.operation.hash}~` : this.operation.hash;
    if (this.conditions.length === 0) return grants === ALL_GRANTED ? hash : `${hash}!${grants}`;
    return `${hash}/${this.conditions.map((name) => (coerced[name] === true ? '1' : '0')).join('')}!${grants}`;
  }
}

const NOTHING_PLANNED: PlannedOperation = { plan: { kind: 'QueryPlan' }, characters: 1 };

/** Removes what conditions leave out and the conditions themselves; a selection that ends empty asks for the type alone. */
function withoutConditions(document: DocumentNode, coerced: Readonly<Json>, defers: DeferNames | null): DocumentNode {
  const decide = (node: FieldNode | InlineFragmentNode | SelectionNode) => {
    if (!node.directives?.length) return undefined;
    if (isLeftOut(node, coerced)) return null;
    const kept = node.directives.filter(
      (directive) => directive.name.value !== 'skip' && directive.name.value !== 'include' && !isDefer(directive),
    );
    const deferred = deferNameOf(node, defers, coerced);
    return { ...node, directives: deferred === null ? kept : [...kept, namedDefer(deferred)] };
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
      if (directive.name.value !== 'skip' && directive.name.value !== 'include' && !isDefer(directive)) return;
      const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
