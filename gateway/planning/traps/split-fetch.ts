import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, parse, visit, type FieldNode, type SelectionSetNode } from 'graphql';
import type { PlannerSupergraph } from './planner-supergraph';
import { withUsedVariables } from './used-variables';

/**
 * Fields of one fetch may require the same field with different arguments, and a representation holds but one value under
 * its name: such a fetch becomes several, of which each requires it one way.
 */
export function withoutConflicts(node: FetchNode, supergraph: PlannerSupergraph): readonly FetchNode[] {
  const present = new Set((node.requires ?? []).flatMap(namesIn).filter((name) => supergraph.standIns.has(name)));
  if (!hasConflict(present, supergraph)) return [node];
  const rounds: Set<string>[] = [];
  const roundOf = new Map<FieldNode, number>();
  const document = parse(node.operation, { noLocation: true });
  for (const { field, type } of entityFieldsOf(document.definitions[0])) {
    const needed = [...(supergraph.needs.get(`${type}.${field.name.value}`) ?? [])].filter((name) => present.has(name));
    let at = rounds.findIndex((round) => !hasConflict(new Set([...round, ...needed]), supergraph));
    if (at < 0) at = rounds.push(new Set()) - 1;
    for (const name of needed) rounds[at]?.add(name);
    roundOf.set(field, at);
  }
  return rounds.map((round, at) => {
    const isForeign = (name: string): boolean => present.has(name) && !round.has(name);
    const own = visit(document, {
      Field: (field) => ((roundOf.get(field) ?? at) === at ? undefined : null),
      InlineFragment: { leave: ({ selectionSet }) => (selectionSet.selections.length > 0 ? undefined : null) },
    });
    return {
      ...node,
      ...withUsedVariables(own, node.variableUsages),
      requires: (node.requires ?? []).map((each) => without(each, isForeign)),
    };
  });
}

function hasConflict(names: ReadonlySet<string>, { standIns }: PlannerSupergraph): boolean {
  return new Set([...names].map((name) => standIns.get(name)?.field)).size < names.size;
}

/** The fields asked of each entity, right below `_entities`. */
function entityFieldsOf(definition: unknown): { readonly field: FieldNode; readonly type: string }[] {
  const operation = definition as { readonly selectionSet: SelectionSetNode };
  const [entities] = operation.selectionSet.selections;
  return entities?.kind === Kind.FIELD && entities.selectionSet ? fieldsIn(entities.selectionSet, '_Entity') : [];
}

function fieldsIn(set: SelectionSetNode, type: string): { readonly field: FieldNode; readonly type: string }[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [{ field: selection, type }];
    return selection.kind === Kind.INLINE_FRAGMENT
      ? fieldsIn(selection.selectionSet, selection.typeCondition?.name.value ?? type)
      : [];
  });
}

function namesIn(selection: QueryPlanSelectionNode): string[] {
  const nested = (selection.selections ?? []).flatMap(namesIn);
  return selection.kind === 'Field' ? [selection.name, ...nested] : nested;
}

function without(selection: QueryPlanSelectionNode, isForeign: (name: string) => boolean): QueryPlanSelectionNode {
  if (!selection.selections) return selection;
  const selections = selection.selections
    .filter((each) => each.kind !== 'Field' || !isForeign(each.name))
    .map((each) => without(each, isForeign));
  return { ...selection, selections } as QueryPlanSelectionNode;
}
