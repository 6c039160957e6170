import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction, minorToDecimal } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { globalId } from '../../../platform/federation';
import { changeOrder, lockOrder, recordsOf, SYSTEM, type Order } from '../order';
import type { PaymentService } from '../payment';
import { Refund } from './refund.entity';

/** Asks the payment provider for what was decided, and writes down what became of it. Each step may be done again. */
export class RefundPayout {
  constructor(
    private readonly database: DataSource,
    private readonly payments: PaymentService,
  ) {}

  /** @throws UPSTREAM_UNAVAILABLE when the provider's answer is not known: then it is asked again, by the same name */
  async pay(order: Order, refundId: number): Promise<void> {
    const refund = await readRefund(this.database.manager, refundId);
    if (refund?.status !== 'PENDING') return;
    // What is only held cannot be given back: the parcel that made it owed is about to take it.
    if (order.paymentStatus === 'AUTHORIZED') throw new AppError('CONFLICT', 'The money of this order is not taken yet');
    const reference = `refund-${order.number}-${refund.id}`;
    const outcome = await this.payments.refund({ orderId: order.id, reference, amountMinor: refund.amountMinor });
    await inTransaction(this.database, async (tx) => {
      const held = await lockOrder(tx, order.id);
      if (!held || !(await settle(tx, refund.id, outcome.isRefunded ? null : outcome.code))) return;
      if (outcome.isRefunded) return logPaid(tx, held, refund);
      await tx.query('UPDATE "order" SET refunded_amount = refunded_amount - $2::numeric WHERE id = $1', [
        held.id,
        minorToDecimal(refund.amountMinor),
      ]);
      await tx.query(
        `UPDATE order_item i SET refunded_quantity = i.refunded_quantity - l.quantity FROM refund_line l
         WHERE l.refund_id = $1 AND i.id = l.order_item_id`,
        [refund.id],
      );
      const data = { refund: globalId('Refund', refund.id), amount: refund.amountMinor, code: outcome.code };
      await changeOrder(tx, held, { to: held.status, type: 'REFUND_FAILED', actor: SYSTEM, data });
    });
  }
}

/** What is left of an order's money has gone back: in its book of refunds as well. The order is locked by `tx`. */
export async function bookWhole(tx: EntityManager, order: Order): Promise<void> {
  await tx.query(
    `WITH whole AS (
       UPDATE "order" SET refunded_amount = total_amount WHERE id = $1 AND refunded_amount < total_amount
       RETURNING total_amount - $2::numeric AS amount
     )
     INSERT INTO refund (order_id, kind, amount, reason, status, settled_at)
     SELECT $1, 'WHOLE', amount, $3, 'DONE', now() FROM whole WHERE amount > 0`,
    [order.id, minorToDecimal(order.refundedMinor), order.cancelledReason ?? ''],
  );
}

async function logPaid(tx: EntityManager, order: Order, refund: Refund): Promise<void> {
  const [left] = await tx.query<{ is_all: boolean }[]>(
    `SELECT o.total_amount <= COALESCE(sum(r.amount), 0) AS is_all FROM "order" o LEFT JOIN refund r ON r.order_id = o.id AND r.status = 'DONE'
     WHERE o.id = $1 GROUP BY o.id`,
    [order.id],
  );
  const paymentStatus = left?.is_all ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  const data = { refund: globalId('Refund', refund.id), amount: refund.amountMinor };
  await changeOrder(tx, order, { to: order.status, type: `PAYMENT_${paymentStatus}`, paymentStatus, actor: SYSTEM, data });
}

/** `false` when another has settled it meanwhile. */
async function settle(tx: EntityManager, refundId: number, failure: string | null): Promise<boolean> {
  const [settled] = await tx.query<[unknown[], number]>(
    `UPDATE refund SET status = $2, failure = $3, settled_at = now() WHERE id = $1 AND status = 'PENDING' RETURNING 1`,
    [refundId, failure === null ? 'DONE' : 'FAILED', failure],
  );
  return settled.length > 0;
}

async function readRefund(tx: EntityManager, refundId: number): Promise<Refund | null> {
  const rows = await tx.query<Record<string, unknown>[]>('SELECT * FROM refund WHERE id = $1', [refundId]);
  return recordsOf(tx.dataSource, Refund, rows)[0] ?? null;
}
