import type { DataSource } from 'typeorm';
import { keysetPage, keysetSql, minorToDecimal, type KeysetRequest, type SortColumn } from '../../../platform/db';
import type { Page, PageRequest } from '../../../platform/federation';
import { Order } from './order.entity';
import { recordsOf } from './order.rows';
import type { FulfilmentStatus, OrderStatus, PaymentStatus } from './order.status';

export type OrderSort = 'NEWEST' | 'OLDEST' | 'TOTAL_DESC' | 'TOTAL_ASC';

/** A filter as the inputs have checked it; absent parts do not filter. */
export interface OrderFilter {
  readonly status?: readonly OrderStatus[];
  readonly paymentStatus?: readonly PaymentStatus[];
  readonly fulfilmentStatus?: readonly FulfilmentStatus[];
  readonly placedAfter?: Date;
  readonly placedBefore?: Date;
  readonly minTotalMinor?: number;
  readonly maxTotalMinor?: number;
  readonly search?: string;
}

export interface OrderListRequest {
  readonly page: PageRequest;
  readonly filter: OrderFilter;
  readonly sort: OrderSort;
}

type Row = Record<string, unknown> & { cursor_values: string[] };

/** One page of all orders that pass the filter, in one statement; the count is one more, made when asked for. */
export async function readOrderPage(database: DataSource, request: OrderListRequest): Promise<Page<Order>> {
  const keyset = keysetOf(request);
  const { where, parameters } = conditionsOf(request.filter);
  const sql = keysetSql(keyset, parameters.length + 2);
  const rows = await database.query<Row[]>(
    `SELECT o.*, ${sql.cursorValues} AS cursor_values FROM "order" o WHERE ${where} AND ${sql.where} ORDER BY ${sql.orderBy} LIMIT $1`,
    [sql.limit, ...parameters, ...sql.parameters],
  );
  const count = async () => {
    const text = `SELECT count(*)::int AS count FROM "order" o WHERE $1::int > 0 AND ${where}`;
    const [counted] = await database.query<{ count: number }[]>(text, [1, ...parameters]);
    return counted?.count ?? 0;
  };
  return toPage(database, keyset, rows, count);
}

/** The same page of the orders of many customers at once, in one statement however many they are. */
export async function readOrderPagesOf(
  database: DataSource,
  userIds: readonly number[],
  request: OrderListRequest,
): Promise<Page<Order>[]> {
  const keyset = keysetOf(request);
  const { where, parameters } = conditionsOf(request.filter, 3);
  const sql = keysetSql(keyset, parameters.length + 3);
  const rows = await database.query<Row[]>(
    `SELECT page.* FROM unnest($2::int[]) AS u (user_id) CROSS JOIN LATERAL (
       SELECT o.*, ${sql.cursorValues} AS cursor_values FROM "order" o
       WHERE o.user_id = u.user_id AND ${where} AND ${sql.where} ORDER BY ${sql.orderBy} LIMIT $1) AS page`,
    [sql.limit, userIds, ...parameters, ...sql.parameters],
  );
  const counts = once(() => countByUser(database, userIds, request.filter));
  return userIds.map((userId) => {
    const own = rows.filter((row) => row['user_id'] === userId);
    return toPage(database, keyset, own, async () => (await counts()).get(userId) ?? 0);
  });
}

async function countByUser(database: DataSource, userIds: readonly number[], filter: OrderFilter): Promise<Map<number, number>> {
  const { where, parameters } = conditionsOf(filter);
  const rows = await database.query<{ user_id: number; count: number }[]>(
    `SELECT o.user_id, count(*)::int AS count FROM "order" o WHERE o.user_id = ANY($1::int[]) AND ${where} GROUP BY o.user_id`,
    [userIds, ...parameters],
  );
  return new Map(rows.map((row) => [row.user_id, row.count]));
}

function toPage(
  database: DataSource,
  keyset: KeysetRequest,
  rows: readonly Row[],
  totalCount: () => Promise<number>,
): Page<Order> {
  const { edges, pageInfo } = keysetPage(keyset, rows);
  const orders = recordsOf(
    database,
    Order,
    edges.map((edge) => edge.node),
  );
  return { edges: edges.flatMap(({ cursor }, at) => (orders[at] ? [{ cursor, node: orders[at] }] : [])), pageInfo, totalCount };
}

/** The filter as SQL; its parameters are numbered from `first` on. */
function conditionsOf(filter: OrderFilter, first = 2): { where: string; parameters: unknown[] } {
  const conditions: string[] = ['TRUE'];
  const parameters: unknown[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    parameters.push(value);
    conditions.push(condition(`$${first + parameters.length - 1}`));
  };
  const money = (minor?: number) => (minor === undefined ? undefined : minorToDecimal(minor));
  add(filter.status, (p) => `o.status = ANY(${p}::text[])`);
  add(filter.paymentStatus, (p) => `o.payment_status = ANY(${p}::text[])`);
  add(filter.fulfilmentStatus, (p) => `o.fulfilment_status = ANY(${p}::text[])`);
  add(filter.placedAfter, (p) => `o.order_date >= ${p}::timestamptz`);
  add(filter.placedBefore, (p) => `o.order_date < ${p}::timestamptz`);
  add(money(filter.minTotalMinor), (p) => `o.total_amount >= ${p}::numeric`);
  add(money(filter.maxTotalMinor), (p) => `o.total_amount <= ${p}::numeric`);
  const pattern = filter.search === undefined ? undefined : `%${filter.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  add(pattern, (p) => `(lower(o.number) LIKE ${p} OR lower(o.email) LIKE ${p})`);
  return { where: conditions.join(' AND '), parameters };
}

function keysetOf({ page, filter, sort }: OrderListRequest): KeysetRequest {
  return { sort: SORTS[sort], list: ['orders', sort, filter], cursor: page.cursor, backward: page.backward, limit: page.limit };
}

const BY_DATE: SortColumn = { sql: 'o.order_date', direction: 'DESC', type: 'timestamptz' };
const BY_TOTAL: SortColumn = { sql: 'o.total_amount', direction: 'DESC', type: 'numeric' };
const BY_ID: SortColumn = { sql: 'o.id', direction: 'DESC', type: 'integer' };
const ascending = (column: SortColumn): SortColumn => ({ ...column, direction: 'ASC' });

const SORTS: Readonly<Record<OrderSort, readonly SortColumn[]>> = {
  NEWEST: [BY_DATE, BY_ID],
  OLDEST: [ascending(BY_DATE), ascending(BY_ID)],
  TOTAL_DESC: [BY_TOTAL, BY_ID],
  TOTAL_ASC: [ascending(BY_TOTAL), ascending(BY_ID)],
};

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
