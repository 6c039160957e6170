import { DEAD_LETTERS, JOB_SCHEMA, type JobQueue } from './job';

/** Runs one statement; without parameters also a script. */
type Query = (sql: string, parameters?: unknown[]) => Promise<unknown>;

/** The version of pg-boss's tables that our own statements were written for; a test tells when the package brings another. */
export const JOB_SCHEMA_VERSION = 46;
/** pg-boss's smallest. A worker says twice in this time that it lives; jobs of one that is silent are taken over. */
const HEARTBEAT_SECONDS = 10;
const KEEP_DONE_SECONDS = 600;
/** A job that nobody takes for so long is deleted by pg-boss. */
const KEEP_WAITING_SECONDS = 30 * 86_400;
const KEEP_DEAD_SECONDS = 365 * 86_400;

/**
 * Makes or upgrades the tables of jobs and says what each queue promises; part of a subgraph's migration, under its lock.
 * Queues that are no longer named stay: their jobs may still wait.
 */
export async function migrateJobs(query: Query, queues: readonly JobQueue[]): Promise<void> {
  const [found] = (await query(`SELECT to_regclass('${JOB_SCHEMA}.version') IS NOT NULL AS here`)) as { here: boolean }[];
  if (!found?.here) await query(plans().getConstructionPlans(JOB_SCHEMA));
  const [{ version } = { version: 0 }] = (await query(`SELECT version FROM ${JOB_SCHEMA}.version`)) as { version: number }[];
  if (version < JOB_SCHEMA_VERSION) await query(plans().getMigrationPlans(JOB_SCHEMA, version));
  await query(DECLARE_QUEUES, [JSON.stringify([DEAD_LETTER_QUEUE, ...queues.map(rowOf)])]);
}

/** Loaded only where there is something to make: it costs a tenth of a second. */
function plans(): typeof import('pg-boss') {
  return require('pg-boss') as typeof import('pg-boss');
}

function rowOf(queue: JobQueue): object {
  const { name, maxAttempts = 10, timeoutSeconds = 60, retrySeconds = 2, maxRetrySeconds = 300, isRoutine = false } = queue;
  return {
    name,
    policy: 'short',
    retries: isRoutine ? 0 : maxAttempts - 1,
    delay: retrySeconds,
    max_delay: maxRetrySeconds,
    // Later than the worker's own clock, which ends one attempt; this one would end a whole batch.
    expire: timeoutSeconds + 15,
    retention: KEEP_WAITING_SECONDS,
    deletion: KEEP_DONE_SECONDS,
    dead: isRoutine ? null : DEAD_LETTERS,
    heartbeat: HEARTBEAT_SECONDS,
  };
}

const DEAD_LETTER_QUEUE = {
  ...rowOf({ name: DEAD_LETTERS }),
  policy: 'standard',
  retention: KEEP_DEAD_SECONDS,
  deletion: KEEP_DEAD_SECONDS,
  dead: null,
  heartbeat: null,
};

const DECLARE_QUEUES = `
  INSERT INTO ${JOB_SCHEMA}.queue (name, policy, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds,
    retention_seconds, deletion_seconds, dead_letter, heartbeat_seconds, notify, partition, table_name)
  SELECT name, policy, retries, delay, true, max_delay, expire, retention, deletion, dead, heartbeat, true, false, 'job_common'
  FROM jsonb_to_recordset($1::jsonb) AS q (name text, policy text, retries int, delay int, max_delay int, expire int, retention int,
    deletion int, dead text, heartbeat int)
  ON CONFLICT (name) DO UPDATE SET retry_limit = EXCLUDED.retry_limit, retry_delay = EXCLUDED.retry_delay,
    retry_delay_max = EXCLUDED.retry_delay_max, expire_seconds = EXCLUDED.expire_seconds,
    retention_seconds = EXCLUDED.retention_seconds, deletion_seconds = EXCLUDED.deletion_seconds,
    heartbeat_seconds = EXCLUDED.heartbeat_seconds, dead_letter = EXCLUDED.dead_letter, updated_on = now()`;
