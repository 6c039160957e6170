import { createHash } from 'node:crypto';
import { AppError } from '../errors';

/** One column of a sort; the last one must be unique, so that every row has one place. None may be NULL. */
export interface SortColumn {
  /** Trusted SQL of our own, such as `product.name`. */
  readonly sql: string;
  readonly direction: 'ASC' | 'DESC';
  /** PostgreSQL type that a cursor's text is cast to. */
  readonly type: 'text' | 'integer' | 'bigint' | 'numeric' | 'timestamptz' | 'real' | 'double precision';
}

export interface KeysetRequest {
  readonly sort: readonly SortColumn[];
  /** What else shapes the list (filter, sort name): a cursor of another list is refused. */
  readonly list: unknown;
  readonly cursor: string | null;
  readonly backward: boolean;
  readonly limit: number;
}

/** SQL for one page: put `where` (may be `TRUE`), `orderBy` and `limit` into a statement that also selects `cursor`. */
export interface KeysetSql {
  readonly where: string;
  readonly orderBy: string;
  /** One more than asked for, to see whether more follow. */
  readonly limit: number;
  /** An expression that yields the row's cursor values as a text array; select it as `cursor_values`. */
  readonly cursorValues: string;
  /** Parameters that `where` refers to, from `$firstParameter` on. */
  readonly parameters: readonly string[];
}

/**
 * Keyset pagination: a page begins behind the values of its cursor's row, so inserts and deletes elsewhere neither skip
 * nor repeat a row, and deep pages cost no more than the first.
 *
 * @throws BAD_USER_INPUT for a cursor that is malformed or belongs to a list of another sort or filter
 */
export function keysetSql(request: KeysetRequest, firstParameter: number): KeysetSql {
  const { sort, backward } = request;
  const values = request.cursor === null ? null : decodeCursor(request.cursor, request);
  const orderBy = sort.map(({ sql, direction }) => `${sql} ${(direction === 'ASC') === backward ? 'DESC' : 'ASC'}`).join(', ');
  return {
    where: values ? behindCursor(sort, backward, firstParameter) : 'TRUE',
    orderBy,
    limit: request.limit + 1,
    cursorValues: `ARRAY[${sort.map(({ sql }) => `(${sql})::text`).join(', ')}]`,
    parameters: values ?? [],
  };
}

/** Assembles a page from rows read by {@link keysetSql}, in either direction. */
export function keysetPage<T extends { cursor_values: string[] }>(request: KeysetRequest, rows: readonly T[]) {
  const hasMore = rows.length > request.limit;
  const kept = rows.slice(0, request.limit);
  if (request.backward) kept.reverse();
  const edges = kept.map((row) => ({ cursor: encodeCursor(row.cursor_values, request), node: row }));
  const pageInfo = {
    hasNextPage: request.backward ? request.cursor !== null : hasMore,
    hasPreviousPage: request.backward ? hasMore : request.cursor !== null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo };
}

/** `(a > $1) OR (a = $1 AND b < $2) OR ...`, or a row comparison, which an index serves, where all directions agree. */
function behindCursor(sort: readonly SortColumn[], backward: boolean, firstParameter: number): string {
  const parameter = (at: number): string => `$${firstParameter + at}::text::${sort[at]?.type ?? 'text'}`;
  const operator = (column: SortColumn): string => ((column.direction === 'ASC') === backward ? '<' : '>');
  const [first] = sort;
  if (first && sort.every(({ direction }) => direction === first.direction)) {
    const columns = sort.map(({ sql }) => sql).join(', ');
    return `(${columns}) ${operator(first)} (${sort.map((_, at) => parameter(at)).join(', ')})`;
  }
  const cases = sort.map((column, at) => {
    const equal = sort.slice(0, at).map(({ sql }, before) => `${sql} = ${parameter(before)}`);
    return `(${[...equal, `${column.sql} ${operator(column)} ${parameter(at)}`].join(' AND ')})`;
  });
  return `(${cases.join(' OR ')})`;
}

function encodeCursor(values: readonly string[], request: KeysetRequest): string {
  return Buffer.from(JSON.stringify([fingerprint(request), ...values])).toString('base64url');
}

function decodeCursor(cursor: string, request: KeysetRequest): string[] {
  const parts = parseCursor(cursor);
  if (!parts || parts.length !== request.sort.length + 1) {
    throw new AppError('BAD_USER_INPUT', 'The cursor is malformed; use one that this list gave', { reason: 'MALFORMED_CURSOR' });
  }
  if (parts[0] !== fingerprint(request)) {
    const message = 'The cursor belongs to a list with another sort or filter; begin again without a cursor';
    throw new AppError('BAD_USER_INPUT', message, { reason: 'CURSOR_OF_ANOTHER_LIST' });
  }
  const values = parts.slice(1);
  const fits = values.every((value, at) => fitsType(value, request.sort[at]?.type ?? 'text'));
  if (!fits)
    throw new AppError('BAD_USER_INPUT', 'The cursor is malformed; use one that this list gave', { reason: 'MALFORMED_CURSOR' });
  return values;
}

function parseCursor(cursor: string): string[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string' && !part.includes('\0')) ? parts : null;
  } catch {
    return null;
  }
}

/** A forged cursor must not reach PostgreSQL as a failing cast. */
function fitsType(value: string, type: SortColumn['type']): boolean {
  if (type === 'text') return true;
  if (type === 'timestamptz') return isTimestamp(value);
  if (type === 'integer') return /^-?\d{1,10}$/.test(value) && Math.abs(Number(value)) <= 2_147_483_647;
  if (type === 'bigint') return /^-?\d{1,18}$/.test(value);
  if (!/^-?\d{1,15}(\.\d{1,20})?(e[+-]?\d{1,2})?$/i.test(value)) return false;
  return type !== 'real' || isReal(Number(value));
}

/** Only what PostgreSQL prints itself, and a day that is in the calendar: `Date.parse` takes far more than a cast does. */
function isTimestamp(value: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d){0,2}$/.exec(value);
  if (!match) return false;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** PostgreSQL refuses what its four bytes cannot hold, in both directions. */
function isReal(value: number): boolean {
  return value === 0 || (Math.abs(value) > 1.2e-38 && Math.abs(value) < 3.4e38);
}

function fingerprint(request: KeysetRequest): string {
  const shape = JSON.stringify([request.sort.map(({ sql, direction }) => [sql, direction]), request.list]);
  return createHash('sha1').update(shape).digest('base64url').slice(0, 10);
}
