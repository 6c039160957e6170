import type { EntityManager } from 'typeorm';
import { minorToDecimal } from '../../../platform/db';
import { refundableMinor } from '../pricing';
import { owe, Refusal, type ItemQuantity, type Order, type OrderItem } from '../order';
import type { RefundKind } from './refund.entity';
import { RefundTooLarge } from './refund.errors';

export interface PricedLine extends ItemQuantity {
  readonly amountMinor: number;
}

export interface NewRefund {
  readonly kind: RefundKind;
  readonly reason: string;
  readonly amountMinor: number;
  readonly lines: readonly PricedLine[];
  readonly returnId?: number;
}

/** What was paid for pieces of lines whose money has not been given back yet. */
export function worthOf(lines: readonly ItemQuantity[]): PricedLine[] {
  return lines.map(({ item, quantity }) => ({
    item,
    quantity,
    amountMinor: refundableMinor(item, item.pricesIncludeTax, item.refundedQuantity, quantity),
  }));
}

/** How many of a line's pieces still have their money here. */
export function unrefunded(item: OrderItem): number {
  return item.quantity - item.refundedQuantity;
}

export function sumOf(lines: readonly PricedLine[]): number {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

/**
 * Decides a refund of an order that `tx` holds locked, and owes it. The amount counts from now on, whatever becomes of the
 * provider's answer, and the database decides whether it is still there: so however many refunds come at once, no more
 * is given back than was paid.
 *
 * @throws Refusal RefundTooLarge
 */
export async function giveBack(tx: EntityManager, order: Order, refund: NewRefund): Promise<number> {
  const amount = minorToDecimal(refund.amountMinor);
  const [counted] = await tx.query<[unknown[], number]>(
    `UPDATE "order" SET refunded_amount = refunded_amount + $2::numeric WHERE id = $1 AND refunded_amount + $2::numeric <= total_amount
     RETURNING 1`,
    [order.id, amount],
  );
  if (counted.length === 0) throw new Refusal(RefundTooLarge.make(order.totalMinor - order.refundedMinor, order.currency));
  const [row] = await tx.query<{ id: number }[]>(
    `WITH made AS (
       INSERT INTO refund (order_id, kind, amount, reason, return_id) VALUES ($1, $2, $3::numeric, $4, $5) RETURNING id
     ), lines AS (
       INSERT INTO refund_line (refund_id, order_item_id, quantity, amount)
       SELECT made.id, line.id, line.quantity, line.amount FROM made, unnest($6::int[], $7::int[], $8::numeric[]) AS line (id, quantity, amount)
     ), counted AS (
       UPDATE order_item i SET refunded_quantity = i.refunded_quantity + line.quantity
       FROM unnest($6::int[], $7::int[]) AS line (id, quantity) WHERE i.id = line.id
     )
     SELECT id FROM made`,
    [
      order.id,
      refund.kind,
      amount,
      refund.reason,
      refund.returnId ?? null,
      refund.lines.map(({ item }) => item.id),
      refund.lines.map(({ quantity }) => quantity),
      refund.lines.map((line) => minorToDecimal(line.amountMinor)),
    ],
  );
  if (!row) throw new Error('an inserted refund was not returned');
  await owe(tx, order.id, [{ task: 'PAY_REFUND', subject: row.id }]);
  return row.id;
}
