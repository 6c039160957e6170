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

/** The goods' axis of an order of which something has left. */
export function fulfilmentOf({ kept, shipped, delivered, returned }: Goods): FulfilmentStatus {
  if (returned > 0) return returned < kept ? 'PARTIALLY_RETURNED' : 'RETURNED';
  if (delivered > 0) return delivered < kept ? 'PARTIALLY_DELIVERED' : 'DELIVERED';
  return shipped < kept ? 'PARTIALLY_SHIPPED' : 'SHIPPED';
}
