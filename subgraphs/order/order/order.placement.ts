import { randomInt } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { minorToDecimal } from '../../../platform/db';
import { Order } from './order.entity';
import type { OrderAddress } from './order-address';
import { logPlaced, type Actor } from './order.log';
import { recordsOf } from './order.rows';
import type { ShippingMethod } from './order.status';

export interface NewOrderItem {
  readonly productId: number;
  readonly variantId: number;
  readonly name: string;
  readonly variantTitle: string;
  readonly sku: string | null;
  readonly imageUrl: string | null;
  readonly quantity: number;
  readonly priceMinor: number;
}

/** An order before it is one: everything that it will say, JSON only. */
export interface NewOrder {
  readonly userId: number | null;
  readonly guestTokenHash: string | null;
  readonly email: string;
  readonly currency: string;
  readonly subtotalMinor: number;
  readonly shippingMinor: number;
  readonly taxMinor: number;
  readonly discountMinor: number;
  readonly totalMinor: number;
  readonly shippingMethod: ShippingMethod;
  readonly shippingAddress: OrderAddress;
  readonly billingAddress: OrderAddress | null;
  readonly note: string | null;
  readonly items: readonly NewOrderItem[];
}

/**
 * Writes a placed order with its items, the first entry of its log and its event, in `tx`.
 *
 * @param reference the checkout's: unique, so that no checkout ever makes two orders
 */
export async function placeNewOrder(tx: EntityManager, draft: NewOrder, reference: string, actor: Actor): Promise<Order> {
  const rows: Record<string, unknown>[] = await tx.query(
    `WITH placed AS (
       INSERT INTO "order" (number, user_id, guest_token_hash, email, status, payment_status, fulfilment_status, currency, subtotal_amount,
         shipping_amount, tax_amount, discount_amount, total_amount, shipping_method, shipping_address, billing_address, note,
         reservation_id, placed_key)
       VALUES ($1, $2, $3, $4, 'PLACED', 'AUTHORIZED', 'UNFULFILLED', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
       RETURNING *
     ), items AS (
       INSERT INTO order_item (order_id, product_id, variant_id, name, variant_title, sku, image_url, quantity, price, position)
       SELECT placed.id, item.* FROM placed, jsonb_to_recordset($16::jsonb) AS item ("productId" int, "variantId" int, name text,
         "variantTitle" text, sku text, "imageUrl" text, quantity int, price numeric, position int)
     )
     SELECT * FROM placed`,
    [...orderValues(draft), reference, JSON.stringify(draft.items.map(itemRow))],
  );
  const [order] = recordsOf(tx.dataSource, Order, rows);
  if (!order) throw new Error('an inserted order was not returned');
  await logPlaced(tx, order, actor);
  return order;
}

function orderValues(draft: NewOrder): unknown[] {
  return [
    newNumber(),
    draft.userId,
    draft.guestTokenHash,
    draft.email,
    draft.currency,
    minorToDecimal(draft.subtotalMinor),
    minorToDecimal(draft.shippingMinor),
    minorToDecimal(draft.taxMinor),
    minorToDecimal(draft.discountMinor),
    minorToDecimal(draft.totalMinor),
    draft.shippingMethod,
    JSON.stringify(draft.shippingAddress),
    draft.billingAddress === null ? null : JSON.stringify(draft.billingAddress),
    draft.note,
  ];
}

function itemRow({ priceMinor, ...item }: NewOrderItem, at: number) {
  return { ...item, price: minorToDecimal(priceMinor), position: at + 1 };
}

/** Letters and digits that people do not mistake for one another; 32^8 numbers, so none can be guessed from another. */
const NUMBER_ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

function newNumber(): string {
  const digits = Array.from({ length: 8 }, () => NUMBER_ALPHABET.charAt(randomInt(NUMBER_ALPHABET.length))).join('');
  return `M-${digits.slice(0, 4)}-${digits.slice(4)}`;
}
