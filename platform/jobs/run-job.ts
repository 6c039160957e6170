import type { Job, JobResult } from 'pg-boss';
import type { Logger } from '../observability';
import { JobRefused, type JobDefinition } from './job';
import type { JobMeasures } from './measures';
import { crashPoint } from '../process';

const MAX_MESSAGE = 1_000;
const MAX_STACK = 4_000;

/** What is kept of an attempt that failed, for the staff who look at dead letters. */
export interface JobFailure {
  readonly message: string;
  readonly type: string;
  readonly code?: string;
  readonly stack?: string;
}

/** Does one job within its time and says how it ended; never rejects. */
export async function runJob(
  definition: JobDefinition<never>,
  job: Job<object>,
  logger: Logger,
  measures: JobMeasures,
): Promise<JobResult> {
  const { name, timeoutSeconds = 60 } = definition;
  const attempt = job.retryCount + 1;
  const log = logger.child({ job: name, jobId: job.id, attempt });
  const startedAtMs = performance.now();
  const ended = (outcome: 'completed' | 'failed' | 'refused'): number => {
    const ms = performance.now() - startedAtMs;
    measures.ended(name, outcome, ms / 1_000);
    return Math.round(ms);
  };
  const overtime = new AbortController();
  const signal = AbortSignal.any([job.signal, overtime.signal]);
  try {
    await withinSeconds(
      definition.run(job.data as never, { jobId: job.id, attempt, logger: log, signal }),
      timeoutSeconds,
      overtime,
    );
    crashPoint('job.done');
    log.debug({ ms: ended('completed') }, 'job done');
    return { id: job.id, status: 'completed' };
  } catch (error) {
    const isRefused = error instanceof JobRefused;
    log.warn({ err: error, ms: ended(isRefused ? 'refused' : 'failed') }, isRefused ? 'a job can never be done' : 'a job failed');
    return { id: job.id, status: isRefused ? 'deadletter' : 'failed', output: describe(error) };
  }
}

/** Ends the wait, not the work: what ignores its signal goes on beside the next attempt, which is why jobs must bear that. */
async function withinSeconds(work: Promise<void>, seconds: number, overtime: AbortController): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`not done within ${seconds} s`);
      overtime.abort(error);
      reject(error);
    }, seconds * 1_000);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): JobFailure {
  if (!(error instanceof Error)) return { type: typeof error, message: clip(String(error), MAX_MESSAGE) };
  const { code } = error as Error & { code?: unknown };
  return {
    type: error.name,
    message: clip(error.message, MAX_MESSAGE),
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.stack ? { stack: clip(error.stack, MAX_STACK) } : {}),
  };
}

/** PostgreSQL keeps no NUL in its JSON. */
function clip(text: string, length: number): string {
  return text.replaceAll('\0', '').slice(0, length);
}
