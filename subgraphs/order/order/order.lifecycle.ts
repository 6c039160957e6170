import type { DataSource, EntityManager } from 'typeorm';
import { hasScope, type Viewer } from '../../../platform/auth';
import { inTransaction } from '../../../platform/db';
import type { Caller } from '../upstream';
import type { Order } from './order.entity';
import { IllegalTransition, OrderNotFound, OrderVersionConflict, type OrderChangeFailure } from './order.errors';
import { changeOrder, type Actor } from './order.log';
import { mayDo, maySee } from './order.policy';
import { lockOrder, readOrders } from './order.rows';
import { owe, type FollowUps } from './order.tasks';
import { TARGET_OF, type OrderAction } from './order.transitions';

export interface ShipmentDetails {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly trackingUrl: string | null;
}

export interface OrderChangeRequest {
  readonly orderId: number;
  readonly expectedVersion: number | null;
  readonly reason?: string;
  readonly shipment?: ShipmentDetails;
  /** Whether refunded goods go back on the shelf. */
  readonly isRestocked?: boolean;
}

export interface OrderChangeOutcome {
  readonly order: Order | null;
  readonly errors: readonly OrderChangeFailure[];
}

/** Moves orders through their life. What other systems must do about it is owed in the same transaction, then done. */
export class OrderLifecycle {
  constructor(
    private readonly database: DataSource,
    private readonly followUps: FollowUps,
  ) {}

  async act(caller: Caller, action: OrderAction, request: OrderChangeRequest): Promise<OrderChangeOutcome> {
    const outcome = await inTransaction(this.database, async (tx): Promise<OrderChangeOutcome> => {
      const order = await lockOrder(tx, request.orderId);
      const failure = refusalOf(caller.viewer, action, order, request.expectedVersion);
      if (failure || !order) return { order: null, errors: [failure ?? OrderNotFound.make()] };
      await this.apply(tx, order, action, request, actorOf(caller.viewer));
      return { order, errors: [] };
    });
    if (!outcome.order) return outcome;
    await this.followUps.runFor(request.orderId, caller.requestId);
    const [order] = await readOrders(this.database, [request.orderId]);
    return { order: order ?? null, errors: [] };
  }

  private async apply(tx: EntityManager, order: Order, action: OrderAction, request: OrderChangeRequest, actor: Actor): Promise<void> {
    const { reason, shipment } = request;
    const data = { ...(reason === undefined ? {} : { reason }), ...shipment };
    await changeOrder(tx, order, { to: TARGET_OF[action], actor, data, reason });
    switch (action) {
      case 'CANCEL':
        return owe(tx, order.id, ['RETURN_STOCK', 'SETTLE_PAYMENT']);
      case 'REFUND':
        return owe(tx, order.id, request.isRestocked ? ['RETURN_STOCK', 'SETTLE_PAYMENT'] : ['SETTLE_PAYMENT']);
      case 'SHIP':
        await addShipment(tx, order.id, shipment);
        return order.paymentStatus === 'AUTHORIZED' ? owe(tx, order.id, ['CAPTURE_PAYMENT']) : undefined;
      case 'DELIVER':
        await tx.query('UPDATE shipment SET delivered_at = now() WHERE order_id = $1 AND delivered_at IS NULL', [order.id]);
        return;
      case 'PACK':
        return;
    }
  }
}

/** Who acts, for the log. */
export function actorOf(viewer: Viewer): Actor {
  if (viewer.kind === 'service') return { kind: 'SYSTEM', userId: null };
  if (viewer.userId === null) return { kind: 'GUEST', userId: null };
  return { kind: hasScope(viewer, 'orders:write') ? 'STAFF' : 'CUSTOMER', userId: viewer.userId };
}

function refusalOf(viewer: Viewer, action: OrderAction, order: Order | null, expectedVersion: number | null): OrderChangeFailure | null {
  if (!order || !maySee(viewer, order)) return OrderNotFound.make();
  if (expectedVersion !== null && expectedVersion !== order.version) return OrderVersionConflict.make(order);
  return mayDo(viewer, action, order) ? null : IllegalTransition.make(order.status, TARGET_OF[action]);
}

async function addShipment(tx: EntityManager, orderId: number, shipment: ShipmentDetails | undefined): Promise<void> {
  if (!shipment) return;
  await tx.query('INSERT INTO shipment (order_id, carrier, tracking_number, tracking_url) VALUES ($1, $2, $3, $4)', [
    orderId,
    shipment.carrier,
    shipment.trackingNumber,
    shipment.trackingUrl,
  ]);
}
