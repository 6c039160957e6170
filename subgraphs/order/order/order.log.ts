import type { EntityManager } from 'typeorm';
import { recordEvents } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { OrderPlaced, OrderStatusChanged } from '../../../schema/events/order-events';
import type { Order } from './order.entity';
import type { ActorKind } from './order-event.entity';
import type { OrderStatus, PaymentStatus } from './order.status';
import { fulfilmentAfter } from './order.transitions';

export interface Actor {
  readonly kind: ActorKind;
  readonly userId: number | null;
}

export const SYSTEM: Actor = { kind: 'SYSTEM', userId: null };

export interface OrderChange {
  readonly to: OrderStatus;
  readonly paymentStatus?: PaymentStatus;
  /** The entry's type; the new status unless given. */
  readonly type?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly actor: Actor;
}

/**
 * Changes an order that `tx` holds locked, adds to its log and tells of it, all in `tx`. The row lock makes sequences
 * gapless and keeps log and outbox in one order.
 */
export async function changeOrder(tx: EntityManager, order: Order, change: OrderChange): Promise<void> {
  const { to, actor } = change;
  const paymentStatus = change.paymentStatus ?? order.paymentStatus;
  await tx.query(
    `UPDATE "order" SET status = $2, payment_status = $3, fulfilment_status = $4, cancelled_reason = COALESCE($5, cancelled_reason),
       version = version + 1, updated_at = clock_timestamp() WHERE id = $1`,
    [order.id, to, paymentStatus, fulfilmentAfter(to, order.fulfilmentStatus), change.reason ?? null],
  );
  await addToLog(tx, order, { type: change.type ?? to, from: order.status, to, actor, data: change.data ?? {} });
}

/** The first entry of a new order's log. */
export async function logPlaced(tx: EntityManager, order: Order, actor: Actor): Promise<void> {
  await addToLog(tx, order, { type: 'PLACED', from: null, to: 'PLACED', actor, data: {} });
}

interface LogEntry {
  readonly type: string;
  readonly from: OrderStatus | null;
  readonly to: OrderStatus;
  readonly actor: Actor;
  readonly data: Readonly<Record<string, unknown>>;
}

async function addToLog(tx: EntityManager, order: Order, entry: LogEntry): Promise<void> {
  const { type, from, to, actor } = entry;
  const rows: { sequence: number }[] = await tx.query(
    `INSERT INTO order_event (order_id, sequence, type, data, actor_kind, actor_id)
     SELECT $1, COALESCE(MAX(sequence), 0) + 1, $2, $3::jsonb, $4, $5::integer FROM order_event WHERE order_id = $1 RETURNING sequence`,
    [order.id, type, JSON.stringify({ ...entry.data, from, to }), actor.kind, actor.userId],
  );
  const orderId = globalId('Order', order.id);
  const userId = order.userId === null ? null : globalId('User', order.userId);
  const told = { orderId, userId, number: order.number, sequence: rows[0]?.sequence ?? 0 };
  const data: OrderPlaced | OrderStatusChanged = from === null ? told : { ...told, type, from, to };
  const touches = [{ type: 'Order', id: orderId }, ...(userId === null ? [] : [{ type: 'User', id: userId }])];
  await recordEvents(tx, [
    { type: from === null ? 'order.placed' : 'order.status_changed', key: orderId, touches, data: { ...data } },
  ]);
}
