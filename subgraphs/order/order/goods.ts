import type { EntityManager } from 'typeorm';
import type { FulfilmentStatus } from './order.status';

/** How many pieces of an order stand where. */
export interface Goods {
  /** Not called off. */
  readonly kept: number;
  readonly shipped: number;
  readonly delivered: number;
  readonly returned: number;
}

/** Counts the goods of an order that `tx` holds locked. */
export async function countGoods(tx: EntityManager, orderId: number): Promise<Goods> {
  const [goods] = await tx.query<Goods[]>(
    `SELECT sum(quantity - cancelled_quantity)::int AS kept, sum(shipped_quantity)::int AS shipped, sum(returned_quantity)::int AS returned,
       (SELECT COALESCE(sum(l.quantity), 0)::int FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id
        WHERE s.order_id = $1 AND s.delivered_at IS NOT NULL) AS delivered
     FROM order_item WHERE order_id = $1`,
    [orderId],
  );
  return goods ?? { kept: 0, shipped: 0, delivered: 0, returned: 0 };
}

/** How many of each line are asked back but not here yet, by the line's key. The order is locked by `tx`. */
export async function openReturnsOf(tx: EntityManager, orderId: number): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ item_id: number; quantity: number }[]>(
    `SELECT l.order_item_id AS item_id, sum(l.quantity)::int AS quantity FROM order_return r JOIN return_line l ON l.return_id = r.id
     WHERE r.order_id = $1 AND r.status IN ('REQUESTED', 'APPROVED') GROUP BY l.order_item_id`,
    [orderId],
  );
  return new Map(rows.map((row) => [row.item_id, row.quantity]));
}

/** The goods' axis of an order of which something has left. */
export function fulfilmentOf({ kept, shipped, delivered, returned }: Goods): FulfilmentStatus {
  if (returned > 0) return returned < kept ? 'PARTIALLY_RETURNED' : 'RETURNED';
  if (delivered > 0) return delivered < kept ? 'PARTIALLY_DELIVERED' : 'DELIVERED';
  return shipped < kept ? 'PARTIALLY_SHIPPED' : 'SHIPPED';
}
