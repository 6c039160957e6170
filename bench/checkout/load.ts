import { cpuMsOf, databaseCpuMs } from './cpu';

/** What came of running something again and again, by several at once. */
export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of one run: of the process that is asked, and of PostgreSQL. */
  readonly processMs: number;
  readonly databaseMs: number;
  readonly errors: number;
}

/** Runs it once; answers the milliseconds to count, or `null` for a run that failed. */
export type Run = (worker: number) => Promise<number | null>;

export interface Subject {
  readonly run: Run;
  /** Whose processor time is counted. */
  readonly pid: number;
}

/** `workers` run at once, each beginning anew as soon as it has ended, until the time is over. */
export async function repeatedly({ run, pid }: Subject, workers: number, seconds: number): Promise<Load> {
  const times: number[] = [];
  let errors = 0;
  const before = { process: cpuMsOf(pid), database: databaseCpuMs() };
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  const work = async (_: unknown, worker: number): Promise<void> => {
    while (performance.now() < endMs) {
      const time = await run(worker);
      if (time === null) errors += 1;
      else times.push(time);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const tookSeconds = (performance.now() - startedMs) / 1_000;
  times.sort((a, b) => a - b);
  const quantile = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    perSecond: times.length / tookSeconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    processMs: (cpuMsOf(pid) - before.process) / Math.max(1, times.length),
    databaseMs: (databaseCpuMs() - before.database) / Math.max(1, times.length),
    errors,
  };
}

/** The round of the middle rate; errors of all rounds. */
export function medianOf(rounds: readonly Load[]): Load {
  const sorted = rounds.toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('nothing was measured');
  return { ...middle, errors: rounds.reduce((sum, { errors }) => sum + errors, 0) };
}
