import type { DataSource, EntityManager } from 'typeorm';
import { decimalToMinor } from '../../../platform/db';
import { globalId } from '../../../platform/federation';
import { groupedByKey, inKeyOrder } from '../../../platform/loaders';
import {
  changeOrder,
  chosenLines,
  countGoods,
  fulfilmentOf,
  lockedItems,
  openReturnsOf,
  owe,
  QuantityUnavailable,
  recordsOf,
  Refusal,
  type Actor,
  type LineQuantity,
  type Order,
  type OrderChangeFailure,
  type OrderChangeOutcome,
  type OrderChangeRequest,
  type OrderChanges,
} from '../order';
import type { Caller } from '../upstream';
import { giveBack, sumOf, unrefunded, worthOf } from './give-back';
import { Refund, type RefundLineRow } from './refund.entity';
import type { RefundFailure } from './refund.errors';

export interface ReasonedRequest extends OrderChangeRequest {
  readonly reason: string;
}

export interface WholeRefundRequest extends ReasonedRequest {
  /** Whether the goods go back on the shelf. */
  readonly isRestocked: boolean;
}

export interface PartialRefundRequest extends ReasonedRequest {
  /** Either this or `lines`. */
  readonly amountMinor: number | null;
  readonly lines: readonly LineQuantity[] | null;
}

/** Calls orders off and gives money back. What the provider and the warehouse must do about it is owed, then done. */
export class RefundService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: OrderChanges,
  ) {}

  /** An order of which nothing has left ends; of another one, only what has not left is called off. */
  cancel(caller: Caller, request: ReasonedRequest): Promise<OrderChangeOutcome<OrderChangeFailure>> {
    const named = { operation: 'CANCEL', action: 'CANCEL' } as const;
    return this.changes.make(caller, named, request, async (tx, order, actor) => {
      if (order.status === 'PARTIALLY_SHIPPED') return cancelRest(tx, order, actor, request.reason);
      const { reason } = request;
      await changeOrder(tx, order, { to: 'CANCELLED', actor, data: { reason }, reason });
      await owe(tx, order.id, ['RETURN_STOCK', 'SETTLE_PAYMENT']);
      return null;
    });
  }

  /** All that was not given back before. Goods whose return is open come by that return, so all of them cannot go on the shelf here. */
  refundWhole(caller: Caller, request: WholeRefundRequest): Promise<OrderChangeOutcome<OrderChangeFailure>> {
    const named = { operation: 'REFUND', action: 'REFUND' } as const;
    return this.changes.make(caller, named, request, async (tx, order, actor) => {
      const { reason, isRestocked } = request;
      if (isRestocked) await refuseWhileReturned(tx, order);
      await changeOrder(tx, order, { to: 'REFUNDED', actor, data: { reason }, reason });
      await owe(tx, order.id, isRestocked ? ['RETURN_STOCK', 'SETTLE_PAYMENT'] : ['SETTLE_PAYMENT']);
      return null;
    });
  }

  refundPart(caller: Caller, request: PartialRefundRequest): Promise<OrderChangeOutcome<RefundFailure>> {
    const named = { operation: 'REFUND_PART', action: 'REFUND_PART' } as const;
    return this.changes.make<RefundFailure>(caller, named, request, async (tx, order, actor) => {
      const { reason, amountMinor } = request;
      const lines = request.lines === null ? [] : worthOf(chosenLines(await lockedItems(tx, order), request.lines, unrefunded));
      const refund = {
        kind: lines.length > 0 ? 'LINES' : 'AMOUNT',
        reason,
        lines,
        amountMinor: amountMinor ?? sumOf(lines),
      } as const;
      const refundId = await giveBack(tx, order, refund);
      const data = { refund: globalId('Refund', refundId), amount: refund.amountMinor, reason };
      await changeOrder(tx, order, { to: order.status, type: 'REFUND_DECIDED', actor, reason, data });
      return refundId;
    });
  }

  /** In the order of `keys`; `null` for one that does not exist. */
  async byKeys(keys: readonly number[]): Promise<(Refund | null)[]> {
    return inKeyOrder(keys, await this.read('r.id = ANY($1)', keys), ({ id }) => id);
  }

  /** The refunds of each order, oldest first, in the order asked. */
  async refundsOf(orderIds: readonly number[]): Promise<Refund[][]> {
    return groupedByKey(orderIds, await this.read('r.order_id = ANY($1)', orderIds), (refund) => refund.orderId);
  }

  /** What each refund gives back for lines, in the order asked. */
  async linesOf(refundIds: readonly number[]): Promise<RefundLineRow[][]> {
    const rows = await this.database.query<(Omit<RefundLineRow, 'amountMinor'> & { amount: string })[]>(
      `SELECT refund_id AS "refundId", order_item_id AS "itemId", quantity, amount FROM refund_line WHERE refund_id = ANY($1)
       ORDER BY refund_id, order_item_id`,
      [refundIds],
    );
    const lines = rows.map(({ amount, ...line }) => ({ ...line, amountMinor: decimalToMinor(amount) }));
    return groupedByKey(refundIds, lines, (line) => line.refundId);
  }

  private async read(which: string, keys: readonly number[]): Promise<Refund[]> {
    const rows = await this.database.query<Record<string, unknown>[]>(
      `SELECT r.*, o.currency AS order_currency FROM refund r JOIN "order" o ON o.id = r.order_id WHERE ${which} ORDER BY r.id`,
      [keys],
    );
    return recordsOf(this.database, Refund, rows).map((refund, at) =>
      Object.assign(refund, { currency: String(rows[at]?.['order_currency']) }),
    );
  }
}

/** @throws Refusal QuantityUnavailable while goods are on their way back: they would go on the shelf twice */
async function refuseWhileReturned(tx: EntityManager, order: Order): Promise<void> {
  const open = await openReturnsOf(tx, order.id);
  if (open.size === 0) return;
  const item = (await lockedItems(tx, order)).find(({ id }) => open.has(id));
  const left = item ? item.quantity - item.cancelledQuantity - item.returnedQuantity - (open.get(item.id) ?? 0) : 0;
  throw new Refusal(QuantityUnavailable.make(item ?? null, left, 'Receive or refuse the open return of this order first'));
}

/** The money of the pieces that will not leave goes back, the shipping stays paid: a parcel has travelled. */
async function cancelRest(tx: EntityManager, order: Order, actor: Actor, reason: string): Promise<number | null> {
  const items = await lockedItems(tx, order);
  const rest = chosenLines(items, null, (item) => item.quantity - item.shippedQuantity - item.cancelledQuantity);
  await tx.query(
    `UPDATE order_item SET cancelled_quantity = quantity - shipped_quantity WHERE order_id = $1 AND shipped_quantity + cancelled_quantity < quantity`,
    [order.id],
  );
  const paid = rest.map(({ item, quantity }) => ({ item, quantity: Math.min(quantity, unrefunded(item)) }));
  const lines = worthOf(paid.filter(({ quantity }) => quantity > 0));
  const amountMinor = Math.min(sumOf(lines), order.totalMinor - order.refundedMinor);
  await owe(tx, order.id, ['RESTOCK_CANCELLED']);
  const refundId = amountMinor > 0 ? await giveBack(tx, order, { kind: 'CANCELLATION', reason, amountMinor, lines }) : null;
  const goods = await countGoods(tx, order.id);
  await changeOrder(tx, order, {
    to: goods.delivered >= goods.kept ? 'DELIVERED' : 'SHIPPED',
    type: 'REST_CANCELLED',
    fulfilmentStatus: fulfilmentOf(goods),
    actor,
    reason,
    data: {
      reason,
      amount: amountMinor,
      lines: rest.map(({ item, quantity }) => ({ item: globalId('OrderItem', item.id), quantity })),
    },
  });
  return refundId;
}
