import type { Logger } from '../observability';

/** What a queue of jobs of one name promises. `mercato migrate` writes it down, so that `enqueue` needs to know the name alone. */
export interface JobQueue {
  /** `<noun>.<verb>`, such as `order.settle`. */
  readonly name: string;
  /** How often a job is tried before it becomes a dead letter. Default: 10. */
  readonly maxAttempts?: number;
  /** How long one attempt may take. Default: 60. */
  readonly timeoutSeconds?: number;
  /** The pause after the first failure; it doubles, with jitter, up to `maxRetrySeconds`. Default: 2. */
  readonly retrySeconds?: number;
  /** Default: 300. */
  readonly maxRetrySeconds?: number;
  /** Its schedule comes again soon: a failure is logged and counted, not retried, and no dead letter. */
  readonly isRoutine?: boolean;
}

/** How jobs of one name are done. Each is done at least once, so doing one twice must do no harm. */
export interface JobDefinition<Payload extends object> extends JobQueue {
  /** How many of a process's jobs of this name run side by side. Default: 2. */
  readonly concurrency?: number;
  /** How many are taken at once, for many short jobs; they run side by side, and end when the slowest does. Default: 1. */
  readonly batchSize?: number;
  /** Its jobs wait in this process, such as mails where there is no server to take them. */
  readonly isPaused?: boolean;
  /** Resolves when the job is done; a rejection is an attempt that failed. @throws JobRefused when no attempt will ever work */
  run(payload: Payload, context: JobContext): Promise<void>;
}

export interface JobContext {
  readonly jobId: string;
  /** 1 at the first try. */
  readonly attempt: number;
  readonly logger: Logger;
  /** Aborted when the time of this attempt is over or the process ends. */
  readonly signal: AbortSignal;
}

export interface NewJob {
  readonly name: string;
  /** JSON; ids rather than copies of data, and no secrets: staff see it when the job fails for good. */
  readonly payload: object;
  /** At most one waiting job of a name per key: another one only brings it forward. Default: none. */
  readonly key?: string;
  /** Not before; default: now. */
  readonly runAt?: Date;
}

/** What is done again and again, once over all workers: at the minutes that a cron expression names (UTC), or every few seconds. */
export type JobSchedule = { readonly name: string; readonly payload?: object } & (
  | { readonly cron: string; readonly everySeconds?: undefined }
  | { readonly cron?: undefined; readonly everySeconds: number }
);

/** Thrown by a job that no further attempt can do: it becomes a dead letter at once. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
}

/** Where jobs live in each subgraph's database, and the queue of those that used up their attempts. */
export const JOB_SCHEMA = 'pgboss';
export const DEAD_LETTERS = 'dead-letter';
