import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openable } from '../../../platform/db';
import { queryOnce } from '../../support/database';
import { runState } from '../../support/run-state';
import type { TestSystem } from '../../support/system';

/** The subgraphs' own connections: the relay's and pg-boss's send nothing that an operation waits for. */
const LOGGED = /^mercato-(?:user|product|order)\|LOG:\s+execute (<unnamed>|\S+): (.*)/gm;
const EXECUTIONS = 20;

/** Lets PostgreSQL itself log what it executes, which says whether a parameterised statement came by name. */
export async function watchStatements(system: TestSystem) {
  const admin = system.databases.product ?? '';
  const logFile = join(runState().folder, 'postgres.log');
  await setting(admin, `ALTER SYSTEM SET log_line_prefix = '%a|'`);
  await setting(admin, `ALTER SYSTEM SET log_statement = 'all'`);
  const before = (await readFile(logFile, 'utf8')).length;
  return {
    stop: async (): Promise<{ executed: number; unnamed: string[] }> => {
      await setting(admin, 'ALTER SYSTEM RESET log_statement');
      await setting(admin, 'ALTER SYSTEM RESET log_line_prefix');
      const log = (await readFile(logFile, 'utf8')).slice(before);
      const executed = [...log.matchAll(LOGGED)];
      const unnamed = executed.filter(([, name]) => name === '<unnamed>').map(([, , text]) => text ?? '');
      return { executed: executed.length, unnamed };
    },
  };
}

async function setting(url: string, sql: string): Promise<void> {
  await queryOnce(url, sql);
  await queryOnce(url, 'SELECT pg_reload_conf()');
}

/** Asks PostgreSQL, in the session that ran them, how often a repeated statement was prepared and planned. */
export async function planningOf(system: TestSystem): Promise<{ prepared: number; planned: number; kept: number }> {
  const database = openable({
    url: system.databases.product ?? '',
    entities: [],
    migrations: [],
    poolSize: 1,
    applicationName: 'mercato-proof',
  });
  await database.open();
  try {
    for (let key = 1; key <= EXECUTIONS; key += 1) {
      await database.source.query('SELECT id, name FROM product WHERE id = ANY($1::integer[])', [[key, key + 1]]);
    }
    const rows = await database.source.query<{ generic: number; custom: number }[]>(
      `SELECT generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements WHERE statement LIKE 'SELECT id, name FROM product%'`,
    );
    const [row] = rows;
    return { prepared: rows.length, planned: (row?.custom ?? 0) + 1, kept: row?.generic ?? 0 };
  } finally {
    await database.close();
  }
}
