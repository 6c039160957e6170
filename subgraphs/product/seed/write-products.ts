import type { ClientBase } from 'pg';
import { copyRows, minorToDecimal, type CopyCell } from '../../../platform/db';
import type { SeedCatalogue, SeedProduct, SeedSale, SeedVariant } from './seed-product';

const TABLES = ['category', 'product', 'product_image', 'product_variant', 'stock_movement'] as const;

export async function isProductDatabaseEmpty(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT EXISTS (SELECT 1 FROM product) OR EXISTS (SELECT 1 FROM category) AS taken');
  return rows[0]?.taken === false;
}

/**
 * Fills an empty product database by COPY, in the caller's transaction. Derived columns come with the rows, so the
 * triggers that keep them find nothing to change.
 *
 * @param onProduct called for each product as it is written
 */
export async function writeProducts(client: ClientBase, catalogue: SeedCatalogue, onProduct: () => void): Promise<void> {
  const { currency, categories, products, sales } = catalogue;
  await copyRows(client, 'category', ['id', 'name', 'slug', 'description', 'parent_id', 'position'], map(categories, categoryRow));
  await copyRows(client, 'product', PRODUCT_COLUMNS, map(products(), (product) => (onProduct(), productRow(product, currency))));
  await copyRows(client, 'product_category', ['product_id', 'category_id'], flatMap(products(), categoryLinks));
  await copyRows(client, 'product_image', ['id', 'product_id', 'url', 'alt', 'width', 'height', 'position'], flatMap(products(), imageRows));
  await copyRows(client, 'product_variant', VARIANT_COLUMNS, flatMap(products(), variantRows));
  await copyRows(client, 'stock_movement', MOVEMENT_COLUMNS, movementRows(products, sales));
  await copyRows(client, 'stock_reservation', ['id', 'status', 'created_at', 'updated_at'], map(sales, reservationRow));
  await copyRows(client, 'stock_reservation_line', ['reservation_id', 'variant_id', 'quantity'], flatMap(sales, reservationLines));
  for (const table of TABLES) {
    await client.query(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), coalesce((SELECT max(id) FROM ${table}), 1))`);
  }
}

const PRODUCT_COLUMNS = [
  'id', 'slug', 'name', 'description', 'description_html', 'vendor', 'product_type', 'tags', 'status', 'currency', 'option_names', 'seo_title',
  'seo_description', 'published_at', 'created_at', 'updated_at', 'price', 'max_price', 'compare_at_price', 'stock_quantity', 'is_available',
];
const VARIANT_COLUMNS = [
  'id', 'product_id', 'sku', 'title', 'option_values', 'price', 'compare_at_price', 'weight_grams', 'position', 'image_id', 'stock_on_hand',
  'allow_backorder',
];
const MOVEMENT_COLUMNS = ['variant_id', 'quantity', 'kind', 'reason', 'reference', 'actor', 'created_at'];

function categoryRow({ id, name, slug, description, parentId, position }: SeedCatalogue['categories'][number]): CopyCell[] {
  return [id, name, slug, description, parentId, position];
}

function productRow(product: SeedProduct, currency: string): CopyCell[] {
  const { variants, createdAt } = product;
  const prices = variants.map(({ priceMinor }) => priceMinor);
  const cheapest = variants.reduce((least, variant) => (variant.priceMinor < least.priceMinor ? variant : least), variants[0] as SeedVariant);
  const stock = variants.reduce((sum, { stockOnHand }) => sum + Math.max(0, stockOnHand), 0);
  return [
    product.id, product.slug, product.name, product.description, product.descriptionHtml, product.vendor, product.productType, product.tags,
    product.status, currency, product.optionNames, product.seoTitle, product.seoDescription, product.status === 'DRAFT' ? null : createdAt,
    createdAt, createdAt, minorToDecimal(cheapest.priceMinor), minorToDecimal(Math.max(...prices)), decimalOrNull(cheapest.compareAtPriceMinor),
    stock, variants.some(({ allowBackorder, stockOnHand }) => allowBackorder || stockOnHand > 0),
  ];
}

function* categoryLinks({ id, categoryIds }: SeedProduct): Generator<CopyCell[]> {
  for (const categoryId of categoryIds) yield [id, categoryId];
}

function* imageRows({ id, images }: SeedProduct): Generator<CopyCell[]> {
  for (const [at, image] of images.entries()) yield [image.id, id, image.url, image.alt, 1200, 1200, at + 1];
}

function* variantRows({ id: productId, variants }: SeedProduct): Generator<CopyCell[]> {
  for (const [at, variant] of variants.entries()) {
    const { id, sku, title, optionValues, priceMinor, compareAtPriceMinor, weightGrams, imageId, stockOnHand, allowBackorder } = variant;
    yield [
      id, productId, sku, title, optionValues, minorToDecimal(priceMinor), decimalOrNull(compareAtPriceMinor), weightGrams, at + 1, imageId,
      stockOnHand, allowBackorder,
    ];
  }
}

/** First what came in for each variant: all that was sold since, and what is still there. Then every sale, oldest first. */
function* movementRows(products: () => Iterable<SeedProduct>, sales: readonly SeedSale[]): Generator<CopyCell[]> {
  const soldByVariant = new Map<number, number>();
  for (const { lines, returnedAt } of sales) {
    if (returnedAt !== null) continue;
    for (const { variantId, quantity } of lines) soldByVariant.set(variantId, (soldByVariant.get(variantId) ?? 0) + quantity);
  }
  for (const { variants, createdAt } of products()) {
    for (const { id, stockOnHand } of variants) {
      const quantity = stockOnHand + (soldByVariant.get(id) ?? 0);
      if (quantity !== 0) yield [id, quantity, 'INITIAL', 'opening stock', null, 'seed', createdAt];
    }
  }
  for (const { reservationId, soldAt, returnedAt, lines } of sales) {
    for (const { variantId, quantity } of lines) {
      yield [variantId, -quantity, 'SALE', 'sold', reservationId, 'system', soldAt];
      if (returnedAt !== null) yield [variantId, quantity, 'RETURN', 'order cancelled', reservationId, 'system', returnedAt];
    }
  }
}

function reservationRow({ reservationId, soldAt }: SeedSale): CopyCell[] {
  return [reservationId, 'CLAIMED', soldAt, soldAt];
}

function* reservationLines({ reservationId, lines }: SeedSale): Generator<CopyCell[]> {
  for (const { variantId, quantity } of lines) yield [reservationId, variantId, quantity];
}

function decimalOrNull(minor: number | null): string | null {
  return minor === null ? null : minorToDecimal(minor);
}

function* map<T, R>(items: Iterable<T>, change: (item: T) => R): Generator<R> {
  for (const item of items) yield change(item);
}

function* flatMap<T, R>(items: Iterable<T>, change: (item: T) => Iterable<R>): Generator<R> {
  for (const item of items) yield* change(item);
}
