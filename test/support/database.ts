import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { SubgraphName } from '../../platform/config';
import { runState } from './run-state';

/** An empty, migrated database of a subgraph that only the caller knows; it goes away with the run. */
export interface TestDatabase {
  readonly url: string;
  /** For arranging and looking at rows that no query shows. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** Clones the subgraph's migrated template, which takes tens of milliseconds. */
export async function createDatabase(subgraph: SubgraphName): Promise<TestDatabase> {
  const { postgresUrl, templates } = runState();
  const template = templates[subgraph];
  if (template === undefined)
    throw new Error(`the database of ${subgraph} could not be migrated; see what the global set-up printed`);
  const name = `${subgraph}_${randomBytes(6).toString('hex')}`;
  await queryOnce(`${postgresUrl}/postgres`, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  const url = `${postgresUrl}/${name}`;
  return { url, query: (sql, values) => queryOnce(url, sql, values) };
}

/** A database of the shared system: for arranging what no mutation does. Others use it at the same time. */
export function sharedDatabase(subgraph: SubgraphName): TestDatabase {
  const { shared } = runState();
  const url = 'problem' in shared ? undefined : shared.databases[subgraph];
  if (url === undefined) throw new Error(`the shared system has no database of ${subgraph}`);
  return { url, query: (sql, values) => queryOnce(url, sql, values) };
}

/** One statement over a connection of its own. */
export async function queryOnce<Row extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
