import type { DataSource, EntityManager } from 'typeorm';
import { keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import type { Page, PageRequest } from '../../../platform/federation';
import { recordsOf } from '../order';
import { OrderReturn, type ReturnLineRow, type ReturnStatus } from './return.entity';

const LINE_COLUMNS = `return_id AS "returnId", order_item_id AS "itemId", quantity, received_quantity AS "receivedQuantity",
  is_restocked AS "isRestocked"`;

/** In the order of `keys`; `null` for one that does not exist. */
export async function readReturns(database: DataSource, keys: readonly number[]): Promise<(OrderReturn | null)[]> {
  const rows = await database.query<Record<string, unknown>[]>('SELECT * FROM order_return WHERE id = ANY($1)', [keys]);
  const byKey = new Map(recordsOf(database, OrderReturn, rows).map((each) => [each.id, each]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** All returns in one of the statuses, the newest first; `null` for all. */
export async function readReturnPage(
  database: DataSource,
  page: PageRequest,
  statuses: readonly ReturnStatus[] | null,
): Promise<Page<OrderReturn>> {
  const sort = [
    { sql: 'r.requested_at', direction: 'DESC', type: 'timestamptz' },
    { sql: 'r.id', direction: 'DESC', type: 'integer' },
  ] as const;
  const request: KeysetRequest = { sort, list: ['returns', statuses], ...page };
  const sql = keysetSql(request, 3);
  const wanted = '($1::text[] IS NULL OR r.status = ANY($1))';
  const rows = await database.query<(Record<string, unknown> & { cursor_values: string[] })[]>(
    `SELECT r.*, ${sql.cursorValues} AS cursor_values FROM order_return r WHERE ${wanted} AND ${sql.where} ORDER BY ${sql.orderBy} LIMIT $2`,
    [statuses, sql.limit, ...sql.parameters],
  );
  const { edges, pageInfo } = keysetPage(request, rows);
  const returns = recordsOf(
    database,
    OrderReturn,
    edges.map(({ node }) => node),
  );
  return {
    edges: edges.flatMap(({ cursor }, at) => (returns[at] ? [{ cursor, node: returns[at] }] : [])),
    pageInfo,
    totalCount: async () => {
      const counted = await database.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM order_return r WHERE ${wanted}`,
        [statuses],
      );
      return counted[0]?.count ?? 0;
    },
  };
}

export async function readReturnLines(
  handle: DataSource | EntityManager,
  returnIds: readonly number[],
): Promise<ReturnLineRow[]> {
  return handle.query<ReturnLineRow[]>(
    `SELECT ${LINE_COLUMNS} FROM return_line WHERE return_id = ANY($1) ORDER BY return_id, order_item_id`,
    [returnIds],
  );
}

export async function insertReturn(
  tx: EntityManager,
  orderId: number,
  { reason, comment }: { reason: string; comment: string | null },
  lines: readonly { readonly itemId: number; readonly quantity: number }[],
): Promise<number> {
  const [row] = await tx.query<{ id: number }[]>(
    `WITH made AS (
       INSERT INTO order_return (order_id, reason, comment) VALUES ($1, $2, $3) RETURNING id
     ), lines AS (
       INSERT INTO return_line (return_id, order_item_id, quantity)
       SELECT made.id, line.id, line.quantity FROM made, unnest($4::int[], $5::int[]) AS line (id, quantity)
     )
     SELECT id FROM made`,
    [orderId, reason, comment, lines.map(({ itemId }) => itemId), lines.map(({ quantity }) => quantity)],
  );
  if (!row) throw new Error('an inserted return was not returned');
  return row.id;
}

/** When the newest parcel of an order arrived, or left if it did not arrive. */
export async function lastMoveOf(tx: EntityManager, orderId: number): Promise<Date | null> {
  const [row] = await tx.query<{ at: Date | null }[]>(
    'SELECT max(COALESCE(delivered_at, shipped_at)) AS at FROM shipment WHERE order_id = $1',
    [orderId],
  );
  return row?.at ?? null;
}
