import type { ClientBase } from 'pg';

/**
 * Runs `load`, which fills empty tables inside the client's transaction, without the work that a bulk load repeats for
 * every row: indexes that enforce nothing are dropped and built anew afterwards, and triggers (foreign keys included)
 * rest where the database user may say so. What is loaded must therefore be right by itself.
 *
 * @param tables trusted names of our own
 */
export async function bulkLoad<T>(client: ClientBase, tables: readonly string[], load: () => Promise<T>): Promise<T> {
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(INDEXES, [tables]);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  const isResting = await restTriggers(client);
  const result = await load();
  if (isResting) await client.query('SET LOCAL session_replication_role = origin');
  await client.query(`SET LOCAL maintenance_work_mem = '256MB'`);
  for (const { definition } of indexes) await client.query(definition);
  return result;
}

const INDEXES = `
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i
  WHERE i.indrelid = ANY ($1::regclass[]) AND NOT i.indisunique
  ORDER BY 1`;

/** Only a superuser may; everybody else loads a little slower. */
async function restTriggers(client: ClientBase): Promise<boolean> {
  await client.query('SAVEPOINT rest_triggers');
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    return true;
  } catch {
    await client.query('ROLLBACK TO SAVEPOINT rest_triggers');
    return false;
  } finally {
    await client.query('RELEASE SAVEPOINT rest_triggers');
  }
}
