import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database';

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  readonly data: Record<string, unknown>;
  readonly retry_count: number;
  readonly source_name: string | null;
}

/** The jobs of one name, the oldest first; those in `dead-letter` used up their attempts. */
export function jobsOf(database: TestDatabase, name: string): Promise<JobRow[]> {
  return database.query<JobRow>(
    'SELECT id, name, state, data, retry_count, source_name FROM pgboss.job_common WHERE name = $1 ORDER BY created_on, id',
    [name],
  );
}

/** Makes every waiting job of a name due at once, whatever pause it was given; workers see it within a second. */
export async function hurry(database: TestDatabase, name: string): Promise<void> {
  await database.query(`UPDATE pgboss.job_common SET start_after = now() WHERE name = $1 AND state < 'active'`, [name]);
}

/** Enqueues a job beside whatever waits, and resolves when a worker has done it. */
export async function runJobNow(database: TestDatabase, name: string, payload: object = {}): Promise<void> {
  const key = `test-${randomUUID()}`;
  await database.query(
    `INSERT INTO pgboss.job_common (name, data, singleton_key, policy, retry_limit, expire_seconds, keep_until, dead_letter, heartbeat_seconds)
     SELECT name, $2, $3, policy, retry_limit, expire_seconds, now() + interval '1 day', dead_letter, heartbeat_seconds
     FROM pgboss.queue WHERE name = $1`,
    [name, payload, key],
  );
  await untilJob(database, `name = '${name}' AND singleton_key = '${key}' AND state = 'completed'`);
}

/** @param condition SQL over `pgboss.job_common` */
export async function untilJob(database: TestDatabase, condition: string): Promise<void> {
  const found = async (): Promise<boolean> =>
    (await database.query(`SELECT 1 FROM pgboss.job_common WHERE ${condition} LIMIT 1`)).length > 0;
  while (!(await found())) await new Promise((resolve) => setTimeout(resolve, 20));
}
