import type { FetchNode } from '@apollo/query-planner';
import { print, visit, type DocumentNode } from 'graphql';

/** A fetch's operation, of which parts were taken away, without the variables that only these used. */
export function withUsedVariables(
  document: DocumentNode,
  usages: readonly string[] | undefined,
): Pick<FetchNode, 'operation' | 'variableUsages'> {
  const used = new Set<string>();
  visit(document, { VariableDefinition: () => false, Variable: ({ name }) => void used.add(name.value) });
  const tidy = visit(document, { VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null) });
  return { operation: print(tidy), variableUsages: (usages ?? []).filter((name) => used.has(name)) };
}
