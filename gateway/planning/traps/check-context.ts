import type { FetchNode } from '@apollo/query-planner';
import { Kind, type FieldNode } from 'graphql';
import { unplannable } from './refusal';
import type { FieldRules } from './field-rules';

const UP = '..';
/** As the planner names variables that `@fromContext` fills in. */
const VARIABLE = /^contextualArgument_\d+_\d+$/;

/** @throws GraphQLError UNPLANNABLE_OPERATION where one value would stand for several, or none for one */
export function refuseWrongContext({ contextRewrites, requires }: FetchNode): void {
  if (!contextRewrites?.length) return;
  if (!requires) throw unplannable('it needs @fromContext where no entity is fetched');
  const ups = new Map<string, number>();
  for (const rewrite of contextRewrites) {
    if (rewrite.kind !== 'KeyRenamer') throw unplannable('it needs @fromContext in a way that this gateway does not know');
    const up = rewrite.path.filter((part) => part === UP).length;
    if ((ups.get(rewrite.renameKeyTo) ?? up) !== up)
      throw unplannable('it needs one field of @fromContext below several records that give it different values');
    ups.set(rewrite.renameKeyTo, up);
  }
}

/**
 * A fetch has one value for each variable, taken from a record that stands around it.
 *
 * @param within types of the records that this fetch itself brings around the field's own record
 * @throws GraphQLError UNPLANNABLE_OPERATION where the value stands in one of these
 */
export function refuseContextWithin(
  { graph, type, within }: { readonly graph: string; readonly type: string; readonly within: readonly string[] },
  field: FieldNode,
  rules: FieldRules,
): void {
  if (within.length === 0) return;
  for (const { name, value } of field.arguments ?? []) {
    if (value.kind !== Kind.VARIABLE || !VARIABLE.test(value.name.value)) continue;
    const context = rules.contextOf(graph, `${type}.${field.name.value}`, name.value);
    if (context === undefined || within.some((each) => rules.mayCarry(each, context)))
      throw unplannable(`${type}.${field.name.value} takes a value by @fromContext from what is fetched together with it`);
  }
}

/** Whether a client's variable is called like one of the planner's. */
export function isContextVariable(name: string): boolean {
  return VARIABLE.test(name);
}
