import type { DataSource } from 'typeorm';
import { keysetPage, keysetSql, type KeysetRequest, type SortColumn } from '../db';
import type { Page, PageRequest } from '../federation';
import { discardDeadLetters, retryDeadLetters } from '../jobs';
import { failedJobId } from './failed-job.id';
import { summaryOf } from './payload-summary';

/** A failed job as staff see it. */
export interface FailedJobView {
  readonly id: string;
  readonly name: string;
  readonly payload: string;
  readonly attempts: number;
  readonly error: string;
  readonly enqueuedAt: Date;
  readonly failedAt: Date;
}

/** What became of the jobs that were named: how many were there, and which were not. */
export interface Decided {
  readonly count: number;
  readonly missing: readonly string[];
}

interface Row {
  readonly key: string;
  readonly name: string;
  readonly data: unknown;
  readonly attempts: number;
  readonly error: { readonly message?: string; readonly type?: string } | null;
  readonly enqueuedAt: Date;
  readonly failedAt: Date;
  readonly cursor_values: string[];
}

const SORT: readonly SortColumn[] = [
  { sql: 'created_on', direction: 'DESC', type: 'timestamptz' },
  { sql: 'id::text', direction: 'DESC', type: 'text' },
];

/** The dead letters of one database. */
export class FailedJobService {
  constructor(private readonly database: DataSource) {}

  async page(name: string | null, { limit, cursor, backward }: PageRequest): Promise<Page<FailedJobView>> {
    const request: KeysetRequest = { sort: SORT, list: { name }, cursor, backward, limit };
    const keyset = keysetSql(request, 2);
    const rows = await this.database.query<Row[]>(
      `SELECT id AS key, source_name AS name, data, source_retry_count + 1 AS attempts, source_output AS error,
         source_created_on AS "enqueuedAt", created_on AS "failedAt", ${keyset.cursorValues} AS cursor_values
       FROM pgboss.job_common WHERE ${DEAD} AND ${keyset.where} ORDER BY ${keyset.orderBy} LIMIT ${keyset.limit}`,
      [name, ...keyset.parameters],
    );
    const { edges, pageInfo } = keysetPage(request, rows);
    const totalCount = async (): Promise<number> => {
      const sql = `SELECT count(*)::int AS count FROM pgboss.job_common WHERE ${DEAD}`;
      const [total] = await this.database.query<{ count: number }[]>(sql, [name]);
      return total?.count ?? 0;
    };
    return { edges: edges.map(({ cursor: at, node }) => ({ cursor: at, node: viewOf(node) })), pageInfo, totalCount };
  }

  async retry(keys: readonly string[], actorId: number | null): Promise<Decided> {
    return decided(keys, await retryDeadLetters(this.database, keys, actorId));
  }

  async discard(keys: readonly string[], actorId: number | null): Promise<Decided> {
    return decided(keys, await discardDeadLetters(this.database, keys, actorId));
  }
}

const DEAD = `name = 'dead-letter' AND state < 'active' AND ($1::text IS NULL OR source_name = $1)`;

function viewOf({ key, name, data, attempts, error, enqueuedAt, failedAt }: Row): FailedJobView {
  const message = error?.message ?? 'The worker that did it was lost';
  return { id: failedJobId(key), name, payload: summaryOf(data), attempts, error: message, enqueuedAt, failedAt };
}

function decided(keys: readonly string[], done: readonly string[]): Decided {
  const found = new Set(done);
  return { count: found.size, missing: [...new Set(keys)].filter((key) => !found.has(key)).map(failedJobId) };
}
