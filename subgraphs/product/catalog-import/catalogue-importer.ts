import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction, openable } from '../../../platform/db';
import { recordEvents, type NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import { CategoryTree, pathKey, sharedTags } from './category-tree';
import { readKnownShop } from './known-shop';
import { planBatch, type ProductPlan } from './plan-batch';
import type { ProductDraft, Refusal } from './product-draft';
import { writeBatch, type WrittenBatch } from './write-batch';

export interface BatchResult {
  readonly productsCreated: number;
  readonly productsChanged: number;
  readonly productsUnchanged: number;
  readonly variantsAdded: number;
  readonly variantsChanged: number;
  readonly imagesAdded: number;
  readonly refusals: readonly Refusal[];
}

/** Writes products in bulk into the product database. Safe beside a running shop, and safe to repeat. */
export interface CatalogueImporter {
  /** One transaction; when the database refuses it, the products are tried one by one, so that one cannot spoil the others. */
  write(drafts: readonly ProductDraft[]): Promise<BatchResult>;
  /** Makes categories of tags that many products of an imported type share. @returns how many there are under those types */
  finish(): Promise<number>;
  close(): Promise<void>;
}

/** @throws when the database cannot be reached */
export async function openCatalogueImporter(options: { databaseUrl: string; currency: string }): Promise<CatalogueImporter> {
  const database = openable({
    url: options.databaseUrl,
    entities: [],
    migrations: [],
    poolSize: 2,
    applicationName: 'mercato-import',
  });
  await database.open();
  const importer = new Importer(database.source, options.currency);
  return { write: (drafts) => importer.write(drafts), finish: () => importer.finish(), close: database.close };
}

class Importer {
  private readonly tree = new CategoryTree();
  /** Categories that came from a type alone: only they get tags as shelves, a real taxonomy has its own. */
  private readonly typeCategories = new Set<number>();

  constructor(
    private readonly database: DataSource,
    private readonly currency: string,
  ) {}

  async write(drafts: readonly ProductDraft[]): Promise<BatchResult> {
    try {
      return await inTransaction(this.database, (tx) => this.writeIn(tx, drafts));
    } catch (error) {
      this.tree.forget();
      if (!isAboutData(error)) throw error;
      const [only] = drafts;
      if (drafts.length === 1 && only) {
        return {
          ...NOTHING,
          refusals: [{ slug: only.slug, line: null, reason: `the database refuses it: ${error.message}`, isWhole: true }],
        };
      }
      const results: BatchResult[] = [];
      for (const draft of drafts) results.push(await this.write([draft]));
      return results.reduce(addResults, NOTHING);
    }
  }

  finish(): Promise<number> {
    return inTransaction(this.database, async (tx) => {
      const shared = await sharedTags(tx, [...this.typeCategories]);
      const ids = await this.tree.ensure(
        tx,
        shared.map(({ parentName, tag }) => [parentName, tag]),
      );
      const links = shared.flatMap(({ parentName, tag, productIds }) => {
        const categoryId = ids.get(pathKey([parentName, tag]));
        return categoryId === undefined ? [] : productIds.map((productId) => ({ productId, categoryId }));
      });
      const changed = await linkCategories(tx, links);
      await recordEvents(tx, categoryEvents(new Set([...this.tree.takeCreated(), ...changed])));
      return shared.length;
    });
  }

  private async writeIn(tx: EntityManager, drafts: readonly ProductDraft[]): Promise<BatchResult> {
    const shop = await readKnownShop(tx, drafts);
    const { plans, refusals } = planBatch(drafts, shop);
    const written = await writeBatch(tx, plans, this.currency);
    const categories = await this.putIntoCategories(tx, plans);
    await recordEvents(tx, [...productEvents(written.touched), ...categoryEvents(categories)]);
    const changed = written.touched.size - written.created.length;
    return {
      productsCreated: written.created.length,
      productsChanged: changed,
      productsUnchanged: plans.length - written.touched.size,
      variantsAdded: written.variantsAdded,
      variantsChanged: written.variantsChanged,
      imagesAdded: written.imagesAdded,
      refusals,
    };
  }

  private async putIntoCategories(tx: EntityManager, plans: readonly ProductPlan[]): Promise<Set<number>> {
    const placed = plans.filter(({ categoryPath }) => categoryPath.length > 0);
    const ids = await this.tree.ensure(
      tx,
      placed.map(({ categoryPath }) => categoryPath),
    );
    const links = placed.flatMap(({ slug, categoryPath }) => {
      const categoryId = ids.get(pathKey(categoryPath));
      if (categoryId === undefined) return [];
      if (categoryPath.length === 1) this.typeCategories.add(categoryId);
      return [{ slug, categoryId }];
    });
    const changed = await linkCategories(tx, links);
    return new Set([...this.tree.takeCreated(), ...changed]);
  }
}

const NOTHING: BatchResult = {
  productsCreated: 0,
  productsChanged: 0,
  productsUnchanged: 0,
  variantsAdded: 0,
  variantsChanged: 0,
  imagesAdded: 0,
  refusals: [],
};

/** Both results together. */
export function addResults(some: BatchResult, other: BatchResult): BatchResult {
  return {
    productsCreated: some.productsCreated + other.productsCreated,
    productsChanged: some.productsChanged + other.productsChanged,
    productsUnchanged: some.productsUnchanged + other.productsUnchanged,
    variantsAdded: some.variantsAdded + other.variantsAdded,
    variantsChanged: some.variantsChanged + other.variantsChanged,
    imagesAdded: some.imagesAdded + other.imagesAdded,
    refusals: [...some.refusals, ...other.refusals],
  };
}

/** SQLSTATE classes 22 (a value is wrong) and 23 (a constraint is broken): the rows are to blame, not the system. */
function isAboutData(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code);
}

async function linkCategories(tx: EntityManager, links: readonly object[]): Promise<number[]> {
  if (links.length === 0) return [];
  const rows = (await tx.query(LINK, [JSON.stringify(links)])) as { category_id: number }[];
  return rows.map((row) => row.category_id);
}

const LINK = `
  WITH linked AS (
    INSERT INTO product_category (product_id, category_id)
    SELECT coalesce(g."productId", p.id, r.product_id), g."categoryId"
    FROM jsonb_to_recordset($1::jsonb) AS g ("productId" integer, slug text, "categoryId" integer)
      LEFT JOIN product p ON p.slug = g.slug
      LEFT JOIN slug_redirect r ON r.old_slug = g.slug AND p.id IS NULL
    ON CONFLICT DO NOTHING RETURNING category_id)
  SELECT DISTINCT category_id FROM linked`;

function productEvents(touched: WrittenBatch['touched']): NewEvent[] {
  return [...touched].map(([key, variantKeys]) => {
    const id = globalId('Product', key);
    const variants = [...new Set(variantKeys)].map((variant) => ({
      type: 'ProductVariant',
      id: globalId('ProductVariant', variant),
    }));
    return {
      type: 'product.changed',
      key: id,
      touches: [{ type: 'Product', id }, ...variants],
      data: { productId: id, change: 'IMPORTED' },
    };
  });
}

function categoryEvents(keys: ReadonlySet<number>): NewEvent[] {
  return [...keys].map((key) => {
    const id = globalId('Category', key);
    return {
      type: 'category.changed',
      key: id,
      touches: [{ type: 'Category', id }],
      data: { categoryId: id, change: 'IMPORTED' },
    };
  });
}
