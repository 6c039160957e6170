import type { FetchStep } from './compile-plan';
import { chainsAt, contextValues, type ContextVariable } from './context-variables';
import { Countdown } from './countdown';
import { fetchEntities } from './fetch-entities';
import { valueToJson } from './json-text';
import type { Json } from './merge';
import type { Cursor, StepRun, Waiter } from './step-run';

interface Group {
  readonly values: Json;
  readonly records: Json[];
}

/**
 * Asks for entities by variables that records around them fill in. A call has one value for each variable, so entities
 * below records with different values are asked for in different calls, all of them at once.
 */
export function fetchInContext(
  run: StepRun,
  step: FetchStep,
  context: readonly ContextVariable[],
  { path }: Cursor,
  waiter: Waiter,
): void {
  const groups = new Map<string, Group>();
  for (const chain of chainsAt(run.data, path)) {
    const values = contextValues(run.plan.schema, context, chain);
    const record = chain.at(-1);
    if (!values || !record) continue;
    const text = textOf(values);
    const group = groups.get(text);
    if (group) group.records.push(record);
    else groups.set(text, { values, records: [record] });
  }
  if (groups.size === 0) return waiter.ended();
  const countdown = new Countdown(groups.size, waiter);
  for (const [text, { values, records }] of groups) fetchEntities(run, given(step, values, text), { path, records }, countdown);
}

/** The members of a JSON object, each followed by a comma. */
function textOf(values: Readonly<Json>): string {
  return Object.entries(values)
    .map(([name, value]) => `"${name}":${valueToJson(value)},`)
    .join('');
}

function given(step: FetchStep, values: Readonly<Json>, text: string): FetchStep {
  return { ...step, context: null, given: values, bodyHead: step.bodyHead + text, shareKey: `${step.shareKey}\n${text}` };
}
