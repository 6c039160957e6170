import { isInterfaceType, parse, Kind, type FieldNode, type GraphQLSchema, type SelectionNode } from 'graphql';
import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { contextVariablesOf, type ContextVariable } from './context-variables';
import { compileRepresentation, type Representation } from './representations';

/** A query plan made ready to run many times. */
export interface CompiledPlan {
  /** `null` where nothing must be fetched, such as for introspection. */
  readonly node: Step | null;
  /** Set for subscriptions: where events come from; `node` then runs over each event. */
  readonly source: FetchStep | null;
  readonly schema: GraphQLSchema;
  /** What may be fetched after the answer has begun. */
  readonly deferred?: readonly DeferredPlan[];
}

/** A part of a plan that belongs to a deferred fragment. Its places are told from the root, as those of the whole plan. */
export interface DeferredPlan {
  /** Of the fragment, as it was told to the planner. */
  readonly name: string;
  /** Fetches of other parts that it needs. */
  readonly depends: readonly string[];
  readonly plan: CompiledPlan;
}

export type Step =
  | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly Step[] }
  | { readonly kind: 'flatten'; readonly path: readonly string[]; readonly step: Step }
  | { readonly kind: 'condition'; readonly variable: string; readonly then: Step | null; readonly otherwise: Step | null }
  | FetchStep;

export interface FetchStep {
  readonly kind: 'fetch';
  /** By which deferred parts of the plan name it. */
  readonly id: string | null;
  readonly service: string;
  readonly query: string;
  readonly operationName: string | null;
  /** Those that the client sends. */
  readonly variables: readonly string[];
  /** Those that records around the entities fill in; `null` for nearly every fetch. */
  readonly context: readonly ContextVariable[] | null;
  /** The values of these, once they are known. */
  readonly given: Readonly<Record<string, unknown>> | null;
  /** The body of its request as JSON text, up to the first variable. */
  readonly bodyHead: string;
  /** How each entity is told, to be asked for more; `null` for a fetch from the root. */
  readonly representation: Representation | null;
  /** Equal for fetches that ask the same of entities: within one operation none of them asks for an entity twice. */
  readonly shareKey: string;
  /** Whether entities are answered with leaves alone, which need no copies of their own. */
  readonly isFlat: boolean;
  /** Whether the subgraph knows an interface as a type of its own, and so cannot tell what its entities are. */
  readonly isOfInterface: boolean;
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** Response names at the top of the subgraph's answer, to say what is missing when the fetch fails. */
  readonly rootKeys: readonly string[];
  readonly isMutation: boolean;
}

/** @throws Error for parts of a plan that this executor does not know, before anything has run */
export function compilePlan(plan: QueryPlan, schema: GraphQLSchema): CompiledPlan {
  const { node } = plan;
  if (!node) return { node: null, source: null, schema };
  if (node.kind === 'Subscription') return { ...compileSubscription(node, schema), schema };
  return compilePart(node, schema);
}

function compilePart(node: PlanNode | undefined, schema: GraphQLSchema): CompiledPlan {
  if (node?.kind !== 'Defer') return { node: node ? compileNode(node, schema) : null, source: null, schema };
  const deferred = node.deferred.map(({ label = '', depends, node: part }) => ({
    name: label,
    depends: depends.map(({ id }) => id),
    plan: compilePart(part, schema),
  }));
  return { ...compilePart(node.primary.node, schema), deferred };
}

function compileSubscription(node: SubscriptionNode, schema: GraphQLSchema): { node: Step | null; source: FetchStep } {
  return { source: compileFetch(node.primary, schema), node: node.rest ? compileNode(node.rest, schema) : null };
}

function compileNode(node: PlanNode, schema: GraphQLSchema): Step {
  switch (node.kind) {
    case 'Sequence':
      return { kind: 'sequence', steps: node.nodes.map((each) => compileNode(each, schema)) };
    case 'Parallel':
      return { kind: 'parallel', steps: node.nodes.map((each) => compileNode(each, schema)) };
    case 'Flatten':
      return { kind: 'flatten', path: node.path.map(String), step: compileNode(node.node, schema) };
    case 'Condition':
      return {
        kind: 'condition',
        variable: node.condition,
        then: node.ifClause ? compileNode(node.ifClause, schema) : null,
        otherwise: node.elseClause ? compileNode(node.elseClause, schema) : null,
      };
    case 'Fetch':
      return compileFetch(node, schema);
    case 'Defer':
      throw new Error('the plan defers inside of a step');
  }
}

function compileFetch(node: FetchNode, schema: GraphQLSchema): FetchStep {
  const { operation: query, serviceName: service, inputRewrites = [], outputRewrites = [] } = node;
  const operationName = node.operationName ?? null;
  const name = operationName === null ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  const selections = rootSelections(query);
  const context = contextVariablesOf(node);
  return {
    kind: 'fetch',
    id: node.id ?? null,
    service,
    query,
    operationName,
    variables: (node.variableUsages ?? []).filter((each) => !context?.some((variable) => variable.name === each)),
    context,
    given: null,
    bodyHead: `{"query":${JSON.stringify(query)}${name},"variables":{`,
    representation: node.requires ? compileRepresentation(schema, node.requires, inputRewrites) : null,
    shareKey: [service, withoutName(query, operationName), JSON.stringify([node.requires, inputRewrites, outputRewrites])].join(
      '\n',
    ),
    isFlat: node.requires !== undefined && selections.every(({ selectionSet }) => selectionSet?.selections.every(isFlat) ?? true),
    isOfInterface: node.requires !== undefined && selections.some((entities) => tellsInterface(entities, schema)),
    outputRewrites,
    rootKeys: selections.map(({ alias, name: { value } }) => alias?.value ?? value),
    isMutation: node.operationKind === 'mutation',
  };
}

/** The planner numbers its operations, which are otherwise equal. */
function withoutName(query: string, operationName: string | null): string {
  return operationName === null ? query : query.replace(operationName, '');
}

function rootSelections(operation: string): FieldNode[] {
  const [definition] = parse(operation, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return [];
  return fieldsIn(definition.selectionSet.selections);
}

/** What is deferred at the root is asked for in a fragment. */
function fieldsIn(selections: readonly SelectionNode[]): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    return selection.kind === Kind.INLINE_FRAGMENT ? fieldsIn(selection.selectionSet.selections) : [];
  });
}

function tellsInterface({ selectionSet }: FieldNode, schema: GraphQLSchema): boolean {
  return (selectionSet?.selections ?? []).some(
    (selection) =>
      selection.kind === Kind.INLINE_FRAGMENT && isInterfaceType(schema.getType(selection.typeCondition?.name.value ?? '')),
  );
}

function isFlat(selection: SelectionNode): boolean {
  if (selection.kind === Kind.FRAGMENT_SPREAD) return false;
  return selection.kind === Kind.FIELD ? !selection.selectionSet : selection.selectionSet.selections.every(isFlat);
}
