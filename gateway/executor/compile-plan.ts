import { parse, Kind, type GraphQLSchema } from 'graphql';
import type {
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
  SubscriptionNode,
} from '@apollo/query-planner';

/** A query plan made ready to run many times. */
export interface CompiledPlan {
  /** `null` where nothing must be fetched, such as for introspection. */
  readonly node: Step | null;
  /** Set for subscriptions: where events come from; `node` then runs over each event. */
  readonly source: FetchStep | null;
  readonly schema: GraphQLSchema;
}

export type Step =
  | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly Step[] }
  | { readonly kind: 'flatten'; readonly path: readonly string[]; readonly step: Step }
  | { readonly kind: 'condition'; readonly variable: string; readonly then: Step | null; readonly otherwise: Step | null }
  | FetchStep;

export interface FetchStep {
  readonly kind: 'fetch';
  readonly service: string;
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: readonly string[];
  /** What each entity must already have, to be asked for more; `null` for a fetch from the root. */
  readonly requires: readonly QueryPlanSelectionNode[] | null;
  readonly inputRewrites: readonly FetchDataRewrite[];
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** Response names at the top of the subgraph's answer, to say what is missing when the fetch fails. */
  readonly rootKeys: readonly string[];
  readonly isMutation: boolean;
}

/** @throws Error for parts of a plan that this executor does not know, before anything has run */
export function compilePlan(plan: QueryPlan, schema: GraphQLSchema): CompiledPlan {
  const { node } = plan;
  if (!node) return { node: null, source: null, schema };
  if (node.kind === 'Subscription') return { ...compileSubscription(node), schema };
  return { node: compileNode(node), source: null, schema };
}

function compileSubscription(node: SubscriptionNode): { node: Step | null; source: FetchStep } {
  return { source: compileFetch(node.primary), node: node.rest ? compileNode(node.rest) : null };
}

function compileNode(node: PlanNode): Step {
  switch (node.kind) {
    case 'Sequence':
      return { kind: 'sequence', steps: node.nodes.map(compileNode) };
    case 'Parallel':
      return { kind: 'parallel', steps: node.nodes.map(compileNode) };
    case 'Flatten':
      return { kind: 'flatten', path: node.path.map(String), step: compileNode(node.node) };
    case 'Condition':
      return {
        kind: 'condition',
        variable: node.condition,
        then: node.ifClause ? compileNode(node.ifClause) : null,
        otherwise: node.elseClause ? compileNode(node.elseClause) : null,
      };
    case 'Fetch':
      return compileFetch(node);
    case 'Defer':
      throw new Error('the plan defers, which this gateway does not do');
  }
}

function compileFetch(node: FetchNode): FetchStep {
  if (node.contextRewrites?.length) throw new Error('the plan uses @fromContext, which this gateway does not do');
  return {
    kind: 'fetch',
    service: node.serviceName,
    query: node.operation,
    operationName: node.operationName ?? null,
    variables: node.variableUsages ?? [],
    requires: node.requires ?? null,
    inputRewrites: node.inputRewrites ?? [],
    outputRewrites: node.outputRewrites ?? [],
    rootKeys: rootKeysOf(node.operation),
    isMutation: node.operationKind === 'mutation',
  };
}

function rootKeysOf(operation: string): string[] {
  const [definition] = parse(operation, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return [];
  return definition.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.alias?.value ?? selection.name.value] : [],
  );
}
