import type { DataSource, EntityManager } from 'typeorm';
import { Order } from './order.entity';
import { OrderItem } from './order-item.entity';

type Row = Record<string, unknown>;

/** Makes records of rows that our own SQL read with every column of the table. */
export function recordsOf<T extends object>(database: DataSource, type: new () => T, rows: readonly Row[]): T[] {
  const { columns } = database.getMetadata(type);
  return rows.map((row) => {
    const values = columns.map((column) => [
      column.propertyName,
      database.driver.prepareHydratedValue(row[column.databaseName], column),
    ]);
    return Object.assign(new type(), Object.fromEntries(values));
  });
}

/** Orders in the order of `keys`; `null` for one that does not exist. */
export async function readOrders(database: DataSource, keys: readonly number[]): Promise<(Order | null)[]> {
  const rows = await database.query<Row[]>('SELECT * FROM "order" WHERE id = ANY($1)', [keys]);
  const byKey = new Map(recordsOf(database, Order, rows).map((order) => [order.id, order]));
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
