import type { FetchDataRewrite, FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, parse, visit, type FieldNode, type SelectionSetNode } from 'graphql';
import { withFetches } from './map-fetches';
import type { PlannerSupergraph } from './planner-supergraph';
import { withoutConflicts } from './split-fetch';
import { withUsedVariables } from './used-variables';

/** Turns a plan over the planner's supergraph into one over the real subgraphs. */
export function restorePlan(plan: QueryPlan, supergraph: PlannerSupergraph): QueryPlan {
  if (supergraph.standIns.size === 0 && supergraph.nobodies.size === 0) return plan;
  return withFetches(plan, (fetch) => withoutConflicts(fetch, supergraph).map((each) => restoredFetch(each, supergraph)));
}

function restoredFetch(node: FetchNode, supergraph: PlannerSupergraph): FetchNode {
  const requires = node.requires?.filter((selection) => !isNobody(selection, supergraph));
  const renamed = (requires ?? []).flatMap((selection) => renamesIn(selection, [], supergraph));
  const inputRewrites: FetchDataRewrite[] = [...(node.inputRewrites ?? []), ...renamed];
  return {
    ...node,
    ...restoredOperation(node, supergraph),
    ...(requires ? { requires } : {}),
    ...(inputRewrites.length > 0 ? { inputRewrites } : {}),
  };
}

function isNobody(selection: QueryPlanSelectionNode, { nobodies }: PlannerSupergraph): boolean {
  return selection.kind === 'InlineFragment' && selection.typeCondition !== undefined && nobodies.has(selection.typeCondition);
}

/** Stand-ins get their arguments, under their own response name; what is asked of nobody is left out. */
function restoredOperation(
  { operation, variableUsages }: FetchNode,
  { standIns, nobodies }: PlannerSupergraph,
): Partial<Pick<FetchNode, 'operation' | 'variableUsages'>> {
  if (![...standIns.keys(), ...nobodies].some((name) => operation.includes(name))) return {};
  const document = visit(parse(operation, { noLocation: true }), {
    Field: (node): FieldNode | undefined => {
      const standIn = standIns.get(node.name.value);
      if (!standIn) return undefined;
      const { name, arguments: given } = standIn.node;
      return { ...node, alias: node.alias ?? node.name, name, arguments: given ?? [] };
    },
    InlineFragment: ({ typeCondition }) => (typeCondition && nobodies.has(typeCondition.name.value) ? null : undefined),
    SelectionSet: {
      leave: (set: SelectionSetNode) => (set.selections.length > 0 ? undefined : { ...set, selections: [TYPENAME] }),
    },
  });
  return withUsedVariables(document, variableUsages);
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** In a representation, what a stand-in brought has the field's own name. */
function renamesIn(
  selection: QueryPlanSelectionNode,
  path: readonly string[],
  supergraph: PlannerSupergraph,
): FetchDataRewrite[] {
  if (selection.kind === 'InlineFragment') {
    const inner = selection.typeCondition === undefined ? path : [...path, `... on ${selection.typeCondition}`];
    return selection.selections.flatMap((each) => renamesIn(each, inner, supergraph));
  }
  const key = selection.alias ?? selection.name;
  const nested = (selection.selections ?? []).flatMap((each) => renamesIn(each, [...path, key], supergraph));
  const standIn = supergraph.standIns.get(selection.name);
  // The parts first, for as long as the whole is where they look for it.
  return standIn ? [...nested, { kind: 'KeyRenamer', path: [...path, key], renameKeyTo: standIn.field }] : nested;
}
