import type { DataSource, EntityManager } from 'typeorm';
import { hasScope } from '../../../platform/auth';
import { globalId, type Page, type PageRequest } from '../../../platform/federation';
import { groupedByKey } from '../../../platform/loaders';
import {
  changeOrder,
  chosenLines,
  countGoods,
  fulfilmentOf,
  lockedItems,
  openReturnsOf,
  owe,
  QuantityUnavailable,
  recordsOf,
  Refusal,
  type Actor,
  type LineQuantity,
  type Order,
  type OrderChangeOutcome,
  type OrderChangeRequest,
  type OrderChanges,
  type OrderItem,
} from '../order';
import { giveBack, sumOf, unrefunded, worthOf } from '../refund';
import type { Caller } from '../upstream';
import { OrderReturn, RETURN_TRANSITIONS, type ReturnLineRow, type ReturnReason, type ReturnStatus } from './return.entity';
import { IllegalReturnStep, ReturnNotFound, ReturnWindowClosed, type ReturnFailure } from './return.errors';
import { insertReturn, lastMoveOf, readReturnLines, readReturnPage, readReturns } from './return.rows';

export interface ReturnRequest extends OrderChangeRequest {
  readonly lines: readonly LineQuantity[];
  readonly reason: ReturnReason;
  readonly comment: string | null;
}

export interface ReturnStep {
  readonly returnId: number;
  readonly idempotencyKey: string;
}

export interface ReceivedLine {
  readonly itemId: number;
  readonly quantity: number;
  readonly isRestocked: boolean;
}

type Outcome = Promise<OrderChangeOutcome<ReturnFailure>>;
const DAY_MS = 86_400_000;

/** Takes goods back: asked for by the customer, answered by staff, and refunded and restocked when they are here. */
export class ReturnService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: OrderChanges,
    private readonly windowDays: number,
  ) {}

  /** The window binds customers; staff may take goods back whenever they like. */
  request(caller: Caller, request: ReturnRequest): Outcome {
    const named = { operation: 'RETURN', action: 'RETURN' } as const;
    return this.changes.make<ReturnFailure>(caller, named, request, async (tx, order, actor) => {
      if (!hasScope(caller.viewer, 'orders:write')) await this.refuseLate(tx, order.id);
      const open = await openReturnsOf(tx, order.id);
      const here = (item: OrderItem): number => item.shippedQuantity - item.returnedQuantity - (open.get(item.id) ?? 0);
      const lines = chosenLines(await lockedItems(tx, order), request.lines, here).map(({ item, quantity }) => ({
        itemId: item.id,
        quantity,
      }));
      const returnId = await insertReturn(tx, order.id, request, lines);
      const data = { ...told(returnId, lines), reason: request.reason };
      await changeOrder(tx, order, { to: order.status, type: 'RETURN_REQUESTED', actor, reason: request.reason, data });
      return returnId;
    });
  }

  approve(caller: Caller, step: ReturnStep & { readonly answer: string | null }): Outcome {
    return this.step(caller, step, 'APPROVED', async (tx, order, actor) => {
      await this.answer(tx, step);
      await changeOrder(tx, order, { to: order.status, type: 'RETURN_APPROVED', actor, data: told(step.returnId) });
    });
  }

  refuse(caller: Caller, step: ReturnStep & { readonly answer: string }): Outcome {
    return this.step(caller, step, 'REFUSED', async (tx, order, actor) => {
      await this.answer(tx, step);
      const { answer: reason } = step;
      await changeOrder(tx, order, { to: order.status, type: 'RETURN_REFUSED', actor, reason, data: told(step.returnId) });
    });
  }

  /** The goods are here: they count as returned, their money is owed to the customer and they to the shelf. */
  receive(caller: Caller, step: ReturnStep & { readonly lines: readonly ReceivedLine[] | null }): Outcome {
    const { returnId } = step;
    return this.step(caller, step, 'RECEIVED', async (tx, order, actor) => {
      const items = await lockedItems(tx, order);
      const received = receivedOf(await readReturnLines(tx, [returnId]), step.lines, items);
      await noteReceived(tx, returnId, received);
      await owe(tx, order.id, [{ task: 'RESTOCK_RETURN', subject: returnId }]);
      const amount = await refundReceived(tx, order, returnId, received, items);
      const fulfilmentStatus = fulfilmentOf(await countGoods(tx, order.id));
      const data = { ...told(returnId, received), amount };
      await changeOrder(tx, order, { to: order.status, type: 'RETURN_RECEIVED', fulfilmentStatus, actor, data });
    });
  }

  /** In the order of `keys`; `null` for one that does not exist. */
  byKeys(keys: readonly number[]): Promise<(OrderReturn | null)[]> {
    return readReturns(this.database, keys);
  }

  /** The newest first, of all orders; those in one of `statuses`, or all. */
  page(page: PageRequest, statuses: readonly ReturnStatus[] | null): Promise<Page<OrderReturn>> {
    return readReturnPage(this.database, page, statuses);
  }

  /** The returns of each order, oldest first, in the order asked. */
  async returnsOf(orderIds: readonly number[]): Promise<OrderReturn[][]> {
    const rows = await this.database.query<Record<string, unknown>[]>(
      'SELECT * FROM order_return WHERE order_id = ANY($1) ORDER BY id',
      [orderIds],
    );
    return groupedByKey(orderIds, recordsOf(this.database, OrderReturn, rows), (each) => each.orderId);
  }

  /** What each return is about, in the order asked. */
  async linesOf(returnIds: readonly number[]): Promise<ReturnLineRow[][]> {
    return groupedByKey(returnIds, await readReturnLines(this.database, returnIds), (line) => line.returnId);
  }

  private async step(
    caller: Caller,
    step: ReturnStep,
    to: ReturnStatus,
    take: (tx: EntityManager, order: Order, actor: Actor) => Promise<void>,
  ): Outcome {
    const { returnId } = step;
    const [found] = await readReturns(this.database, [returnId]);
    if (!found) return { order: null, made: null, errors: [ReturnNotFound.make()] };
    const request = { ...step, orderId: found.orderId, expectedVersion: null };
    const named = { operation: `RETURN_${to}`, action: null };
    return this.changes.make<ReturnFailure>(caller, named, request, async (tx, order, actor) => {
      await moveReturn(tx, returnId, to);
      await take(tx, order, actor);
      return returnId;
    });
  }

  private async answer(tx: EntityManager, { returnId, answer }: { returnId: number; answer: string | null }): Promise<void> {
    await tx.query('UPDATE order_return SET answer = $2, answered_at = now() WHERE id = $1', [returnId, answer]);
  }

  private async refuseLate(tx: EntityManager, orderId: number): Promise<void> {
    const moved = await lastMoveOf(tx, orderId);
    const closedAt = new Date((moved?.getTime() ?? 0) + this.windowDays * DAY_MS);
    if (closedAt.getTime() < Date.now()) throw new Refusal(ReturnWindowClosed.make(closedAt));
  }
}

/** The order's lock makes reading and writing one step. */
async function moveReturn(tx: EntityManager, returnId: number, to: ReturnStatus): Promise<void> {
  const [row] = await tx.query<{ status: ReturnStatus }[]>('SELECT status FROM order_return WHERE id = $1', [returnId]);
  if (!row) throw new Refusal(ReturnNotFound.make());
  if (!RETURN_TRANSITIONS[row.status].includes(to)) throw new Refusal(IllegalReturnStep.make(row.status, to));
  await tx.query(`UPDATE order_return SET status = $2, received_at = CASE WHEN $2 = 'RECEIVED' THEN now() END WHERE id = $1`, [
    returnId,
    to,
  ]);
}

/** @throws Refusal QuantityUnavailable for more than was to come, or a line that was not */
function receivedOf(
  asked: readonly ReturnLineRow[],
  lines: readonly ReceivedLine[] | null,
  items: readonly OrderItem[],
): ReceivedLine[] {
  if (lines === null) return asked.map(({ itemId, quantity }) => ({ itemId, quantity, isRestocked: true }));
  const wrong = lines.find((line) => line.quantity > (asked.find(({ itemId }) => itemId === line.itemId)?.quantity ?? 0));
  if (wrong) {
    const item = items.find(({ id }) => id === wrong.itemId) ?? null;
    throw new Refusal(QuantityUnavailable.make(item, asked.find(({ itemId }) => itemId === wrong.itemId)?.quantity ?? 0));
  }
  return asked.map(({ itemId }) => lines.find((line) => line.itemId === itemId) ?? { itemId, quantity: 0, isRestocked: false });
}

async function noteReceived(tx: EntityManager, returnId: number, lines: readonly ReceivedLine[]): Promise<void> {
  await tx.query(
    `WITH received AS (SELECT * FROM unnest($2::int[], $3::int[], $4::boolean[]) AS r (item_id, quantity, is_restocked)),
     noted AS (
       UPDATE return_line l SET received_quantity = r.quantity, is_restocked = r.is_restocked FROM received r
       WHERE l.return_id = $1 AND l.order_item_id = r.item_id)
     UPDATE order_item i SET returned_quantity = i.returned_quantity + r.quantity FROM received r WHERE i.id = r.item_id`,
    [
      returnId,
      lines.map(({ itemId }) => itemId),
      lines.map(({ quantity }) => quantity),
      lines.map(({ isRestocked, quantity }) => isRestocked && quantity > 0),
    ],
  );
}

/** What was refunded for these lines before, or as a mere amount, is not given back twice. */
async function refundReceived(
  tx: EntityManager,
  order: Order,
  returnId: number,
  received: readonly ReceivedLine[],
  items: readonly OrderItem[],
): Promise<number> {
  if (order.status === 'REFUNDED') return 0;
  const payable = items.map((item) => {
    const came = received.find(({ itemId }) => itemId === item.id)?.quantity ?? 0;
    return { item, quantity: Math.min(came, unrefunded(item)) };
  });
  const lines = worthOf(payable.filter(({ quantity }) => quantity > 0));
  const amountMinor = Math.min(sumOf(lines), order.totalMinor - order.refundedMinor);
  if (amountMinor > 0) await giveBack(tx, order, { kind: 'RETURN', reason: 'returned', amountMinor, lines, returnId });
  return amountMinor;
}

function told(returnId: number, lines: readonly LineQuantity[] = []) {
  const quantities = lines.map(({ itemId, quantity }) => ({ item: globalId('OrderItem', itemId), quantity }));
  return { return: globalId('OrderReturn', returnId), ...(lines.length > 0 ? { lines: quantities } : {}) };
}
