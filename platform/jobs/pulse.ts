import type { PgBoss } from 'pg-boss';
import { wakeWorkers } from './enqueue';
import { JOB_SCHEMA, DEAD_LETTERS, type JobSchedule } from './job';
import type { JobCounts } from './measures';

type JobDatabase = ReturnType<PgBoss['getDb']>;

/** Which queues have jobs whose time has come: a retry or a job for later is announced by nobody. */
export async function dueQueues(db: JobDatabase, names: readonly string[]): Promise<string[]> {
  const { rows } = await db.executeSql(
    `SELECT name FROM unnest($1::text[]) AS queue (name) WHERE EXISTS (
       SELECT 1 FROM ${JOB_SCHEMA}.job_common j
       WHERE j.name = queue.name AND j.state < 'active' AND NOT j.blocked AND j.start_after <= now())`,
    [names],
  );
  return (rows as { name: string }[]).map(({ name }) => name);
}

/**
 * Enqueues what is due every few seconds. Time is cut into slots by the database's clock; a slot holds one job whoever
 * comes first, and while the last one still waits there is no other.
 */
export async function fillSlots(db: JobDatabase, schedules: readonly JobSchedule[]): Promise<void> {
  const wanted = schedules.map(({ name, everySeconds, payload = {} }) => ({ name, every: everySeconds, payload }));
  await db.executeSql(
    `WITH queued AS (
       INSERT INTO ${JOB_SCHEMA}.job_common (name, data, start_after, created_on, singleton_key, singleton_on, expire_seconds,
         deletion_seconds, keep_until, retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
       SELECT q.name, s.payload, now(), now(), 'schedule',
         'epoch'::timestamp + make_interval(secs => s.every * floor(extract(epoch FROM now()) / s.every)), q.expire_seconds,
         q.deletion_seconds, now() + make_interval(secs => q.retention_seconds), q.retry_limit, q.retry_delay, q.retry_backoff,
         q.retry_delay_max, q.policy, q.dead_letter, q.heartbeat_seconds
       FROM jsonb_to_recordset($1::jsonb) AS s (name text, every int, payload jsonb) JOIN ${JOB_SCHEMA}.queue q ON q.name = s.name
       ON CONFLICT DO NOTHING RETURNING name, start_after)
     ${wakeWorkers('queued')}`,
    [JSON.stringify(wanted)],
  );
}

/** Counts the waiting jobs and the dead letters by the name of the job. */
export async function countJobs(db: JobDatabase, names: readonly string[]): Promise<JobCounts[]> {
  const { rows } = await db.executeSql(
    `SELECT queue.name,
       (SELECT count(*)::int FROM ${JOB_SCHEMA}.job_common j WHERE j.name = queue.name AND state < 'active' AND start_after <= now()) AS due,
       (SELECT count(*)::int FROM ${JOB_SCHEMA}.job_common j WHERE j.name = queue.name AND state < 'active' AND start_after > now()) AS later,
       (SELECT count(*)::int FROM ${JOB_SCHEMA}.job_common j WHERE j.name = '${DEAD_LETTERS}' AND state < 'active'
         AND source_name = queue.name) AS dead
     FROM unnest($1::text[]) AS queue (name)`,
    [names],
  );
  return rows as JobCounts[];
}
