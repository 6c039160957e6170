import type { EntityManager } from 'typeorm';
import { DEAD_LETTERS, JOB_SCHEMA } from './job';

/**
 * Deletes every job of a name whose payload has one of `values` in `field`, dead letters included, unless it is being
 * done at this moment: for what must leave no trace.
 */
export async function forgetJobs(tx: EntityManager, name: string, field: string, values: readonly number[]): Promise<void> {
  if (values.length === 0) return;
  await tx.query(
    `DELETE FROM ${JOB_SCHEMA}.job_common
     WHERE (name = $1 OR (name = '${DEAD_LETTERS}' AND source_name = $1)) AND state <> 'active' AND data->>$2::text = ANY ($3::text[])`,
    [name, field, values.map(String)],
  );
}
