import type { Caller } from './caller';
import type { EntityBook } from './entity-book';
import type { FetchErrors } from './fetch-errors';
import type { Json } from './merge';

/** Where in the merged data a step works. */
export interface Cursor {
  readonly path: readonly string[];
  readonly records: readonly Json[];
}

/** Told once when a step, and everything that it began, has ended. Steps never fail: a failed call is an error of the answer. */
export interface Waiter {
  ended(): void;
}

/** What the steps of one run share. */
export interface StepRun extends Caller {
  readonly data: Json;
  readonly errors: FetchErrors;
  /** Records that their own subgraph does not know (any more). */
  readonly absent: Set<object>;
  /** What was asked of entities in this run; for mutations, which change what is asked, `null`. */
  readonly book: EntityBook | null;
  readonly options: StepRunOptions;
}

export interface StepRunOptions {
  /** With defaults filled in; conditions read these. */
  readonly coerced: Readonly<Json>;
  /** Whether what is known stays where a later fetch answers null: in parts that follow what a client has already. */
  readonly keepsKnown?: boolean;
  /** Told when a fetch on which deferred parts depend has been merged. */
  readonly onFetched?: (id: string) => void;
}
