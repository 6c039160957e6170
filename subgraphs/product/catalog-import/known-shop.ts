import type { EntityManager } from 'typeorm';
import type { KnownProduct, KnownShop } from './plan-batch';
import type { ProductDraft } from './product-draft';

/**
 * Reads and locks what a batch will change: variants first, then products, each by id, as every writer of the catalogue
 * does, so that an import and a checkout never wait for each other in a circle.
 */
export async function readKnownShop(tx: EntityManager, drafts: readonly ProductDraft[]): Promise<KnownShop> {
  const slugs = drafts.map(({ slug }) => slug);
  const skus = drafts.flatMap(({ variants }) => variants.flatMap(({ sku }) => sku ?? []));
  const found = (await tx.query(FIND, [slugs])) as { asked: string; id: number }[];
  const ids = found.map(({ id }) => id);
  await tx.query('SELECT 1 FROM product_variant WHERE product_id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [ids]);
  await tx.query('SELECT 1 FROM product WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [ids]);
  const rows = (await tx.query(READ, [ids])) as (KnownProduct & { id: number })[];
  const owners = (await tx.query(OWNERS, [skus])) as { sku: string; productId: number; slug: string }[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    products: new Map(found.flatMap(({ asked, id }) => (byId.has(id) ? [[asked, byId.get(id) as KnownProduct] as const] : []))),
    ownersOfSkus: new Map(owners.map(({ sku, ...owner }) => [sku, owner])),
  };
}

const FIND = `
  SELECT slug AS asked, id FROM product WHERE slug = ANY($1)
  UNION ALL
  SELECT r.old_slug, r.product_id FROM slug_redirect r
    WHERE r.old_slug = ANY($1) AND NOT EXISTS (SELECT 1 FROM product p WHERE p.slug = r.old_slug)`;

const READ = `
  SELECT p.id, p.option_names AS "optionNames",
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', v.id, 'sku', v.sku, 'optionValues', v.option_values, 'position', v.position) ORDER BY v.position, v.id)
      FROM product_variant v WHERE v.product_id = p.id), '[]') AS variants,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', i.id, 'url', i.url, 'position', i.position) ORDER BY i.position, i.id)
      FROM product_image i WHERE i.product_id = p.id), '[]') AS images
  FROM product p WHERE p.id = ANY($1)`;

const OWNERS = `
  SELECT v.sku, p.id AS "productId", p.slug FROM product_variant v JOIN product p ON p.id = v.product_id WHERE v.sku = ANY($1)`;
