import { startOutboxRelay, type EventBus } from '../events';
import type { Logger, Metrics } from '../observability';
import type { Stoppable } from '../process';
import type { JobDefinition, JobSchedule } from './job';
import { startJobs } from './start-jobs';

/** What a subgraph does in the background; it says so when it is composed. */
export interface BackgroundWork {
  readonly definitions: readonly JobDefinition<never>[];
  readonly schedules: readonly JobSchedule[];
}

export interface BackgroundOptions extends BackgroundWork {
  readonly databaseUrl: string;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics: Metrics | undefined;
}

/** Tells a database's events and does its jobs, beside any number of other workers. */
export async function startBackground({ bus, ...options }: BackgroundOptions): Promise<Stoppable> {
  const work = [startOutboxRelay(options.databaseUrl, bus, options.logger), await startJobs(options)];
  return { name: 'background work', stop: async () => void (await Promise.all(work.map((part) => part.stop()))) };
}
