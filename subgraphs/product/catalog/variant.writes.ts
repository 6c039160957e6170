import type { EntityManager } from 'typeorm';
import { minorToDecimal } from '../../../platform/db';
import type { NewVariant } from './read-input';

/** Variants at the end of the product, with the first line of each one's stock ledger; answers their keys. */
export async function insertVariants(
  tx: EntityManager,
  productKey: number,
  variants: readonly NewVariant[],
  actor: string,
): Promise<number[]> {
  const records = variants.map((variant) => ({
    ...variant,
    price: minorToDecimal(variant.price),
    compareAtPrice: variant.compareAtPrice === null ? null : minorToDecimal(variant.compareAtPrice),
  }));
  const rows: { id: number }[] = await tx.query(INSERT_VARIANTS, [JSON.stringify(records), productKey, actor]);
  return rows.map(({ id }) => id);
}

export async function variantKeysOf(tx: EntityManager, productKey: number): Promise<number[]> {
  const rows: { id: number }[] = await tx.query('SELECT id FROM product_variant WHERE product_id = $1 ORDER BY id', [productKey]);
  return rows.map(({ id }) => id);
}

const INSERT_VARIANTS = `
  WITH added AS (
    INSERT INTO product_variant (product_id, sku, title, option_values, price, compare_at_price, stock_on_hand, is_tracked, allow_backorder,
                                 requires_shipping, weight_grams, barcode, position)
    SELECT $2, g.sku, g.title, g."optionValues", g.price, g."compareAtPrice", g."stockOnHand", g."isTracked", g."allowBackorder",
           g."requiresShipping", g."weightGrams", g.barcode,
           (SELECT coalesce(max(position), 0) FROM product_variant WHERE product_id = $2) + g.at
    FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (sku text, title text, "optionValues" text[], price numeric, "compareAtPrice" numeric,
      "stockOnHand" integer, "isTracked" boolean, "allowBackorder" boolean, "requiresShipping" boolean, "weightGrams" integer, barcode text))
      WITH ORDINALITY AS g (sku, title, "optionValues", price, "compareAtPrice", "stockOnHand", "isTracked", "allowBackorder",
                            "requiresShipping", "weightGrams", barcode, at)
    ORDER BY g.at
    RETURNING id, stock_on_hand
  ), noted AS (
    INSERT INTO stock_movement (variant_id, quantity, kind, reason, actor)
    SELECT id, stock_on_hand, 'INITIAL', 'first stock', $3 FROM added WHERE stock_on_hand <> 0
  )
  SELECT id FROM added ORDER BY id`;
