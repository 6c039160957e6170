import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction, minorToDecimal } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { globalId } from '../../../platform/federation';
import { changeOrder, lockOrder, oweAgain, recordsOf, SYSTEM, type Order } from '../order';
import type { PaymentService } from '../payment';
import { Refund } from './refund.entity';

/** How often the provider may fail at what an order gives back before people have to see to it. */
const MOST_FAILURES = 3;

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
    const reference = referenceOf(order, refund.id);
    const outcome = await this.payments.refund({ orderId: order.id, reference, amountMinor: refund.amountMinor });
    await inTransaction(this.database, async (tx) => {
      const held = await lockOrder(tx, order.id);
      if (!held) return;
      if (!outcome.isRefunded) return void (await takeBack(tx, held, refund.id, outcome.code));
      if (await settle(tx, refund.id)) await logPaid(tx, held, refund);
    });
  }

  /**
   * The provider has failed at a refund that it had taken on, perhaps days ago: the money is still here. What an order that
   * was called off gives back is tried again, a few times. Being told of it again changes nothing.
   */
  async failed(orderId: number, reference: string, code: string | null): Promise<void> {
    await inTransaction(this.database, async (tx) => {
      const order = await lockOrder(tx, orderId);
      const refundId = order && ((await partNamed(tx, order, reference)) ?? (await this.lostRest(tx, order)));
      if (!order || !refundId || !(await takeBack(tx, order, refundId, code ?? 'refused'))) return;
      if (order.status === 'CANCELLED' || order.status === 'REFUNDED') await tryAgain(tx, order);
    });
  }

  /** The refund of all that was left, when the provider has none any more that did not fail. */
  private async lostRest(tx: EntityManager, order: Order): Promise<number | null> {
    if ((await this.payments.givenBackOf(tx, order.id)).isRest) return null;
    const rows = await tx.query<{ id: number }[]>(
      `SELECT id FROM refund WHERE order_id = $1 AND kind = 'WHOLE' AND status = 'DONE'`,
      [order.id],
    );
    return rows[0]?.id ?? null;
  }
}

/** What the provider knows a refund by; that of all that was left has a name of the payment's. */
function referenceOf({ number }: Order, refundId: number): string {
  return `refund-${number}-${refundId}`;
}

async function partNamed(tx: EntityManager, order: Order, reference: string): Promise<number | null> {
  const rows = await tx.query<{ id: number }[]>('SELECT id FROM refund WHERE order_id = $1', [order.id]);
  return rows.find(({ id }) => referenceOf(order, id) === reference)?.id ?? null;
}

/** Gives the amount and the pieces of a refund that failed free again. `false` when that was done before. */
async function takeBack(tx: EntityManager, order: Order, refundId: number, code: string): Promise<boolean> {
  const refund = await readRefund(tx, refundId);
  if (!refund || refund.status === 'FAILED') return false;
  await tx.query(
    `WITH failed AS (
       UPDATE refund SET status = 'FAILED', failure = $3, settled_at = now() WHERE id = $2 RETURNING amount
     ), pieces AS (
       UPDATE order_item i SET refunded_quantity = i.refunded_quantity - l.quantity FROM refund_line l
       WHERE l.refund_id = $2 AND i.id = l.order_item_id
     )
     UPDATE "order" SET refunded_amount = refunded_amount - failed.amount FROM failed WHERE id = $1`,
    [order.id, refundId, code],
  );
  const paymentStatus = refund.status === 'DONE' ? await paidStatus(tx, order) : order.paymentStatus;
  const data = { refund: globalId('Refund', refund.id), amount: refund.amountMinor, code };
  await changeOrder(tx, order, { to: order.status, type: 'REFUND_FAILED', paymentStatus, actor: SYSTEM, data });
  return true;
}

/** Until people have to find another way for the money. */
async function tryAgain(tx: EntityManager, order: Order): Promise<void> {
  const [row] = await tx.query<{ failed: number }[]>(
    `SELECT count(*)::int AS failed FROM refund WHERE order_id = $1 AND status = 'FAILED'`,
    [order.id],
  );
  if ((row?.failed ?? 0) < MOST_FAILURES) await oweAgain(tx, order.id, 'SETTLE_PAYMENT');
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
  const paymentStatus = await paidStatus(tx, order);
  const data = { refund: globalId('Refund', refund.id), amount: refund.amountMinor };
  await changeOrder(tx, order, { to: order.status, type: `PAYMENT_${paymentStatus}`, paymentStatus, actor: SYSTEM, data });
}

/** Of an order whose money was taken, by what has gone back of it. */
async function paidStatus(tx: EntityManager, order: Order): Promise<'PAID' | 'PARTIALLY_REFUNDED' | 'REFUNDED'> {
  const [given] = await tx.query<{ is_all: boolean; is_some: boolean }[]>(
    `SELECT o.total_amount <= COALESCE(sum(r.amount), 0) AS is_all, COALESCE(sum(r.amount), 0) > 0 AS is_some
     FROM "order" o LEFT JOIN refund r ON r.order_id = o.id AND r.status = 'DONE' WHERE o.id = $1 GROUP BY o.id`,
    [order.id],
  );
  if (given?.is_all) return 'REFUNDED';
  return given?.is_some ? 'PARTIALLY_REFUNDED' : 'PAID';
}

/** `false` when another has settled it meanwhile. */
async function settle(tx: EntityManager, refundId: number): Promise<boolean> {
  const [settled] = await tx.query<[unknown[], number]>(
    `UPDATE refund SET status = 'DONE', settled_at = now() WHERE id = $1 AND status = 'PENDING' RETURNING 1`,
    [refundId],
  );
  return settled.length > 0;
}

async function readRefund(tx: EntityManager, refundId: number): Promise<Refund | null> {
  const rows = await tx.query<Record<string, unknown>[]>('SELECT * FROM refund WHERE id = $1', [refundId]);
  return recordsOf(tx.dataSource, Refund, rows)[0] ?? null;
}
