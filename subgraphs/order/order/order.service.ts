import type { DataSource } from 'typeorm';
import type { Viewer } from '../../../platform/auth';
import type { Page } from '../../../platform/federation';
import { groupedByKey } from '../../../platform/loaders';
import { Order } from './order.entity';
import { OrderEvent } from './order-event.entity';
import { OrderItem } from './order-item.entity';
import { readOrderPage, readOrderPagesOf, type OrderListRequest } from './order-page';
import { maySee } from './order.policy';
import { readLoggedOrders, readOrders, recordsOf, type LoggedOrder } from './order.rows';
import { checkTransitions } from './order.transitions';

type Row = Record<string, unknown>;

/** Reads orders and what belongs to them. */
export class OrderService {
  constructor(private readonly database: DataSource) {}

  /** @throws Error when the table of transitions is wrong or is not the database's own; called before serving */
  async checkStatusRules(): Promise<void> {
    checkTransitions(await this.database.query('SELECT from_status, to_status FROM order_transition'));
  }

  /** In the order of `keys`; `null` for one that does not exist. */
  byKeys(keys: readonly number[]): Promise<(Order | null)[]> {
    return readOrders(this.database, keys);
  }

  /** Each with the newest entry of its log, in the order of `keys`; `null` for one that does not exist. */
  withLastEntry(keys: readonly number[]): Promise<(LoggedOrder | null)[]> {
    return readLoggedOrders(this.database, keys);
  }

  /** By what people call it. A guest without the token proves who they are by the e-mail address. */
  async byNumber(number: string, email: string | null, viewer: Viewer): Promise<Order | null> {
    const rows = await this.database.query<Row[]>('SELECT * FROM "order" WHERE number = upper($1::text)', [number.trim()]);
    const [order] = recordsOf(this.database, Order, rows);
    if (!order) return null;
    const isGuestsOwn = order.userId === null && order.email.toLowerCase() === email?.trim().toLowerCase();
    return isGuestsOwn || maySee(viewer, order) ? order : null;
  }

  page(request: OrderListRequest): Promise<Page<Order>> {
    return readOrderPage(this.database, request);
  }

  /** The same page for each customer, in the order of `userIds`. */
  pagesOf(userIds: readonly number[], request: OrderListRequest): Promise<Page<Order>[]> {
    return readOrderPagesOf(this.database, userIds, request);
  }

  async itemsOf(orderIds: readonly number[]): Promise<OrderItem[][]> {
    const rows = await this.database.query<Row[]>(
      `SELECT i.*, o.currency AS order_currency, o.prices_include_tax FROM order_item i JOIN "order" o ON o.id = i.order_id WHERE i.order_id = ANY($1)
       ORDER BY i.order_id, i.position`,
      [orderIds],
    );
    const items = recordsOf(this.database, OrderItem, rows).map((item, at) =>
      Object.assign(item, {
        currency: String(rows[at]?.['order_currency']),
        pricesIncludeTax: rows[at]?.['prices_include_tax'] === true,
      }),
    );
    return groupedByKey(orderIds, items, (item) => item.orderId);
  }

  /** The whole log of each order, oldest first. */
  async eventsOf(orderIds: readonly number[]): Promise<OrderEvent[][]> {
    const rows = await this.database.query<Row[]>(
      'SELECT * FROM order_event WHERE order_id = ANY($1) ORDER BY order_id, sequence',
      [orderIds],
    );
    return groupedByKey(orderIds, recordsOf(this.database, OrderEvent, rows), (event) => event.orderId);
  }
}
