import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { changeOrder, lockOrder, owe, SYSTEM, type Order, type OrderService, type OrderTask } from '../order';
import type { PaymentService } from '../payment';
import { bookWhole, type RefundPayout } from '../refund';
import type { ReturnRestock } from '../return';
import type { StockLine, StockPort } from '../stock';

export interface OrderTasksDependencies {
  readonly database: DataSource;
  readonly orders: OrderService;
  readonly payments: PaymentService;
  readonly stock: StockPort;
  readonly refunds: RefundPayout;
  readonly returns: ReturnRestock;
}

/** What each task does. All are idempotent: a task whose end was not noted is done again. */
export class OrderTasks {
  constructor(private readonly deps: OrderTasksDependencies) {}

  /** @param subject tells tasks of one kind apart: the key of a refund or of a return, 0 for what an order owes once */
  async perform(kind: OrderTask, order: Order, subject: number, requestId: string): Promise<void> {
    switch (kind) {
      case 'CLAIM_STOCK':
        return this.claimStock(order, requestId);
      case 'CAPTURE_PAYMENT':
        return this.capturePayment(order);
      case 'SETTLE_PAYMENT':
        return this.settlePayment(order);
      case 'RETURN_STOCK':
        return this.returnStock(order, requestId);
      case 'PAY_REFUND':
        return this.deps.refunds.pay(order, subject);
      case 'RESTOCK_CANCELLED':
        return this.restockCancelled(order, requestId);
      case 'RESTOCK_RETURN':
        return this.deps.returns.restock(subject, requestId);
    }
  }

  /** The stock of a reservation that ran out may be gone to somebody else: then nothing can be sent, and the order ends. */
  private async claimStock(order: Order, requestId: string): Promise<void> {
    if (isCalledOff(order) || order.reservationId === null) return;
    if (await this.deps.stock.claim(order.reservationId, requestId)) return;
    await inTransaction(this.deps.database, async (tx) => {
      const held = await lockOrder(tx, order.id);
      if (!held || isCalledOff(held)) return;
      const reason = 'OUT_OF_STOCK';
      await changeOrder(tx, held, { to: 'CANCELLED', actor: SYSTEM, reason, data: { reason } });
      await owe(tx, order.id, ['SETTLE_PAYMENT']);
    });
  }

  private async capturePayment(order: Order): Promise<void> {
    if (isCalledOff(order)) return;
    const capture = await this.deps.payments.capture(order.id);
    if (capture === 'NOTHING') return;
    await inTransaction(this.deps.database, async (tx) => {
      const held = await lockOrder(tx, order.id);
      if (held?.paymentStatus !== 'AUTHORIZED' || isCalledOff(held)) return;
      if (capture === 'LOST') return logFailed(tx, held);
      const isFirst = held.status === 'PLACED';
      const to = isFirst ? 'PAID' : held.status;
      await changeOrder(tx, held, { to, type: isFirst ? 'PAID' : 'PAYMENT_CAPTURED', paymentStatus: 'PAID', actor: SYSTEM });
    });
  }

  private async settlePayment(order: Order): Promise<void> {
    const settlement = await this.deps.payments.settle(order.id);
    if (settlement === 'NOTHING') return;
    await inTransaction(this.deps.database, async (tx) => {
      const held = await lockOrder(tx, order.id);
      if (!held || held.paymentStatus === settlement) return;
      if (settlement === 'REFUNDED' && !(await this.deps.payments.givenBackOf(tx, order.id)).isAll)
        throw new AppError('CONFLICT', 'A refund of this order has failed since it was taken on');
      if (settlement === 'REFUNDED') await bookWhole(tx, held);
      await changeOrder(tx, held, { to: held.status, type: `PAYMENT_${settlement}`, paymentStatus: settlement, actor: SYSTEM });
    });
  }

  private async returnStock(order: Order, requestId: string): Promise<void> {
    // Never what somebody wrote: an erasure does not reach the stock's ledger.
    const reason = order.status === 'CANCELLED' ? 'order cancelled' : 'order refunded';
    if (order.reservationId !== null && (await this.deps.stock.release(order.reservationId, reason, requestId))) return;
    const [items = []] = await this.deps.orders.itemsOf([order.id]);
    const lines = items.map((item) => ({
      variantId: item.variantId,
      quantity: item.quantity - item.cancelledQuantity - item.returnedQuantity,
    }));
    await this.restock(`return:${order.number}`, reason, lines, requestId);
  }

  private async restockCancelled(order: Order, requestId: string): Promise<void> {
    const [items = []] = await this.deps.orders.itemsOf([order.id]);
    const lines = items.map(({ variantId, cancelledQuantity }) => ({ variantId, quantity: cancelledQuantity }));
    await this.restock(`rest:${order.number}`, 'called off before it left', lines, requestId);
  }

  private async restock(reference: string, reason: string, lines: readonly StockLine[], requestId: string): Promise<void> {
    const some = lines.filter(({ quantity }) => quantity > 0);
    if (some.length > 0) await this.deps.stock.restock(reference, reason, some, requestId);
  }
}

/** Goods may have left: people have to see to it, and the customer is told. */
async function logFailed(tx: EntityManager, order: Order): Promise<void> {
  const failed = { type: 'PAYMENT_FAILED', paymentStatus: 'FAILED', data: { code: 'hold_lost' } } as const;
  await changeOrder(tx, order, { to: order.status, actor: SYSTEM, ...failed });
}

function isCalledOff(order: Order): boolean {
  return order.status === 'CANCELLED' || order.status === 'REFUNDED';
}
