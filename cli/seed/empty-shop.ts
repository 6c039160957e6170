import pg from 'pg';
import type { DatabaseUrls } from '../databases';

/**
 * What stays: the history of migrations, the rules that they wrote (of the order's life, taxes and shipping), and the keys
 * that tokens are signed with.
 */
const KEPT = ['schema_migration', 'order_transition', 'tax_zone', 'tax_rate', 'shipping_rate', 'signing_key'];

/** A bit of `pg_trigger.tgtype`. */
const ON_TRUNCATE = 32;

/** Deletes everything that a shop has gathered; the tables stay. */
export async function emptyShop(databases: DatabaseUrls): Promise<void> {
  for (const url of Object.values(databases)) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<{ tables: string | null }>(
        `SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS tables FROM pg_tables
         WHERE schemaname = current_schema() AND tablename <> ALL ($1)`,
        [KEPT],
      );
      const tables = rows.at(0)?.tables;
      if (tables) await truncate(client, tables);
    } finally {
      await client.end();
    }
  }
}

/** Also what refuses it at other times: a trail of audit that belongs to deleted orders proves nothing. */
async function truncate(client: pg.Client, tables: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT t.tgrelid::regclass::text AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgtype & ${ON_TRUNCATE} <> 0 AND c.relnamespace = current_schema()::regnamespace`,
  );
  await client.query('BEGIN');
  for (const { name } of rows) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  await client.query(`TRUNCATE ${tables} RESTART IDENTITY CASCADE`);
  for (const { name } of rows) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
  await client.query('COMMIT');
}
