import type { EntityManager } from 'typeorm';
import { minorToDecimal } from '../../../platform/db';
import type { ProductPlan } from './plan-batch';

/** What a batch changed in the database, for the report and for events. */
export interface WrittenBatch {
  readonly created: readonly number[];
  /** Products of which anything changed, new ones included. */
  readonly touched: ReadonlyMap<number, readonly number[]>;
  readonly variantsAdded: number;
  readonly variantsChanged: number;
  readonly imagesAdded: number;
}

/** Writes the plans of a batch in seven statements, whatever its size. Call it with the products locked. */
export async function writeBatch(tx: EntityManager, plans: readonly ProductPlan[], currency: string): Promise<WrittenBatch> {
  const rows = async <T>(sql: string, records: unknown, ...more: unknown[]): Promise<T[]> =>
    (await tx.query(sql, [JSON.stringify(records), ...more])) as T[];
  const heads = plans.map(({ slug, id, head }) => ({ slug, id, ...head }));
  const created = await rows<{ id: number; slug: string }>(
    INSERT_PRODUCTS,
    heads.filter(({ id }) => id === null),
    currency,
  );
  const idBySlug = new Map(created.map(({ id, slug }) => [slug, id]));
  const idOf = (plan: ProductPlan): number => plan.id ?? idBySlug.get(plan.slug) ?? 0;

  const images = plans.flatMap((plan) => plan.images.map((image) => ({ ...image, productId: idOf(plan) })));
  const addedImages = await rows<{ product_id: number }>(
    INSERT_IMAGES,
    images.filter(({ id }) => id === null),
  );
  const changedImages = await rows<{ product_id: number }>(
    UPDATE_IMAGES,
    images.filter(({ id }) => id !== null),
  );

  const variants = plans.flatMap((plan) => plan.variants.map((variant) => variantRecord(variant, idOf(plan))));
  const changedVariants = await rows<TouchedVariant>(
    UPDATE_VARIANTS,
    variants.filter(({ id }) => id !== null),
  );
  const addedVariants = await rows<TouchedVariant>(
    INSERT_VARIANTS,
    variants.filter(({ id }) => id === null),
  );
  const changed = await rows<{ id: number }>(
    UPDATE_PRODUCTS,
    heads.filter(({ id, name }) => id !== null && name !== undefined),
  );

  const touched = new Map<number, number[]>();
  const touch = (productId: number, ...variantIds: number[]): void =>
    void touched.set(productId, [...(touched.get(productId) ?? []), ...variantIds]);
  for (const { id } of [...created, ...changed]) touch(id);
  for (const { product_id } of [...addedImages, ...changedImages]) touch(product_id);
  for (const { id, product_id } of [...changedVariants, ...addedVariants]) touch(product_id, id);
  return {
    created: created.map(({ id }) => id),
    touched,
    variantsAdded: addedVariants.length,
    variantsChanged: changedVariants.length,
    imagesAdded: addedImages.length,
  };
}

interface TouchedVariant {
  readonly id: number;
  readonly product_id: number;
}

function variantRecord({ priceMinor, compareAtPriceMinor, ...variant }: ProductPlan['variants'][number], productId: number) {
  return {
    ...variant,
    productId,
    title: variant.optionValues.join(' / ') || 'Default',
    price: minorToDecimal(priceMinor),
    compareAtPrice: compareAtPriceMinor === null ? null : minorToDecimal(compareAtPriceMinor),
  };
}

const HEAD_COLUMNS = `slug text, id integer, name text, description text, "descriptionHtml" text, vendor text, "productType" text,
  tags text[], status text, "optionNames" text[], "seoTitle" text, "seoDescription" text`;

const INSERT_PRODUCTS = `
  INSERT INTO product (slug, name, description, description_html, vendor, product_type, tags, status, currency, option_names,
                       seo_title, seo_description, published_at)
  SELECT slug, name, description, "descriptionHtml", vendor, "productType", tags, status, $2::text, "optionNames", "seoTitle",
         "seoDescription", CASE WHEN status = 'ACTIVE' THEN now() END
  FROM jsonb_to_recordset($1::jsonb) AS g (${HEAD_COLUMNS})
  RETURNING id, slug`;

const UPDATE_PRODUCTS = `
  WITH given AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS g (${HEAD_COLUMNS})),
  changed AS (
    UPDATE product p SET name = g.name, description = g.description, description_html = g."descriptionHtml", vendor = g.vendor,
      product_type = g."productType", tags = g.tags, status = g.status, option_names = g."optionNames", seo_title = g."seoTitle",
      seo_description = g."seoDescription", version = p.version + 1, updated_at = now(),
      published_at = CASE WHEN g.status = 'ACTIVE' THEN coalesce(p.published_at, now()) ELSE p.published_at END
    FROM given g
    WHERE p.id = g.id
      AND (p.name, p.description_html, p.vendor, p.product_type, p.tags, p.status, p.option_names, p.seo_title, p.seo_description)
        IS DISTINCT FROM (g.name, g."descriptionHtml", g.vendor, g."productType", g.tags, g.status, g."optionNames", g."seoTitle", g."seoDescription")
    RETURNING p.id)
  SELECT id FROM changed`;

const IMAGE_COLUMNS = 'id integer, "productId" integer, url text, alt text, position integer';

const INSERT_IMAGES = `
  INSERT INTO product_image (product_id, url, alt, position)
  SELECT "productId", url, alt, position FROM jsonb_to_recordset($1::jsonb) AS g (${IMAGE_COLUMNS})
  RETURNING product_id`;

const UPDATE_IMAGES = `
  WITH given AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS g (${IMAGE_COLUMNS})),
  changed AS (
    UPDATE product_image i SET alt = g.alt, position = g.position FROM given g
    WHERE i.id = g.id AND (i.alt, i.position) IS DISTINCT FROM (g.alt, g.position) RETURNING i.product_id)
  SELECT product_id FROM changed`;

const GIVEN_VARIANTS = `
  given AS (
    SELECT g.*, (SELECT min(i.id) FROM product_image i WHERE i.product_id = g."productId" AND i.url = g."imageUrl") AS image_id
    FROM jsonb_to_recordset($1::jsonb) AS g (id integer, "productId" integer, sku text, title text, "optionValues" text[],
      price numeric(14,2), "compareAtPrice" numeric(14,2), "weightGrams" integer, barcode text, position integer, "imageUrl" text,
      "stockOnHand" integer, "isTracked" boolean, "allowBackorder" boolean, "requiresShipping" boolean, taxable boolean))`;

/** What is promised to running checkouts stays there, whatever the file says. */
const STOCK_KEPT = `
  CASE WHEN v.stock_reserved > 0 AND g."isTracked" AND NOT g."allowBackorder" THEN greatest(g."stockOnHand", v.stock_reserved)
       ELSE g."stockOnHand" END`;

const UPDATE_VARIANTS = `
  WITH ${GIVEN_VARIANTS},
  before AS (SELECT v.id, v.stock_on_hand FROM product_variant v WHERE v.id IN (SELECT id FROM given)),
  changed AS (
    UPDATE product_variant v SET sku = coalesce(g.sku, v.sku), title = g.title, option_values = g."optionValues", price = g.price,
      compare_at_price = g."compareAtPrice", weight_grams = coalesce(g."weightGrams", v.weight_grams), barcode = coalesce(g.barcode, v.barcode),
      image_id = coalesce(g.image_id, v.image_id), stock_on_hand = ${STOCK_KEPT}, is_tracked = g."isTracked",
      allow_backorder = g."allowBackorder", requires_shipping = g."requiresShipping", taxable = g.taxable, version = v.version + 1
    FROM given g
    WHERE v.id = g.id
      AND (v.sku, v.title, v.option_values, v.price, v.compare_at_price, v.weight_grams, v.barcode, v.image_id, v.stock_on_hand,
           v.is_tracked, v.allow_backorder, v.requires_shipping, v.taxable)
        IS DISTINCT FROM (coalesce(g.sku, v.sku), g.title, g."optionValues", g.price, g."compareAtPrice",
          coalesce(g."weightGrams", v.weight_grams), coalesce(g.barcode, v.barcode), coalesce(g.image_id, v.image_id),
          ${STOCK_KEPT}, g."isTracked", g."allowBackorder", g."requiresShipping", g.taxable)
    RETURNING v.id, v.product_id, v.stock_on_hand),
  moved AS (
    INSERT INTO stock_movement (variant_id, quantity, kind, reason, actor)
    SELECT c.id, c.stock_on_hand - b.stock_on_hand, 'IMPORT', 'import', 'import' FROM changed c JOIN before b ON b.id = c.id
    WHERE c.stock_on_hand <> b.stock_on_hand)
  SELECT id, product_id FROM changed`;

const INSERT_VARIANTS = `
  WITH ${GIVEN_VARIANTS},
  added AS (
    INSERT INTO product_variant (product_id, sku, title, option_values, price, compare_at_price, weight_grams, barcode, position,
                                 image_id, stock_on_hand, is_tracked, allow_backorder, requires_shipping, taxable)
    SELECT "productId", sku, title, "optionValues", price, "compareAtPrice", "weightGrams", barcode, position, image_id, "stockOnHand",
           "isTracked", "allowBackorder", "requiresShipping", taxable FROM given
    RETURNING id, product_id, stock_on_hand),
  moved AS (
    INSERT INTO stock_movement (variant_id, quantity, kind, reason, actor)
    SELECT id, stock_on_hand, 'IMPORT', 'import', 'import' FROM added WHERE stock_on_hand <> 0)
  SELECT id, product_id FROM added`;
