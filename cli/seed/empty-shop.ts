import pg from 'pg';
import type { DatabaseUrls } from '../databases';

/** What stays: the history of migrations, the rules of the order's life, and the keys that tokens are signed with. */
const KEPT = ['schema_migration', 'order_transition', 'signing_key'];

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
      if (rows[0]?.tables) await client.query(`TRUNCATE ${rows[0].tables} RESTART IDENTITY CASCADE`);
    } finally {
      await client.end();
    }
  }
}
