import type { DataSource } from 'typeorm';
import { openable } from '../../../platform/db';
import { migrateJobs, startJobs, type JobDefinition, type JobSchedule } from '../../../platform/jobs';
import { createLogger } from '../../../platform/observability';
import type { Stoppable } from '../../../platform/process';
import { createDatabase, type TestDatabase } from '../../support/database';

export const silent = createLogger({ logLevel: 'silent' }, 'test');

/** A database with the queues of a test's own jobs, and workers for them. */
export interface JobBench {
  readonly database: TestDatabase;
  readonly source: DataSource;
  startWorker(): Promise<Stoppable>;
  close(): Promise<void>;
}

export async function openJobBench(
  definitions: readonly JobDefinition<never>[],
  schedules: readonly JobSchedule[] = [],
): Promise<JobBench> {
  const database = await createDatabase('order');
  const opened = openable({ url: database.url, entities: [], migrations: [], poolSize: 5, applicationName: 'test' });
  await opened.open();
  await opened.migrate((query) => migrateJobs(query, definitions));
  const workers: Stoppable[] = [];
  return {
    database,
    source: opened.source,
    startWorker: async () => {
      const worker = await startJobs({ databaseUrl: database.url, definitions, schedules, logger: silent });
      workers.push(worker);
      return worker;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await opened.close();
    },
  };
}

/** Counts what happened and resolves when it happened `count` times. */
export function tally<Item>() {
  const items: Item[] = [];
  const changed = new EventTarget();
  return {
    items,
    add: (item: Item): void => {
      items.push(item);
      changed.dispatchEvent(new Event('added'));
    },
    untilCount: async (count: number): Promise<void> => {
      while (items.length < count) await new Promise((resolve) => changed.addEventListener('added', resolve, { once: true }));
    },
  };
}
