import type { DataSource, EntityManager } from 'typeorm';
import { Order } from './order.entity';
import { OrderItem } from './order-item.entity';

type Row = Record<string, unknown>;

/** Makes records of rows that our own SQL read with every column of the table. */
export function recordsOf<T extends object>(database: DataSource, type: new () => T, rows: readonly Row[]): T[] {
  const { columns } = database.getMetadata(type);
  return rows.map((row) => {
    const record = new type();
    for (const column of columns) {
      const value: unknown = database.driver.prepareHydratedValue(row[column.databaseName], column);
      Reflect.set(record, column.propertyName, value);
    }
    return record;
  });
}

/** Orders in the order of `keys`; `null` for one that does not exist. */
export async function readOrders(database: DataSource, keys: readonly number[]): Promise<(Order | null)[]> {
  const rows = await database.query<Row[]>('SELECT * FROM "order" WHERE id = ANY($1)', [keys]);
  const byKey = new Map(recordsOf(database, Order, rows).map((order) => [order.id, order]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** An order with the newest entry of its log, as of one moment. */
export interface LoggedOrder {
  readonly order: Order;
  readonly sequence: number;
  readonly type: string;
  readonly at: Date;
}

/** In the order of `keys`; `null` for one that does not exist. */
export async function readLoggedOrders(database: DataSource, keys: readonly number[]): Promise<(LoggedOrder | null)[]> {
  const rows = await database.query<(Row & { log_sequence: number; log_type: string; log_at: Date })[]>(
    `SELECT o.*, COALESCE(e.sequence, 0) AS log_sequence, COALESCE(e.type, o.status) AS log_type, COALESCE(e.at, o.order_date) AS log_at
     FROM "order" o LEFT JOIN LATERAL (
       SELECT sequence, type, at FROM order_event WHERE order_id = o.id ORDER BY sequence DESC LIMIT 1) e ON true
     WHERE o.id = ANY($1)`,
    [keys],
  );
  const logged = recordsOf(database, Order, rows).map((order, at) => {
    const row = rows[at];
    return { order, sequence: Number(row?.log_sequence), type: String(row?.log_type), at: row?.log_at ?? order.orderDate };
  });
  const byKey = new Map(logged.map((found) => [found.order.id, found]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Holds the order's row until `tx` ends: whoever changes an order goes through here, one after the other. */
export async function lockOrder(tx: EntityManager, key: number): Promise<Order | null> {
  const rows = await tx.query<Row[]>('SELECT * FROM "order" WHERE id = $1 FOR UPDATE', [key]);
  return recordsOf(tx.dataSource, Order, rows)[0] ?? null;
}

/** The lines of an order that `tx` holds locked, in their order. */
export async function lockedItems(tx: EntityManager, { id, currency, pricesIncludeTax }: Order): Promise<OrderItem[]> {
  const rows = await tx.query<Row[]>('SELECT * FROM order_item WHERE order_id = $1 ORDER BY position', [id]);
  return recordsOf(tx.dataSource, OrderItem, rows).map((item) => Object.assign(item, { currency, pricesIncludeTax }));
}
