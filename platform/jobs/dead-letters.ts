import type { DataSource } from 'typeorm';
import { DEAD_LETTERS, JOB_SCHEMA } from './job';
import { wakeWorkers } from './enqueue';

/**
 * Has dead letters tried again, with all their attempts. Of two who retry one, one does. Where a job of the same key waits
 * already, that one does the work. Answers the ids of those that were there.
 */
export function retryDeadLetters(database: DataSource, ids: readonly string[], actorId: number | null): Promise<string[]> {
  return decide(database, RETRY, ids, actorId);
}

/** Lets dead letters go. Answers the ids of those that were there. */
export function discardDeadLetters(database: DataSource, ids: readonly string[], actorId: number | null): Promise<string[]> {
  return decide(database, DISCARD, ids, actorId);
}

async function decide(database: DataSource, sql: string, ids: readonly string[], actorId: number | null): Promise<string[]> {
  const rows = await database.query<{ id: string }[]>(sql, [ids, actorId]);
  return rows.map(({ id }) => id);
}

/** Takes dead letters out and notes who decided what. */
function takenOut(decision: 'RETRIED' | 'DISCARDED', condition: string): string {
  return `gone AS (
    DELETE FROM ${JOB_SCHEMA}.job_common d WHERE name = '${DEAD_LETTERS}' AND state < 'active' AND id = ANY ($1::uuid[]) AND ${condition}
    RETURNING *),
  noted AS (
    INSERT INTO job_decision (decision, actor_id, job_id, job_name, payload, attempts)
    SELECT '${decision}', $2::integer, id, source_name, data, source_retry_count + 1 FROM gone)`;
}

const DISCARD = `WITH ${takenOut('DISCARDED', 'true')} SELECT id FROM gone`;

/** A dead letter whose queue is gone stays: there is nobody to do it. */
const RETRY = `
  WITH ${takenOut('RETRIED', `EXISTS (SELECT 1 FROM ${JOB_SCHEMA}.queue q WHERE q.name = d.source_name)`)},
  queued AS (
    INSERT INTO ${JOB_SCHEMA}.job_common AS waiting (name, data, start_after, created_on, singleton_key, expire_seconds, deletion_seconds,
      keep_until, retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds, source_root_id)
    SELECT DISTINCT ON (q.name, g.singleton_key) q.name, g.data, now(), now(), g.singleton_key, q.expire_seconds, q.deletion_seconds,
      now() + make_interval(secs => q.retention_seconds), q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max,
      q.policy, q.dead_letter, q.heartbeat_seconds, COALESCE(g.source_root_id, g.source_id)
    FROM gone g JOIN ${JOB_SCHEMA}.queue q ON q.name = g.source_name
    ORDER BY q.name, g.singleton_key, g.created_on DESC
    ON CONFLICT (name, COALESCE(singleton_key, '')) WHERE state = 'created' AND policy = 'short'
    DO UPDATE SET start_after = now()
    RETURNING name, start_after),
  told AS MATERIALIZED (${wakeWorkers('queued')})
  SELECT id FROM gone WHERE (SELECT count(*) FROM told) >= 0`;
