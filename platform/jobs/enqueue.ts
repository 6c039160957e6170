import { createHash, randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { JOB_SCHEMA, type NewJob } from './job';

/** pg-boss listens here; its payload is the name of a queue. */
const CHANNEL = `pgboss_${createHash('sha224').update(JOB_SCHEMA).digest('hex').slice(0, 24)}`;

/**
 * Writes jobs down by one statement, in the caller's transaction: they are done if, and only if, it commits. A
 * transaction that brings a waiting job of the same key makes others with that key wait for its end.
 *
 * @throws when a queue was never migrated
 */
export async function enqueue(handle: EntityManager | DataSource, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await handle.query(`WITH ${queuedCte('$1')} ${wakeWorkers('queued')}`, [jobsParameter(jobs)]);
}

/**
 * A part `queued AS (...)` for a `WITH` list that writes the jobs of a parameter made by {@link jobsParameter} beside
 * other rows, without a statement of its own. Workers see jobs that are due now a second later than by {@link enqueue}.
 */
export function queuedCte(parameter: string, condition = 'true'): string {
  return `queued AS (
    INSERT INTO ${JOB_SCHEMA}.job_common AS waiting (name, data, start_after, created_on, singleton_key, expire_seconds,
      deletion_seconds, keep_until, retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
    SELECT j.name, j.payload, j.at, now(), j.key, q.expire_seconds, q.deletion_seconds,
      j.at + make_interval(secs => q.retention_seconds), q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max,
      q.policy, q.dead_letter, q.heartbeat_seconds
    FROM (SELECT name, payload, key, COALESCE(at, now()) AS at
      FROM jsonb_to_recordset(${parameter}::jsonb) AS given (name text, payload jsonb, key text, at timestamptz)) j
      LEFT JOIN ${JOB_SCHEMA}.queue q ON q.name = j.name
    WHERE ${condition}
    ON CONFLICT (name, COALESCE(singleton_key, '')) WHERE state = 'created' AND policy = 'short'
    DO UPDATE SET start_after = LEAST(waiting.start_after, EXCLUDED.start_after)
    RETURNING name, start_after)`;
}

/** The value for {@link queuedCte}. Jobs of one key appear once, and all in one order, so that no two transactions block each other. */
export function jobsParameter(jobs: readonly NewJob[]): string {
  const byPlace = new Map<string, object>();
  for (const { name, payload, key = randomUUID(), runAt } of jobs) {
    byPlace.set(`${name} ${key}`, { name, payload, key, at: runAt?.toISOString() ?? null });
  }
  return JSON.stringify([...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, job]) => job));
}

/** A `SELECT` that wakes the workers of the queues in `rows` (name, start_after) whose jobs are due, when the transaction commits. */
export function wakeWorkers(rows: string): string {
  return `SELECT pg_notify('${CHANNEL}', name) FROM (SELECT DISTINCT name FROM ${rows} WHERE start_after <= now()) AS due`;
}
