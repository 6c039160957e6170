import type { CallReceiver, SubgraphResponse } from '../../platform/federation';
import type { FetchStep } from './compile-plan';
import { copyOf, mergeInto } from './merge';
import { applyRewrites } from './rewrites';
import type { Cursor, StepRun, Waiter } from './step-run';

/** Fetches fields of the root, or of records that are no entities, and merges them. */
export function fetchFields(run: StepRun, step: FetchStep, cursor: Cursor, waiter: Waiter): void {
  run.call(step, null, new FieldsFetch(run, step, cursor, waiter));
}

class FieldsFetch implements CallReceiver {
  constructor(
    private readonly run: StepRun,
    private readonly step: FetchStep,
    private readonly cursor: Cursor,
    private readonly waiter: Waiter,
  ) {}

  answered({ data, errors }: SubgraphResponse): void {
    const { run, step, cursor } = this;
    if (!data && !errors) return this.failed(new Error(`${step.service} answered neither data nor errors`));
    if (errors) run.errors.addOfRoot(errors, cursor.path);
    if (data) {
      if (step.outputRewrites.length > 0) applyRewrites(run.plan.schema, step.outputRewrites, data);
      cursor.records.forEach((record, at) => mergeInto(record, at === 0 ? data : copyOf(data), run.options.keepsKnown));
    } else {
      run.errors.cover(this.places());
    }
    this.waiter.ended();
  }

  failed(error: unknown): void {
    const { run, step, cursor } = this;
    const told = cursor.path.filter((part) => part !== '@');
    run.errors.addFailure(
      error,
      step.service,
      step.rootKeys.map((key) => [...told, key]),
    );
    run.errors.cover(this.places());
    this.waiter.ended();
  }

  private places(): string[][] {
    return this.step.rootKeys.map((key) => [...this.cursor.path, key]);
  }
}
