import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { badInput } from '../../../platform/errors';
import { recordEvents } from '../../../platform/events';
import type { IdempotencyService } from '../../../platform/idempotency';
import type { ProductChangedData } from '../../../schema/events/product-events';
import { plainText, safeHtml } from '../catalog-import';
import { changeOnce, type NamedBy } from '../named-change';
import { orRefusal, Refused, violatedConstraint, type Outcome } from '../refused';
import { freeSlug, readOptionalText, readSlug, readText, slugOf } from '../text-input';
import {
  ProductImageNotFound,
  ProductNotDeletable,
  ProductNotFound,
  ProductSlugTaken,
  ProductVersionConflict,
  SkuTaken,
  StockReserved,
  UnknownCategories,
  OptionsTaken,
  type ProductEditFailure,
} from './catalog.errors';
import { productChanged } from './catalog.events';
import { ImageRecord } from './image.entity';
import { ProductRecord, type ProductStatus } from './product.entity';
import type { CreateProductInput, UpdateProductInput } from './product-edit.inputs';
import { MAX_VARIANTS, readNewVariant, readNewImage, readTaxCategory, readWords, type NewImage } from './read-input';
import { insertVariants, variantKeysOf } from './variant.writes';

type NewProduct = Omit<CreateProductInput, 'idempotencyKey'>;
type Edit = Promise<Outcome<number, ProductEditFailure>>;

/** Makes and changes products, for staff. Each use case is one transaction with its event, and answers the product's key. */
export class ProductEditService {
  /** @param onChanged ends caches that count products; called after each commit */
  constructor(
    private readonly database: DataSource,
    private readonly idempotency: IdempotencyService,
    private readonly currency: string,
    private readonly onChanged: () => Promise<void>,
  ) {}

  create(input: NewProduct, categoryKeys: readonly number[], { actor, name: request }: NamedBy): Edit {
    const optionNames = readWords(input.options ?? [], 'input.options', 5);
    if (input.variants.length < 1 || input.variants.length > MAX_VARIANTS)
      throw badInput('input.variants', `must hold from 1 to ${MAX_VARIANTS}`);
    if ((input.images?.length ?? 0) > 50) throw badInput('input.images', 'must hold at most 50');
    const variants = input.variants.map((variant) =>
      readNewVariant(variant, optionNames.length, this.currency, 'input.variants'),
    );
    const images = (input.images ?? []).map((image) => readNewImage(image, 'input.images'));
    const { slug, ...texts } = readTexts(input);
    const name = readText(input.name, 'input.name', 1, 300);
    return changeOnce<number, ProductEditFailure>(this.idempotency, request, input, (remember) =>
      this.change('CREATED', async (tx) => {
        const product = tx.create(ProductRecord, { ...texts, name, optionNames, currency: this.currency, status: input.status });
        product.slug = slug ?? (await this.slugFor(tx, name));
        product.publishedAt = input.status === 'ACTIVE' ? new Date() : null;
        await insertProduct(tx, product, images, categoryKeys);
        await insertVariants(tx, product.id, variants, actor);
        await remember(tx, product.id);
        return product.id;
      }),
    );
  }

  update(key: number, input: UpdateProductInput): Edit {
    const { slug, ...texts } = readTexts(input);
    const name = input.name === null || input.name === undefined ? null : readText(input.name, 'input.name', 1, 300);
    return this.change('UPDATED', async (tx) => {
      const product = await lockProduct(tx, key, input.expectedVersion);
      if (slug !== undefined && slug !== product.slug) await moveSlug(tx, product, slug);
      // TypeORM leaves columns alone that are undefined.
      Object.assign(product, texts, slug === undefined ? {} : { slug }, name === null ? {} : { name });
      if (input.status) setStatus(product, input.status);
      await tx.save(product);
      return key;
    });
  }

  archive(key: number, expectedVersion: number | null): Edit {
    return this.change('ARCHIVED', async (tx) => {
      const product = await lockProduct(tx, key, expectedVersion);
      setStatus(product, 'ARCHIVED');
      await tx.save(product);
      return key;
    });
  }

  /** Only what no order can show: a draft that was never published. */
  delete(key: number, expectedVersion: number | null): Edit {
    return this.change('DELETED', async (tx) => {
      const held: { reserved: number }[] = await tx.query(
        `SELECT coalesce(sum(stock_reserved), 0)::integer AS reserved FROM
           (SELECT stock_reserved FROM product_variant WHERE product_id = $1 ORDER BY id FOR UPDATE) v`,
        [key],
      );
      const product = await lockProduct(tx, key, expectedVersion);
      if (product.status !== 'DRAFT' || product.publishedAt !== null) throw new Refused(ProductNotDeletable.make());
      if (held[0] && held[0].reserved > 0) throw new Refused(StockReserved.make(held[0].reserved));
      await tx.delete(ProductRecord, key);
      return key;
    });
  }

  assignCategories(key: number, categoryKeys: readonly number[], expectedVersion: number | null): Edit {
    return this.change('UPDATED', async (tx, touched) => {
      const product = await lockProduct(tx, key, expectedVersion);
      for (const category of await categoriesAbove(tx, key)) touched.add(category);
      await tx.query('DELETE FROM product_category WHERE product_id = $1 AND category_id <> ALL ($2)', [key, categoryKeys]);
      await putIntoCategories(tx, key, categoryKeys);
      await touch(tx, product);
      return key;
    });
  }

  addImage(key: number, image: NewImage, asFeatured: boolean): Edit {
    return this.change('UPDATED', async (tx) => {
      const product = await lockProduct(tx, key, null);
      const [edge]: { position: number }[] = await tx.query(
        `SELECT coalesce(CASE WHEN $2 THEN min(position) - 1 ELSE max(position) + 1 END, 1) AS position FROM product_image WHERE product_id = $1`,
        [key, asFeatured],
      );
      await tx.insert(ImageRecord, { ...image, productId: key, position: edge?.position ?? 1 });
      await touch(tx, product);
      return key;
    });
  }

  removeImage(imageKey: number): Edit {
    return this.change('UPDATED', async (tx) => {
      const image = await tx.findOneBy(ImageRecord, { id: imageKey });
      if (!image) throw new Refused(ProductImageNotFound.make());
      const product = await lockProduct(tx, image.productId, null);
      await tx.delete(ImageRecord, imageKey);
      await touch(tx, product);
      return image.productId;
    });
  }

  /** @param work may add categories that the product leaves; those that it stands in afterwards are touched anyway */
  private async change(
    change: ProductChangedData['change'],
    work: (tx: EntityManager, touchedCategories: Set<number>) => Promise<number>,
  ): Edit {
    const outcome = await orRefusal<ProductEditFailure, number>(() =>
      inTransaction(this.database, async (tx) => {
        const touched = new Set<number>();
        const key = await work(tx, touched);
        for (const category of await categoriesAbove(tx, key)) touched.add(category);
        await recordEvents(tx, [productChanged(change, key, await variantKeysOf(tx, key), [...touched])]);
        return key;
      }).catch((error: unknown) => {
        throw refusalOf(error);
      }),
    );
    if (outcome.result !== null) await this.onChanged();
    return outcome;
  }

  private async slugFor(tx: EntityManager, name: string): Promise<string> {
    const wanted = slugOf(name);
    const taken: { slug: string }[] = await tx.query(`SELECT slug FROM product WHERE slug = $1 OR slug LIKE $1 || '-%'`, [
      wanted,
    ]);
    return freeSlug(
      wanted,
      taken.map(({ slug }) => slug),
    );
  }
}

async function insertProduct(
  tx: EntityManager,
  product: ProductRecord,
  images: readonly NewImage[],
  categoryKeys: readonly number[],
): Promise<void> {
  await tx.query('DELETE FROM slug_redirect WHERE old_slug = $1', [product.slug]);
  await tx.insert(ProductRecord, product);
  await tx.insert(
    ImageRecord,
    images.map((image, at) => ({ ...image, productId: product.id, position: at + 1 })),
  );
  await putIntoCategories(tx, product.id, categoryKeys);
}

/** The row, locked. @throws Refused when it does not exist or has another version than expected */
async function lockProduct(tx: EntityManager, key: number, expectedVersion: number | null | undefined): Promise<ProductRecord> {
  const product = await tx.findOne(ProductRecord, { where: { id: key }, lock: { mode: 'for_no_key_update' } });
  if (!product) throw new Refused(ProductNotFound.make());
  if (typeof expectedVersion === 'number' && product.version !== expectedVersion)
    throw new Refused(ProductVersionConflict.make(key, product.version));
  return product;
}

/** A change that stands in other tables raises the product's version, too. */
async function touch(tx: EntityManager, product: ProductRecord): Promise<void> {
  await tx.query('UPDATE product SET version = version + 1, updated_at = now() WHERE id = $1', [product.id]);
}

function setStatus(product: ProductRecord, status: ProductStatus): void {
  product.status = status;
  if (status === 'ACTIVE') product.publishedAt ??= new Date();
}

async function moveSlug(tx: EntityManager, product: ProductRecord, slug: string): Promise<void> {
  await tx.query('DELETE FROM slug_redirect WHERE old_slug = $1', [slug]);
  await tx.query(
    'INSERT INTO slug_redirect (old_slug, product_id) VALUES ($1, $2) ON CONFLICT (old_slug) DO UPDATE SET product_id = excluded.product_id',
    [product.slug, product.id],
  );
}

async function putIntoCategories(tx: EntityManager, productKey: number, categoryKeys: readonly number[]): Promise<void> {
  const found: { id: number }[] = await tx.query('SELECT id FROM category WHERE id = ANY ($1) FOR KEY SHARE', [categoryKeys]);
  if (found.length < categoryKeys.length) throw new Refused(UnknownCategories.make());
  await tx.query(
    'INSERT INTO product_category (product_id, category_id) SELECT $1, unnest($2::integer[]) ON CONFLICT DO NOTHING',
    [productKey, categoryKeys],
  );
}

/** The categories whose lists show the product: its own and all above them. */
async function categoriesAbove(tx: EntityManager, productKey: number): Promise<number[]> {
  const rows: { key: number }[] = await tx.query(
    `SELECT DISTINCT unnest(c.path) AS key FROM product_category pc JOIN category c ON c.id = pc.category_id WHERE pc.product_id = $1`,
    [productKey],
  );
  return rows.map(({ key }) => key);
}

/** Texts that are given; what is absent is `undefined`. */
function readTexts(input: NewProduct | UpdateProductInput) {
  const given = <T>(value: T | null | undefined, read: (value: T) => NonNullable<unknown>) =>
    value === null || value === undefined ? undefined : read(value);
  const html = input.descriptionHtml ?? null;
  if (html !== null) readText(html, 'input.descriptionHtml', 0, 100_000);
  return {
    slug: given(input.slug, (slug) => readSlug(slug, 'input.slug')) as string | undefined,
    ...(html === null ? {} : { descriptionHtml: safeHtml(html), description: plainText(html) }),
    vendor: given(input.vendor, (vendor) => readText(vendor, 'input.vendor', 0, 200)) as string | undefined,
    productType: given(input.productType, (type) => readText(type, 'input.productType', 0, 200)) as string | undefined,
    taxCategory: given(input.taxCategory, (category) => readTaxCategory(category, 'input.taxCategory')) as string | undefined,
    tags: given(input.tags, (tags) => readWords(tags, 'input.tags', 100)) as string[] | undefined,
    ...(input.seoTitle === undefined ? {} : { seoTitle: readOptionalText(input.seoTitle, 'input.seoTitle', 200) }),
    ...(input.seoDescription === undefined
      ? {}
      : { seoDescription: readOptionalText(input.seoDescription, 'input.seoDescription', 500) }),
  };
}

function refusalOf(error: unknown): unknown {
  const constraint = violatedConstraint(error);
  if (constraint === 'product_slug_key') return new Refused(ProductSlugTaken.make(slugIn(error)));
  if (constraint === 'product_variant_sku_key') return new Refused(SkuTaken.make());
  if (constraint === 'product_variant_product_id_option_values_key') return new Refused(OptionsTaken.make());
  return error;
}

function slugIn(error: unknown): string {
  const detail = (error as { driverError?: { detail?: string } }).driverError?.detail ?? '';
  return /=\((.*)\)/.exec(detail)?.[1] ?? '';
}
