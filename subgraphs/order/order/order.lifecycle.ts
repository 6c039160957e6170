import type { DataSource, EntityManager } from 'typeorm';
import { hasScope, type Viewer } from '../../../platform/auth';
import { inTransaction } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { ownerKey, ownerOf } from '../guest';
import { IdempotencyKeyReused, type IdempotencyService, type HeldKey, type KeyOf } from '../../../platform/idempotency';
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
  /** Sent again with the same key, the change is made once and answered alike. */
  readonly idempotencyKey?: string | null;
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
    private readonly idempotency: IdempotencyService,
  ) {}

  async act(caller: Caller, action: OrderAction, request: OrderChangeRequest): Promise<OrderChangeOutcome> {
    const name = nameOf(caller.viewer, action, request);
    if (!name) return this.change(caller, action, request, null);
    const attempt = await this.idempotency.begin(name, request);
    switch (attempt.kind) {
      case 'reused':
        return { order: null, errors: [IdempotencyKeyReused.make()] };
      case 'busy':
        throw isWorkedOn();
      case 'done':
        return this.repeat(caller.viewer, request.orderId);
      case 'ours':
        return this.change(caller, action, request, attempt.held);
    }
  }

  /** A change that was refused is not remembered under its key: it may be allowed later. */
  private async change(
    caller: Caller,
    action: OrderAction,
    request: OrderChangeRequest,
    held: HeldKey | null,
  ): Promise<OrderChangeOutcome> {
    try {
      const failure = await inTransaction(this.database, async (tx): Promise<OrderChangeFailure | null> => {
        const order = await lockOrder(tx, request.orderId);
        if (!order) return OrderNotFound.make();
        const refusal = refusalOf(caller.viewer, action, order, request.expectedVersion);
        if (refusal) return refusal;
        await this.apply(tx, order, action, request, actorOf(caller.viewer));
        if (held && !(await this.idempotency.finish(tx, held, { orderId: order.id }))) throw isWorkedOn();
        return null;
      });
      if (failure) {
        if (held) await this.idempotency.forget(held);
        return { order: null, errors: [failure] };
      }
    } catch (error) {
      if (held) await this.idempotency.forget(held);
      throw error;
    }
    await this.followUps.runFor(request.orderId, caller.requestId);
    return { order: await this.read(request.orderId), errors: [] };
  }

  /** The answer of a change that was made before; who may not see the order any more is told nothing of it. */
  private async repeat(viewer: Viewer, orderId: number): Promise<OrderChangeOutcome> {
    const order = await this.read(orderId);
    return order && maySee(viewer, order) ? { order, errors: [] } : { order: null, errors: [OrderNotFound.make()] };
  }

  private async read(orderId: number): Promise<Order | null> {
    const [order] = await readOrders(this.database, [orderId]);
    return order ?? null;
  }

  private async apply(
    tx: EntityManager,
    order: Order,
    action: OrderAction,
    request: OrderChangeRequest,
    actor: Actor,
  ): Promise<void> {
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

function isWorkedOn(): AppError {
  return new AppError('CONFLICT', 'This request is being worked on; send it again in a moment');
}

/** Who acts, for the log. */
export function actorOf(viewer: Viewer): Actor {
  if (viewer.kind === 'service') return { kind: 'SYSTEM', userId: null };
  if (viewer.userId === null) return { kind: 'GUEST', userId: null };
  return { kind: hasScope(viewer, 'orders:write') ? 'STAFF' : 'CUSTOMER', userId: viewer.userId };
}

/** The request's name, for a client that gave it one. */
function nameOf(viewer: Viewer, action: OrderAction, { idempotencyKey }: OrderChangeRequest): KeyOf | null {
  const owner = ownerOf(viewer);
  return owner && idempotencyKey ? { viewer: ownerKey(owner), operation: action, key: idempotencyKey } : null;
}

function refusalOf(viewer: Viewer, action: OrderAction, order: Order, expectedVersion: number | null): OrderChangeFailure | null {
  if (!maySee(viewer, order)) return OrderNotFound.make();
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
