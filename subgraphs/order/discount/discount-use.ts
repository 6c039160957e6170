import { createHash } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { decimalToMinor, minorToDecimal } from '../../../platform/db';
import { groupedByKey } from '../../../platform/loaders';
import type { DiscountRefusal } from './discount-code-invalid.error';

/** What a checkout takes of a code. */
export interface TakenDiscount {
  readonly id: number;
  readonly code: string;
  /** Off the goods. */
  readonly amountMinor: number;
  /** Off the shipping. */
  readonly shippingAmountMinor: number;
}

export interface DiscountTaker {
  /** Of the checkout; the use is given back under it, by triggers, when the checkout is undone or its order cancelled. */
  readonly reference: string;
  readonly userId: number | null;
  readonly email: string;
}

/**
 * Takes one use of a code in `tx`, or answers why there is none. The code's row stays locked until `tx` ends, so `tx`
 * should do little after it. A customer is known by account or e-mail address, whichever was seen before.
 */
export async function takeDiscount(
  tx: EntityManager,
  discount: TakenDiscount,
  taker: DiscountTaker,
): Promise<DiscountRefusal | null> {
  const [answer] = await tx.query<{ refusal: DiscountRefusal | null }[]>(
    'SELECT take_discount($1, $2, $3, $4, $5::numeric, $6::numeric) AS refusal',
    [
      discount.id,
      taker.reference,
      taker.userId,
      hashOfEmail(taker.email),
      minorToDecimal(discount.amountMinor),
      minorToDecimal(discount.shippingAmountMinor),
    ],
  );
  return answer?.refusal ?? null;
}

/** The discounts of each order, in the order asked. */
export async function discountsOfOrders(database: DataSource, orderIds: readonly number[]): Promise<TakenDiscount[][]> {
  const rows = await database.query<
    { order_id: number; discount_id: number; code: string; amount: string; shipping_amount: string }[]
  >(
    `SELECT o.id AS order_id, u.discount_id, u.code, u.amount, u.shipping_amount
     FROM "order" o JOIN discount_use u ON u.reference = o.placed_key WHERE o.id = ANY($1)`,
    [orderIds],
  );
  const taken = rows.map((row) => ({
    orderId: row.order_id,
    id: row.discount_id,
    code: row.code,
    amountMinor: decimalToMinor(row.amount),
    shippingAmountMinor: decimalToMinor(row.shipping_amount),
  }));
  return groupedByKey(orderIds, taken, ({ orderId }) => orderId);
}

function hashOfEmail(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}
