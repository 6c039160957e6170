import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';

/** What takes the place of a fetch; `at` are response names from the root, lists left out. */
export type ChangeFetch = (fetch: FetchNode, at: readonly string[]) => readonly FetchNode[];

/** A plan with other fetches; several in the place of one run at once. */
export function withFetches(plan: QueryPlan, change: ChangeFetch): QueryPlan {
  const { node } = plan;
  if (!node) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: changed(node, [], change) };
  const rest = node.rest ? { rest: changed(node.rest, [], change) } : {};
  return { ...plan, node: { ...node, primary: change(node.primary, [])[0] ?? node.primary, ...rest } };
}

function changed(node: PlanNode, at: readonly string[], change: ChangeFetch): PlanNode {
  const each = (inner: PlanNode): PlanNode => changed(inner, at, change);
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(each) };
    case 'Flatten':
      return { ...node, node: changed(node.node, [...at, ...fieldsOf(node.path)], change) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause ? { ifClause: each(node.ifClause) } : {}),
        ...(node.elseClause ? { elseClause: each(node.elseClause) } : {}),
      };
    case 'Defer':
      return {
        ...node,
        primary: { ...node.primary, ...(node.primary.node ? { node: each(node.primary.node) } : {}) },
        deferred: node.deferred.map((part) => ({ ...part, ...(part.node ? { node: each(part.node) } : {}) })),
      };
    case 'Fetch':
      return together(node, change(node, at));
  }
}

/** Deferred parts wait for a fetch by its id, which the last of several tells. */
function together(node: FetchNode, fetches: readonly FetchNode[]): PlanNode {
  const [first, ...others] = fetches;
  if (!first || others.length === 0) return first ?? node;
  if (node.id === undefined) return { kind: 'Parallel', nodes: [...fetches] };
  const last = fetches.length - 1;
  return { kind: 'Sequence', nodes: fetches.map(({ id, ...fetch }, at) => (at === last ? { id, ...fetch } : fetch)) };
}

export function fieldsOf(path: readonly (string | number)[]): string[] {
  return path.map(String).filter((part) => part !== '@');
}
