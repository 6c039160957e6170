import type { DataSource } from 'typeorm';
import { groupedByKey, inKeyOrder } from '../../../platform/loaders';
import type { Category } from '../category';
import { ProductPartsReader } from './product.parts';
import {
  PRODUCT_COLUMNS,
  VARIANT_COLUMNS,
  type ImageRow,
  type ProductRow,
  type ProductTexts,
  type VariantRow,
} from './product.reads';

/** Reads single products and what belongs to them, always many at a time. Lists are the business of the search slice. */
export class ProductService {
  private readonly parts: ProductPartsReader;

  constructor(private readonly database: DataSource) {
    this.parts = new ProductPartsReader(database);
  }

  /** In the order of `keys`, of any status; `null` for one that does not exist. */
  async byKeys(keys: readonly number[]): Promise<(ProductRow | null)[]> {
    const rows: ProductRow[] = await this.database.query(`SELECT ${PRODUCT_COLUMNS} FROM product p WHERE p.id = ANY ($1)`, [
      keys,
    ]);
    return inKeyOrder(keys, rows, (row) => row.key);
  }

  /** In the order of `slugs`; a slug that a product had before leads to it, too. */
  async bySlugs(slugs: readonly string[]): Promise<(ProductRow | null)[]> {
    const rows: (ProductRow & { asked: string })[] = await this.database.query(
      `SELECT asked.slug AS asked, ${PRODUCT_COLUMNS}
       FROM unnest($1::text[]) AS asked (slug)
         JOIN product p ON p.id = coalesce((SELECT id FROM product WHERE slug = asked.slug),
                                           (SELECT product_id FROM slug_redirect WHERE old_slug = asked.slug))`,
      [slugs],
    );
    return inKeyOrder(slugs, rows, (row) => row.asked);
  }

  async textsOf(keys: readonly number[]): Promise<(ProductTexts | null)[]> {
    return inKeyOrder(keys, await this.parts.read('texts', keys), (row) => row.key);
  }

  /** The variants of each product, in the order that the shop shows them. */
  async variantsOf(productKeys: readonly number[]): Promise<VariantRow[][]> {
    return groupedByKey(productKeys, await this.parts.read('variants', productKeys), (row) => row.productKey);
  }

  async variantsByKeys(keys: readonly number[]): Promise<(VariantRow | null)[]> {
    const rows: VariantRow[] = await this.database.query(
      `SELECT ${VARIANT_COLUMNS} FROM product_variant v JOIN product p ON p.id = v.product_id WHERE v.id = ANY ($1)`,
      [keys],
    );
    return inKeyOrder(keys, rows, (row) => row.key);
  }

  /** The images of each product, the featured one first. */
  async imagesOf(productKeys: readonly number[]): Promise<ImageRow[][]> {
    return groupedByKey(productKeys, await this.parts.read('images', productKeys), (row) => row.productKey);
  }

  /** The categories that each product stands in, by name. */
  async categoriesOf(productKeys: readonly number[]): Promise<Category[][]> {
    const rows = await this.parts.read('categories', productKeys);
    const categories = rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
    return groupedByKey(productKeys, categories, (row) => row.productKey);
  }
}
