import type { DataSource } from 'typeorm';
import type { Role } from '../../../platform/auth';
import { keysetPage, keysetSql, type KeysetRequest, type SortColumn } from '../../../platform/db';
import type { Page, PageRequest } from '../../../platform/federation';
import type { User } from '../account';
import type { UserSort } from './directory.args';

export interface DirectoryFilter {
  readonly search: string | null;
  readonly role: Role | null;
  readonly isDisabled: boolean | null;
}

const SORTS: Readonly<Record<UserSort, readonly SortColumn[]>> = {
  NEWEST: [
    { sql: 'created_at', direction: 'DESC', type: 'timestamptz' },
    { sql: 'id', direction: 'DESC', type: 'integer' },
  ],
  OLDEST: [
    { sql: 'created_at', direction: 'ASC', type: 'timestamptz' },
    { sql: 'id', direction: 'ASC', type: 'integer' },
  ],
  NAME: [
    { sql: 'lower(name)', direction: 'ASC', type: 'text' },
    { sql: 'id', direction: 'ASC', type: 'integer' },
  ],
  EMAIL: [
    { sql: 'lower(email)', direction: 'ASC', type: 'text' },
    { sql: 'id', direction: 'ASC', type: 'integer' },
  ],
};

/** One page of all accounts that are not erased, in one statement; a second one only when the total is asked for. */
export async function readDirectoryPage(
  database: DataSource,
  filter: DirectoryFilter,
  sort: UserSort,
  page: PageRequest,
): Promise<Page<User>> {
  const { conditions, parameters, isSelective } = conditionsOf(filter);
  const request: KeysetRequest = {
    sort: SORTS[sort],
    list: filter,
    cursor: page.cursor,
    backward: page.backward,
    limit: page.limit,
  };
  const keyset = keysetSql(request, parameters.length + 1);
  // Named statements are planned once, for any value. Without the fence (OFFSET 0) that one plan walks the index of the sort
  // and filters, which for a rare value reads every account: 110 ms at 100,000 of them, against a few.
  const source = isSelective ? `(SELECT * FROM "user" WHERE ${conditions} OFFSET 0) AS "user"` : '"user"';
  const rows = await database.query<(User & { cursor_values: string[] })[]>(
    `SELECT ${COLUMNS}, ${keyset.cursorValues} AS cursor_values FROM ${source}
     WHERE ${conditions} AND ${keyset.where} ORDER BY ${keyset.orderBy} LIMIT ${keyset.limit}`,
    [...parameters, ...keyset.parameters],
  );
  const totalCount = async (): Promise<number> => {
    const [total] = await database.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM "user" WHERE ${conditions}`,
      parameters,
    );
    return total?.count ?? 0;
  };
  return { ...keysetPage(request, rows), totalCount };
}

const COLUMNS = `id, email, name, roles, email_verified_at AS "emailVerifiedAt", disabled_at AS "disabledAt", erased_at AS "erasedAt",
  created_at AS "createdAt", updated_at AS "updatedAt", version`;

/** Only the conditions that are asked for, so that the planner sees which index serves. */
function conditionsOf(filter: DirectoryFilter): { conditions: string; parameters: unknown[]; isSelective: boolean } {
  const conditions = ['erased_at IS NULL'];
  const parameters: unknown[] = [];
  if (filter.search !== null) {
    parameters.push(`%${filter.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`);
    conditions.push(`search_text LIKE $${parameters.length}`);
  }
  if (filter.role !== null) {
    parameters.push([filter.role]);
    conditions.push(`roles @> $${parameters.length}::text[]`);
  }
  if (filter.isDisabled !== null) conditions.push(filter.isDisabled ? 'disabled_at IS NOT NULL' : 'disabled_at IS NULL');
  // Trigrams need three characters; nearly everybody is a customer.
  const isSelective = (filter.search?.length ?? 0) >= 3 || (filter.role !== null && filter.role !== 'CUSTOMER');
  return { conditions: conditions.join(' AND '), parameters, isSelective };
}
