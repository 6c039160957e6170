import { setTimeout as delay } from 'node:timers/promises';
import type { PgBoss } from 'pg-boss';
import type { Logger, Metrics } from '../observability';
import { repeat, type Stoppable } from '../process';
import { JOB_SCHEMA, type JobDefinition, type JobSchedule } from './job';
import { jobMeasures, type JobMeasures } from './measures';
import { countJobs, dueQueues, fillSlots } from './pulse';
import { runJob } from './run-job';

export interface JobsOptions {
  readonly databaseUrl: string;
  readonly definitions: readonly JobDefinition<never>[];
  readonly schedules?: readonly JobSchedule[];
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
}

const PULSE_MS = 1_000;
const COUNT_EVERY_MS = 15_000;
const RETRY_MS = 1_000;
/** Running jobs may end within this time; what is cut off is tried again by another worker. */
const GRACE_MS = 12_000;
const POOL_SIZE = 4;

/**
 * Does the jobs of one database, beside any number of other processes. Answers at once: it connects in the background
 * and waits for a database that is away or not yet migrated.
 */
export async function startJobs(options: JobsOptions): Promise<Stoppable> {
  const ended = new AbortController();
  let stopWorkers: (() => Promise<void>) | null = null;
  const starting = untilStarted(options, ended.signal).then((stop) => {
    stopWorkers = stop;
  });
  return {
    name: 'jobs',
    stop: async () => {
      ended.abort();
      await starting;
      await stopWorkers?.();
    },
  };
}

async function untilStarted(options: JobsOptions, signal: AbortSignal): Promise<(() => Promise<void>) | null> {
  // Whoever starts the process goes on first: loading the engine blocks for a tenth of a second.
  await delay(0);
  while (!signal.aborted) {
    const boss = createEngine(options);
    try {
      await boss.start();
      return await startWorkers(boss, options);
    } catch (error) {
      options.logger.warn({ err: error }, 'jobs cannot be worked on yet, trying again');
      await boss.stop({ graceful: false }).catch(() => undefined);
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}

function createEngine({ databaseUrl, schedules = [], logger }: JobsOptions): PgBoss {
  const engine = require('pg-boss') as typeof import('pg-boss');
  const boss = new engine.PgBoss({
    connectionString: databaseUrl,
    application_name: 'mercato-jobs',
    schema: JOB_SCHEMA,
    max: POOL_SIZE,
    // Its tables are made by `mercato migrate`.
    migrate: false,
    createSchema: false,
    useListenNotify: true,
    schedule: schedules.some(({ cron }) => cron !== undefined),
    // How soon the jobs of a worker that died are missed, beyond their heartbeat.
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    maintenanceIntervalSeconds: 300,
    queueCacheIntervalSeconds: 300,
    flowIntervalSeconds: 3_600,
    registerInstance: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (error) => logger.warn({ err: error }, 'the job engine met an error and goes on'));
  boss.on('warning', ({ message, data }) => logger.warn({ data }, message));
  return boss;
}

async function startWorkers(boss: PgBoss, options: JobsOptions): Promise<() => Promise<void>> {
  const { schedules = [], logger } = options;
  const definitions = options.definitions.filter(({ isPaused }) => !isPaused);
  const measures = jobMeasures(options.metrics);
  const workers = new Map<string, string[]>();
  for (const definition of definitions) workers.set(definition.name, await startWorkersOf(boss, definition, logger, measures));
  await writeSchedules(boss, schedules);
  const pulse = repeat('the pulse of jobs', PULSE_MS, pulseOf(boss, workers, schedules, measures), logger);
  return async () => {
    await pulse.stop();
    await boss.stop({ graceful: true, timeout: GRACE_MS });
  };
}

/** Each worker takes its next job as soon as it is done with the last. */
async function startWorkersOf(
  boss: PgBoss,
  definition: JobDefinition<never>,
  logger: Logger,
  measures: JobMeasures,
): Promise<string[]> {
  const { name, concurrency = 2, batchSize = 1 } = definition;
  const ids: string[] = [];
  for (let at = 0; at < concurrency; at += 1) {
    ids[at] = await boss.work<object, unknown, { perJobResults: true; batchSize: number }>(
      name,
      { perJobResults: true, batchSize },
      async (jobs) => {
        const results = await Promise.all(jobs.map((job) => runJob(definition, job, logger, measures)));
        boss.notifyWorker(ids[at] ?? '');
        return results;
      },
    );
  }
  return ids;
}

function pulseOf(
  boss: PgBoss,
  workers: ReadonlyMap<string, readonly string[]>,
  schedules: readonly JobSchedule[],
  measures: JobMeasures,
): () => Promise<void> {
  const db = boss.getDb();
  const names = [...workers.keys()];
  const often = schedules.filter(({ everySeconds }) => everySeconds !== undefined);
  let countAtMs = 0;
  return async () => {
    if (often.length > 0) await fillSlots(db, often);
    for (const name of await dueQueues(db, names)) workers.get(name)?.forEach((id) => boss.notifyWorker(id));
    if (Date.now() < countAtMs) return;
    countAtMs = Date.now() + COUNT_EVERY_MS;
    measures.waiting(await countJobs(db, names));
  };
}

/** Schedules that are no longer wanted end with the release that dropped them. */
async function writeSchedules(boss: PgBoss, schedules: readonly JobSchedule[]): Promise<void> {
  const wanted = schedules.flatMap(({ name, cron, payload }) => (cron === undefined ? [] : [{ name, cron, payload }]));
  for (const { name, cron, payload } of wanted) await boss.schedule(name, cron, payload ?? {}, { tz: 'UTC' });
  for (const { name } of await boss.getSchedules()) {
    if (!wanted.some((schedule) => schedule.name === name)) await boss.unschedule(name);
  }
}
