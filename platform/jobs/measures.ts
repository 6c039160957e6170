import type { Metrics } from '../observability';

/** What the jobs of this process are measured by. */
export interface JobMeasures {
  ended(job: string, outcome: 'completed' | 'failed' | 'refused', seconds: number): void;
  /** How many jobs of a name are due, wait for their time, or are dead letters, in the whole database. */
  waiting(counts: readonly JobCounts[]): void;
}

export interface JobCounts {
  readonly name: string;
  readonly due: number;
  readonly later: number;
  readonly dead: number;
}

const NO_MEASURES: JobMeasures = { ended: () => undefined, waiting: () => undefined };
const made = new WeakMap<Metrics, JobMeasures>();

/** Job names are a closed list, so series stay few. The subgraphs of one process share them. */
export function jobMeasures(metrics: Metrics | undefined): JobMeasures {
  if (!metrics) return NO_MEASURES;
  const known = made.get(metrics);
  if (known) return known;
  const seconds = metrics.histogram('job_duration_seconds', 'How long one attempt at a job took.', ['job', 'outcome']);
  const jobs = metrics.gauge('jobs', 'Jobs that are due now, wait for their time, or used up their attempts.', ['job', 'state']);
  const measures: JobMeasures = {
    ended: (job, outcome, took) => seconds.observe({ job, outcome }, took),
    waiting: (counts) => {
      for (const { name: job, due, later, dead } of counts) {
        jobs.set({ job, state: 'due' }, due);
        jobs.set({ job, state: 'later' }, later);
        jobs.set({ job, state: 'dead' }, dead);
      }
    },
  };
  made.set(metrics, measures);
  return measures;
}
