import type { FetchStep, Step } from './compile-plan';
import { Countdown } from './countdown';
import { fetchEntities } from './fetch-entities';
import { fetchFields } from './fetch-fields';
import { fetchInContext } from './fetch-in-context';
import { recordsAt } from './places';
import type { Cursor, StepRun, Waiter } from './step-run';

/** Begins a step of a plan. It may end before this returns. */
export function beginStep(run: StepRun, step: Step, cursor: Cursor, waiter: Waiter): void {
  switch (step.kind) {
    case 'fetch':
      return beginFetch(run, step, cursor, waiter);
    case 'flatten': {
      const records = recordsAt(cursor.records, step.path);
      if (records.length === 0) return waiter.ended();
      return beginStep(run, step.step, { path: [...cursor.path, ...step.path], records }, waiter);
    }
    case 'sequence':
      return new Sequence(run, step.steps, cursor, waiter).ended();
    case 'parallel':
      return beginAll(run, step.steps, cursor, waiter);
    case 'condition': {
      const branch = run.options.coerced[step.variable] === true ? step.then : step.otherwise;
      return branch ? beginStep(run, branch, cursor, waiter) : waiter.ended();
    }
  }
}

/** Tells whoever needs what one fetch brings. */
class Fetched implements Waiter {
  constructor(
    private readonly tell: (id: string) => void,
    private readonly id: string,
    private readonly waiter: Waiter,
  ) {}

  ended(): void {
    this.tell(this.id);
    this.waiter.ended();
  }
}

function beginFetch(run: StepRun, step: FetchStep, cursor: Cursor, waiter: Waiter): void {
  const { onFetched } = run.options;
  const told = step.id !== null && onFetched ? new Fetched(onFetched, step.id, waiter) : waiter;
  if (step.context) fetchInContext(run, step, step.context, cursor, told);
  else if (step.representation) fetchEntities(run, step, cursor, told);
  else fetchFields(run, step, cursor, told);
}

class Sequence implements Waiter {
  private at = 0;

  constructor(
    private readonly run: StepRun,
    private readonly steps: readonly Step[],
    private readonly cursor: Cursor,
    private readonly waiter: Waiter,
  ) {}

  /** The step before has ended. */
  ended(): void {
    const step = this.steps[this.at];
    this.at += 1;
    if (step) beginStep(this.run, step, this.cursor, this);
    else this.waiter.ended();
  }
}

function beginAll(run: StepRun, steps: readonly Step[], cursor: Cursor, waiter: Waiter): void {
  if (steps.length === 0) return waiter.ended();
  const countdown = new Countdown(steps.length, waiter);
  for (const step of steps) beginStep(run, step, cursor, countdown);
}
