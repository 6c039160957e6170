import { globalId } from '../../platform/federation';
import { queryOnce } from '../../test/support/database';

export interface Ware {
  readonly id: string;
  readonly key: number;
  readonly productKey: number;
}

const STOCK = 100_000_000;

/** Products to sell, each with one variant that never runs out. */
export async function addWares(productDatabase: string, count: number): Promise<Ware[]> {
  const rows = await queryOnce<{ key: number; productKey: number }>(
    productDatabase,
    `WITH p AS (
       INSERT INTO product (slug, name, status, currency, published_at)
       SELECT 'bench-' || gen_random_uuid(), 'Ware ' || n, 'ACTIVE', 'EUR', now() FROM generate_series(1, $1) AS n RETURNING id
     ), v AS (
       INSERT INTO product_variant (product_id, title, price, stock_on_hand) SELECT id, 'One', 19.99, $2 FROM p RETURNING id, product_id
     ), moved AS (
       INSERT INTO stock_movement (variant_id, quantity, kind) SELECT id, $2, 'INITIAL' FROM v
     )
     SELECT id AS key, product_id AS "productKey" FROM v`,
    [count, STOCK],
  );
  await queryOnce(productDatabase, 'ANALYZE product, product_variant');
  return rows.map(({ key, productKey }) => ({ key, productKey, id: globalId('ProductVariant', key) }));
}

/** Answers one of them, another each time; the first for a single one. */
export function pickerOf(wares: readonly Ware[]): () => Ware {
  let at = 0;
  return () => {
    at = (at + 7) % wares.length;
    const ware = wares[at];
    if (!ware) throw new Error('there is nothing to sell');
    return ware;
  };
}
