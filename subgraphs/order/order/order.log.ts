import type { EntityManager } from 'typeorm';
import { tellingRows } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import { bodyOf, chainOf, sealedReason, type AuditActor } from '../audit';
import type { OrderPlaced, OrderStatusChanged } from '../../../schema/events/order-events';
import type { Order } from './order.entity';
import type { FulfilmentStatus, OrderStatus, PaymentStatus } from './order.status';
import { fulfilmentAfter } from './order.transitions';

export type Actor = AuditActor;

export const SYSTEM: Actor = { kind: 'SYSTEM', userId: null };

export interface OrderChange {
  readonly to: OrderStatus;
  readonly paymentStatus?: PaymentStatus;
  /** What follows from the status unless given. */
  readonly fulfilmentStatus?: FulfilmentStatus;
  /** The entry's type; the new status unless given. */
  readonly type?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly actor: Actor;
}

/**
 * Changes an order that `tx` holds locked, adds to its log and its audit trail and tells of it, all in `tx`. The row lock
 * makes sequences gapless and keeps log and outbox in one order.
 */
export async function changeOrder(tx: EntityManager, order: Order, change: OrderChange): Promise<void> {
  const { to, actor } = change;
  const paymentStatus = change.paymentStatus ?? order.paymentStatus;
  const fulfilmentStatus =
    change.fulfilmentStatus ?? (to === order.status ? order.fulfilmentStatus : fulfilmentAfter(to, order.fulfilmentStatus));
  const entry = {
    type: change.type ?? to,
    from: order.status,
    to,
    actor,
    reason: change.reason ?? null,
    data: change.data ?? {},
  };
  await addToLog(tx, order, entry, [to, paymentStatus, fulfilmentStatus, isTheEnd(to) ? entry.reason : null]);
}

const CHANGED = `changed AS (
  UPDATE "order" SET status = $12, payment_status = $13, fulfilment_status = $14, cancelled_reason = COALESCE($15, cancelled_reason),
    version = version + 1, updated_at = clock_timestamp() WHERE id = $1), `;

/** The first entry of a new order's log. */
export async function logPlaced(tx: EntityManager, order: Order, actor: Actor): Promise<void> {
  await addToLog(tx, order, { type: 'PLACED', from: null, to: 'PLACED', actor, reason: null, data: {} });
}

interface LogEntry {
  readonly type: string;
  readonly from: OrderStatus | null;
  readonly to: OrderStatus;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One statement for the change, its log, audit trail and event, since every checkout pays for it. */
async function addToLog(tx: EntityManager, order: Order, entry: LogEntry, changed: readonly unknown[] = []): Promise<void> {
  const { type, from, to, actor, reason } = entry;
  const data = reason === null ? entry.data : { ...entry.data, reason };
  const orderId = globalId('Order', order.id);
  const facts =
    from === null ? { total: order.totalMinor, currency: order.currency, payment: order.reservationId } : { from, to };
  const audited = bodyOf({
    action: type,
    entity: { type: 'Order', id: orderId },
    actor,
    ...sealedReason(reason, { ...entry.data, ...facts }),
  });
  const userId = order.userId === null ? null : globalId('User', order.userId);
  const told = { orderId, userId, number: order.number };
  const event: Omit<OrderPlaced, 'sequence'> | Omit<OrderStatusChanged, 'sequence'> =
    from === null ? told : { ...told, type, from, to };
  const touches = [{ type: 'Order', id: orderId }, ...(userId === null ? [] : [{ type: 'User', id: userId }])];
  await tx.query(
    `WITH ${changed.length > 0 ? CHANGED : ''}logged AS (
       INSERT INTO order_event (order_id, sequence, type, data, actor_kind, actor_id, audit_sequence)
       SELECT $1, COALESCE(MAX(sequence), 0) + 1, $2, $3::jsonb, $4, $5::integer, audit_append($6, $7)
       FROM order_event WHERE order_id = $1 RETURNING sequence
     ), ${tellingRows(`SELECT $8, $9, $10::jsonb, $11::jsonb || jsonb_build_object('sequence', sequence) FROM logged`)}`,
    [
      ...[order.id, type, JSON.stringify({ ...data, from, to }), actor.kind, actor.userId, chainOf('Order', order.id), audited],
      ...[from === null ? 'order.placed' : 'order.status_changed', orderId, JSON.stringify(touches), JSON.stringify(event)],
      ...changed,
    ],
  );
}

function isTheEnd(status: OrderStatus): boolean {
  return status === 'CANCELLED' || status === 'REFUNDED';
}
