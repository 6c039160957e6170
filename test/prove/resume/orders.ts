import { setTimeout as delay } from 'node:timers/promises';
import { globalId, keyOf } from '../../../platform/federation';
import pg from 'pg';
import { CHANGE_ORDERS, COPY_ORDERS } from '../../support/order-rows';
import type { Customer, Storefront, Ware } from '../../support/storefront';
import { until } from '../../support/until';
import type { ToldEvent } from './judge';

export interface MovedOrder {
  readonly key: number;
  readonly id: string;
  readonly userId: string;
}

export interface LoggedEvent extends ToldEvent {
  readonly userId: string | null;
}

/** Many orders, whose logs grow by SQL in the form of the shop's own writer, as fast as is asked for. */
export class MovingOrders {
  orders: readonly MovedOrder[] = [];
  private at = 0;
  private readonly pool: pg.Pool;

  constructor(
    private readonly shop: Storefront,
    database: string,
  ) {
    this.pool = new pg.Pool({ connectionString: database, max: 30 });
    // A server that is killed takes idle connections along.
    this.pool.on('error', () => undefined);
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  async open(customers: readonly Customer[], wares: readonly Ware[], count: number): Promise<void> {
    const [customer, ware] = [customers[0], wares[0]];
    if (!customer || !ware) throw new Error('nobody and nothing to sell to');
    const model = await this.shop.buy(customer, ware);
    const values = [
      keyOf('Order', model.id),
      customers.map(({ id }) => keyOf('User', id)),
      count,
      wares.map((each) => each.productKey),
    ];
    const rows = await this.query<{ key: number; userKey: number }>(COPY_ORDERS, values);
    this.orders = rows.map(({ key, userKey }) => ({ key, id: globalId('Order', key), userId: globalId('User', userKey) }));
  }

  /** Commits changes of the next orders. A database that is away is asked again: what it took, its log will tell. */
  async change(count: number): Promise<void> {
    const some = Array.from({ length: count }, (_, n) => this.orders[(this.at + n) % this.orders.length]).filter(
      (each) => each !== undefined,
    );
    this.at += count;
    await this.changeThese(some).catch(() => delay(200));
  }

  async changeThese(orders: readonly MovedOrder[]): Promise<void> {
    await this.query(CHANGE_ORDERS, [
      orders.map(({ key }) => key),
      orders.map(({ id }) => id),
      orders.map(({ userId }) => userId),
    ]);
  }

  /** The last position, once everything that was committed has one. */
  async head(): Promise<number> {
    const ask = () =>
      this.query<{ last: string; unplaced: string }>(
        'SELECT last, (SELECT count(*) FROM outbox WHERE position IS NULL) AS unplaced FROM outbox_head',
      ).catch(() => []);
    const rows = await until(ask, ([row]) => Number(row?.unplaced ?? 1) === 0, 60_000);
    return Number(rows[0]?.last);
  }

  /** What happened after a position, by the log itself. */
  async truth(after: number): Promise<LoggedEvent[]> {
    const rows = await this.query<{ position: string; order: string; userId: string | null; sequence: number }>(
      `SELECT position, data->>'orderId' AS "order", data->>'userId' AS "userId", (data->>'sequence')::int AS sequence
       FROM outbox WHERE position > $1 AND type IN ('order.placed', 'order.status_changed') ORDER BY position`,
      [after],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  async sequenceOf(order: MovedOrder): Promise<number> {
    const [row] = await this.query<{ last: number }>('SELECT max(sequence)::int AS last FROM order_event WHERE order_id = $1', [
      order.key,
    ]);
    return row?.last ?? 0;
  }

  private async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }
}
