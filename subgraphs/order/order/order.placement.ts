import { randomInt } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { minorToDecimal } from '../../../platform/db';
import { Order } from './order.entity';
import type { OrderAddress } from './order-address';
import { logPlaced, type Actor } from './order.log';
import { recordsOf } from './order.rows';

export interface NewOrderItem {
  readonly productId: number;
  readonly variantId: number;
  readonly name: string;
  readonly variantTitle: string;
  readonly sku: string | null;
  readonly imageUrl: string | null;
  readonly quantity: number;
  readonly priceMinor: number;
  /** Off price times quantity. */
  readonly discountMinor: number;
  /** In the price, or on top of it: see the order's `pricesIncludeTax`. */
  readonly taxMinor: number;
  /** In basis points. */
  readonly taxRate: number;
}

/** An order before it is one: everything that it will say, JSON only. */
export interface NewOrder {
  readonly userId: number | null;
  readonly guestTokenHash: string | null;
  readonly email: string;
  readonly currency: string;
  readonly subtotalMinor: number;
  /** What the shipping costs after discounts. */
  readonly shippingMinor: number;
  readonly shippingTaxMinor: number;
  /** In basis points. */
  readonly shippingTaxRate: number;
  /** Of all items and the shipping. */
  readonly taxMinor: number;
  /** The sum of the items' discounts. */
  readonly discountMinor: number;
  readonly totalMinor: number;
  readonly pricesIncludeTax: boolean;
  /** The code of a shipping rate, or "NONE". */
  readonly shippingMethod: string;
  readonly shippingMethodName: string;
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
export async function placeNewOrder(tx: EntityManager, placed: NewOrder, reference: string, actor: Actor): Promise<Order> {
  const draft = { ...BEFORE_TAXES, ...placed };
  const rows: Record<string, unknown>[] = await tx.query(
    `WITH placed AS (
       INSERT INTO "order" (number, user_id, guest_token_hash, email, status, payment_status, fulfilment_status, currency, subtotal_amount,
         shipping_amount, tax_amount, discount_amount, total_amount, shipping_method, shipping_address, billing_address, note,
         prices_include_tax, shipping_tax_amount, shipping_tax_rate, shipping_method_name, reservation_id, placed_key)
       VALUES ($1, $2, $3, $4, 'PLACED', 'AUTHORIZED', 'UNFULFILLED', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
         $19, $19)
       RETURNING *
     ), items AS (
       INSERT INTO order_item (order_id, product_id, variant_id, name, variant_title, sku, image_url, quantity, price, position, discount_amount,
         tax_amount, tax_rate)
       SELECT placed.id, item.* FROM placed, jsonb_to_recordset($20::jsonb) AS item ("productId" int, "variantId" int, name text,
         "variantTitle" text, sku text, "imageUrl" text, quantity int, price numeric, position int, discount numeric, tax numeric,
         "taxRate" int)
     )
     SELECT * FROM placed`,
    [...orderValues(draft), reference, JSON.stringify(draft.items.map(itemRow))],
  );
  const [order] = recordsOf(tx.dataSource, Order, rows);
  if (!order) throw new Error('an inserted order was not returned');
  await logPlaced(tx, order, actor);
  return order;
}

/** What a draft lacks that was written by a process of the version before taxes, during a deployment. */
const BEFORE_TAXES = { pricesIncludeTax: true, shippingTaxMinor: 0, shippingTaxRate: 0, shippingMethodName: '' };
const ITEM_BEFORE_TAXES = { discountMinor: 0, taxMinor: 0, taxRate: 0 };

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
    draft.pricesIncludeTax,
    minorToDecimal(draft.shippingTaxMinor),
    draft.shippingTaxRate,
    draft.shippingMethodName,
  ];
}

function itemRow(sold: NewOrderItem, at: number) {
  const { priceMinor, discountMinor, taxMinor, ...item } = { ...ITEM_BEFORE_TAXES, ...sold };
  const amounts = { price: minorToDecimal(priceMinor), discount: minorToDecimal(discountMinor), tax: minorToDecimal(taxMinor) };
  return { ...item, ...amounts, position: at + 1 };
}

/** Letters and digits that people do not mistake for one another; 32^8 numbers, so none can be guessed from another. */
const NUMBER_ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

function newNumber(): string {
  const digits = Array.from({ length: 8 }, () => NUMBER_ALPHABET.charAt(randomInt(NUMBER_ALPHABET.length))).join('');
  return `M-${digits.slice(0, 4)}-${digits.slice(4)}`;
}
