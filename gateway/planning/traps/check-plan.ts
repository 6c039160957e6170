import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, parse, type FieldNode, type SelectionSetNode } from 'graphql';
import { refuseContextWithin, refuseWrongContext } from './check-context';
import type { FieldRules } from './field-rules';
import { unplannable } from './refusal';

/**
 * Refuses a plan that would answer wrongly without anybody noticing: one that asks a subgraph for what it does not
 * resolve, or for a field without what the field requires. The planner makes such plans where one `@requires` needs another.
 *
 * @throws GraphQLError UNPLANNABLE_OPERATION
 */
export function refuseWrongPlan(plan: QueryPlan, rules: FieldRules): void {
  const { node } = plan;
  if (!node) return;
  const nodes = node.kind === 'Subscription' ? [node.primary, ...(node.rest ? fetchesIn(node.rest) : [])] : fetchesIn(node);
  for (const fetch of nodes) checkFetch(fetch, rules);
}

function fetchesIn(node: PlanNode): FetchNode[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesIn);
    case 'Flatten':
      return fetchesIn(node.node);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((each) => (each ? fetchesIn(each) : []));
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((part) => part.node)].flatMap((each) => (each ? fetchesIn(each) : []));
    case 'Fetch':
      return [node];
  }
}

function checkFetch(fetch: FetchNode, rules: FieldRules): void {
  refuseWrongContext(fetch);
  const [definition] = parse(fetch.operation, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return;
  const graph = rules.graphOf(fetch.serviceName);
  const root = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[definition.operation];
  const check = (type: string, set: SelectionSetNode, { brought, within }: Around): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT)
        check(selection.typeCondition?.name.value ?? type, selection.selectionSet, { brought, within });
      else if (selection.kind === Kind.FIELD) checkField(type, selection, { brought, within });
    }
  };
  const checkField = (type: string, node: FieldNode, { brought, within }: Around): void => {
    const name = node.name.value;
    if (name === '_entities' && node.selectionSet)
      return check('_Entity', node.selectionSet, { brought: new Set(broughtBy(fetch)), within: null });
    refuseContextWithin({ graph, type, within: within?.slice(0, -1) ?? [] }, node, rules);
    const missing = rules.requiredBy(graph, type, name).find((each) => !brought.has(each));
    if (missing !== undefined) throw unplannable(`${type}.${name} requires ${missing}, for which there is no way`);
    if (rules.isForeign(graph, type, name))
      throw unplannable(`the ${fetch.serviceName} subgraph does not resolve ${type}.${name}`);
    const inner = rules.typeOf(type, name);
    if (node.selectionSet && inner !== null)
      check(inner, node.selectionSet, { brought: NOTHING, within: [...(within ?? []), inner] });
  };
  check(root, definition.selectionSet, { brought: NOTHING, within: [] });
}

/** What is known of a selection from what stands around it. */
interface Around {
  readonly brought: ReadonlySet<string>;
  /** Types of the records down to here which the fetch brings; `null` right below `_entities`. */
  readonly within: readonly string[] | null;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Fields at the top of the representations. */
function broughtBy(fetch: FetchNode): string[] {
  const namesIn = (selection: QueryPlanSelectionNode): string[] =>
    selection.kind === 'Field' ? [selection.name] : selection.selections.flatMap(namesIn);
  return (fetch.requires ?? []).flatMap(namesIn);
}
