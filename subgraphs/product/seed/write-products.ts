import type { ClientBase } from 'pg';
import { bulkLoad, copyRows, minorToDecimal, type CopyCell } from '../../../platform/db';
import type { SeedCatalogue, SeedProduct, SeedSale, SeedVariant } from './seed-product';

const TABLES = ['category', 'product', 'product_image', 'product_variant', 'stock_movement'] as const;
const LOADED = [
  'product',
  'product_category',
  'product_image',
  'product_variant',
  'stock_movement',
  'stock_reservation',
  'stock_reservation_line',
];

/** Products go into all their tables before the next ones are made, so that few are in memory at once. */
const BATCH = 500;

export async function isProductDatabaseEmpty(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM product) OR EXISTS (SELECT 1 FROM category) AS taken',
  );
  return rows[0]?.taken === false;
}

/**
 * Fills an empty product database by COPY, in the caller's transaction. Derived columns come with the rows, so the
 * triggers that keep them find nothing to change.
 *
 * @param onBatch called with the number of products written so far
 */
export async function writeProducts(
  client: ClientBase,
  catalogue: SeedCatalogue,
  onBatch: (written: number) => void,
): Promise<void> {
  const { categories } = catalogue;
  await copyRows(client, 'category', ['id', 'name', 'slug', 'description', 'parent_id', 'position'], categories.map(categoryRow));
  await bulkLoad(client, LOADED, () => loadProducts(client, catalogue, onBatch));
  for (const table of TABLES) {
    await client.query(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), coalesce((SELECT max(id) FROM ${table}), 1))`);
  }
}

async function loadProducts(
  client: ClientBase,
  { currency, products, sales }: SeedCatalogue,
  onBatch: (written: number) => void,
): Promise<void> {
  const sold = soldByVariant(sales);
  let written = 0;
  for (const batch of batchesOf(products)) {
    await copyRows(
      client,
      'product',
      PRODUCT_COLUMNS,
      batch.map((product) => productRow(product, currency)),
    );
    await copyRows(client, 'product_category', ['product_id', 'category_id'], batch.flatMap(categoryLinks));
    await copyRows(
      client,
      'product_image',
      ['id', 'product_id', 'url', 'alt', 'width', 'height', 'position'],
      batch.flatMap(imageRows),
    );
    await copyRows(client, 'product_variant', VARIANT_COLUMNS, batch.flatMap(variantRows));
    await copyRows(
      client,
      'stock_movement',
      MOVEMENT_COLUMNS,
      batch.flatMap((product) => openingRows(product, sold)),
    );
    written += batch.length;
    onBatch(written);
  }
  await copyRows(client, 'stock_movement', MOVEMENT_COLUMNS, sales.flatMap(saleRows));
  await copyRows(client, 'stock_reservation', ['id', 'status', 'created_at', 'updated_at'], sales.map(reservationRow));
  await copyRows(client, 'stock_reservation_line', ['reservation_id', 'variant_id', 'quantity'], sales.flatMap(reservationLines));
}

const PRODUCT_COLUMNS = [
  'id',
  'slug',
  'name',
  'description',
  'description_html',
  'vendor',
  'product_type',
  'tags',
  'status',
  'currency',
  'option_names',
  'seo_title',
  'seo_description',
  'published_at',
  'created_at',
  'updated_at',
  'price',
  'max_price',
  'compare_at_price',
  'stock_quantity',
  'is_available',
];
const VARIANT_COLUMNS = [
  'id',
  'product_id',
  'sku',
  'title',
  'option_values',
  'price',
  'compare_at_price',
  'weight_grams',
  'position',
  'image_id',
  'stock_on_hand',
  'allow_backorder',
];
const MOVEMENT_COLUMNS = ['variant_id', 'quantity', 'kind', 'reason', 'reference', 'actor', 'created_at'];

function categoryRow({ id, name, slug, description, parentId, position }: SeedCatalogue['categories'][number]): CopyCell[] {
  return [id, name, slug, description, parentId, position];
}

function productRow(product: SeedProduct, currency: string): CopyCell[] {
  const { variants, createdAt } = product;
  const prices = variants.map(({ priceMinor }) => priceMinor);
  const cheapest = variants.reduce(
    (least, variant) => (variant.priceMinor < least.priceMinor ? variant : least),
    variants[0] as SeedVariant,
  );
  const stock = variants.reduce((sum, { stockOnHand }) => sum + Math.max(0, stockOnHand), 0);
  return [
    product.id,
    product.slug,
    product.name,
    product.description,
    product.descriptionHtml,
    product.vendor,
    product.productType,
    product.tags,
    product.status,
    currency,
    product.optionNames,
    product.seoTitle,
    product.seoDescription,
    product.status === 'DRAFT' ? null : createdAt,
    createdAt,
    createdAt,
    minorToDecimal(cheapest.priceMinor),
    minorToDecimal(Math.max(...prices)),
    decimalOrNull(cheapest.compareAtPriceMinor),
    stock,
    variants.some(({ allowBackorder, stockOnHand }) => allowBackorder || stockOnHand > 0),
  ];
}

function categoryLinks({ id, categoryIds }: SeedProduct): CopyCell[][] {
  return categoryIds.map((categoryId) => [id, categoryId]);
}

function imageRows({ id, images }: SeedProduct): CopyCell[][] {
  return images.map((image, at) => [image.id, id, image.url, image.alt, 1200, 1200, at + 1]);
}

function variantRows({ id: productId, variants }: SeedProduct): CopyCell[][] {
  return variants.map(
    (
      { id, sku, title, optionValues, priceMinor, compareAtPriceMinor, weightGrams, imageId, stockOnHand, allowBackorder },
      at,
    ) => [
      id,
      productId,
      sku,
      title,
      optionValues,
      minorToDecimal(priceMinor),
      decimalOrNull(compareAtPriceMinor),
      weightGrams,
      at + 1,
      imageId,
      stockOnHand,
      allowBackorder,
    ],
  );
}

/** What came in for each variant: all that was sold since, and what is still there. */
function openingRows({ variants, createdAt }: SeedProduct, sold: ReadonlyMap<number, number>): CopyCell[][] {
  return variants.flatMap(({ id, stockOnHand }): CopyCell[][] => {
    const quantity = stockOnHand + (sold.get(id) ?? 0);
    return quantity === 0 ? [] : [[id, quantity, 'INITIAL', 'opening stock', null, 'seed', createdAt]];
  });
}

function saleRows({ reservationId, soldAt, isReleased, lines }: SeedSale): CopyCell[][] {
  if (isReleased) return [];
  return lines.map(({ variantId, quantity }) => [variantId, -quantity, 'SALE', 'sold', reservationId, 'system', soldAt]);
}

function soldByVariant(sales: readonly SeedSale[]): Map<number, number> {
  const sold = new Map<number, number>();
  for (const { lines, isReleased } of sales) {
    if (isReleased) continue;
    for (const { variantId, quantity } of lines) sold.set(variantId, (sold.get(variantId) ?? 0) + quantity);
  }
  return sold;
}

function reservationRow({ reservationId, soldAt, isReleased }: SeedSale): CopyCell[] {
  return [reservationId, isReleased ? 'RELEASED' : 'CLAIMED', soldAt, soldAt];
}

function reservationLines({ reservationId, lines }: SeedSale): CopyCell[][] {
  return lines.map(({ variantId, quantity }) => [reservationId, variantId, quantity]);
}

function decimalOrNull(minor: number | null): string | null {
  return minor === null ? null : minorToDecimal(minor);
}

function* batchesOf<T>(items: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
