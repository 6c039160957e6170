import type { DataSource, EntityManager } from 'typeorm';
import type { Viewer } from '../../../platform/auth';
import { inTransaction } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { IdempotencyKeyReused, type IdempotencyService, type HeldKey } from '../../../platform/idempotency';
import { actorOf } from '../audit';
import { ownerKey, ownerOf } from '../guest';
import type { Caller } from '../upstream';
import type { Order } from './order.entity';
import { IllegalTransition, OrderNotFound, OrderVersionConflict } from './order.errors';
import type { Actor } from './order.log';
import { mayDo, maySee } from './order.policy';
import { lockOrder, readOrders } from './order.rows';
import type { FollowUps } from './order.tasks';
import type { OrderAction } from './order.transitions';

/** What every request to change an order says. */
export interface OrderChangeRequest {
  readonly orderId: number;
  readonly expectedVersion: number | null;
  /** Sent again with the same key, the change is made once and answered alike. */
  readonly idempotencyKey: string | null;
}

/** What can be refused of any change of an order. */
export type ChangeRefusal = OrderNotFound | IllegalTransition | OrderVersionConflict | IdempotencyKeyReused;

export interface OrderChangeOutcome<Failure extends object = never> {
  readonly order: Order | null;
  /** The key of what the change made, such as a shipment; `null` when it made nothing of its own. */
  readonly made: number | null;
  readonly errors: readonly (ChangeRefusal | Failure)[];
}

/** Thrown inside a change that cannot be done for an expected reason: nothing is written, and the reason becomes the answer. */
export class Refusal extends Error {
  constructor(readonly reason: object) {
    super('refused');
  }
}

/** One change of an order, inside its transaction; answers the key of what it made, if anything. */
export type ChangeOrder = (tx: EntityManager, order: Order, actor: Actor) => Promise<number | null>;

export interface NamedChange {
  /** Names the request together with its key; changing it forgets all keys. */
  readonly operation: string;
  /** What must be allowed; `null` when the change judges by itself. */
  readonly action: OrderAction | null;
}

interface StoredAnswer {
  readonly orderId: number;
  readonly made?: number | null;
}

/**
 * The one door for changes of orders: the request's key, the order's row lock, who may, which version; then the change,
 * its log and what other systems are owed, all in one transaction; then what is owed is done.
 */
export class OrderChanges {
  constructor(
    private readonly database: DataSource,
    private readonly followUps: FollowUps,
    private readonly idempotency: IdempotencyService,
  ) {}

  /** @param request all that the client sent: the same key with anything else in it is refused */
  async make<Failure extends object = never>(
    caller: Caller,
    named: NamedChange,
    request: OrderChangeRequest,
    change: ChangeOrder,
  ): Promise<OrderChangeOutcome<Failure>> {
    const owner = ownerOf(caller.viewer);
    if (!owner || request.idempotencyKey === null) return this.change(caller, named, request, change, null);
    const name = { viewer: ownerKey(owner), operation: named.operation, key: request.idempotencyKey };
    const attempt = await this.idempotency.begin(name, request);
    switch (attempt.kind) {
      case 'reused':
        return { order: null, made: null, errors: [IdempotencyKeyReused.make()] };
      case 'busy':
        throw isWorkedOn();
      case 'done':
        return this.repeat(caller.viewer, attempt.response as StoredAnswer);
      case 'ours':
        return this.change(caller, named, request, change, attempt.held);
    }
  }

  /** A change that was refused is not remembered under its key: it may be allowed later. */
  private async change<Failure extends object>(
    caller: Caller,
    { action }: NamedChange,
    request: OrderChangeRequest,
    change: ChangeOrder,
    held: HeldKey | null,
  ): Promise<OrderChangeOutcome<Failure>> {
    const { viewer, requestId } = caller;
    const { orderId } = request;
    let made: number | null;
    try {
      made = await inTransaction(this.database, async (tx) => {
        const order = await lockOrder(tx, orderId);
        if (!order || !maySee(viewer, order)) throw new Refusal(OrderNotFound.make());
        refuseUnlessAllowed(viewer, action, order, request.expectedVersion);
        const key = await change(tx, order, actorOf(viewer));
        if (held && !(await this.idempotency.finish(tx, held, { orderId, made: key }))) throw isWorkedOn();
        return key;
      });
    } catch (error) {
      if (held) await this.idempotency.forget(held);
      if (error instanceof Refusal) return { order: null, made: null, errors: [error.reason as Failure] };
      throw error;
    }
    await this.followUps.runFor(orderId, requestId);
    return { order: await this.read(orderId), made, errors: [] };
  }

  /** The answer of a change that was made before; who may not see the order any more is told nothing of it. */
  private async repeat(viewer: Viewer, { orderId, made = null }: StoredAnswer): Promise<OrderChangeOutcome> {
    const order = await this.read(orderId);
    if (!order || !maySee(viewer, order)) return { order: null, made: null, errors: [OrderNotFound.make()] };
    await this.followUps.waitFor(orderId);
    return { order: await this.read(orderId), made, errors: [] };
  }

  private async read(orderId: number): Promise<Order | null> {
    const [order] = await readOrders(this.database, [orderId]);
    return order ?? null;
  }
}

function refuseUnlessAllowed(viewer: Viewer, action: OrderAction | null, order: Order, expectedVersion: number | null): void {
  if (expectedVersion !== null && expectedVersion !== order.version) throw new Refusal(OrderVersionConflict.make(order));
  if (action !== null && !mayDo(viewer, action, order)) throw new Refusal(IllegalTransition.make(order.status, action));
}

function isWorkedOn(): AppError {
  return new AppError('CONFLICT', 'This request is being worked on; send it again in a moment');
}
