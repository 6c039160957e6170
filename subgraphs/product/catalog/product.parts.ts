import type { DataSource } from 'typeorm';
import { CATEGORY_COLUMNS, type Category } from '../category';
import { IMAGE_COLUMNS, VARIANT_COLUMNS, type ImageRow, type ProductTexts, type VariantRow } from './product.reads';

/** What may belong to a product, as rows in the order that a shop shows them. */
export interface ProductParts {
  readonly texts: ProductTexts;
  readonly variants: VariantRow;
  readonly images: ImageRow;
  readonly categories: Category & { readonly productKey: number };
}
type PartName = keyof ProductParts;
type Answer = { readonly [Name in PartName]: readonly ProductParts[Name][] | null };

const PART_NAMES: readonly PartName[] = ['texts', 'variants', 'images', 'categories'];

/** JSON, because one native parse costs less than the driver's reading of each column of each row. */
const READ = `
  SELECT
    (SELECT json_agg(t) FROM (
       SELECT id AS key, description, description_html AS "descriptionHtml", seo_title AS "seoTitle", seo_description AS "seoDescription"
       FROM product WHERE id = ANY ($1)) t) AS texts,
    (SELECT json_agg(t) FROM (
       SELECT ${VARIANT_COLUMNS} FROM product_variant v JOIN product p ON p.id = v.product_id
       WHERE v.product_id = ANY ($2) ORDER BY v.product_id, v.position, v.id) t) AS variants,
    (SELECT json_agg(t) FROM (
       SELECT ${IMAGE_COLUMNS} FROM product_image i WHERE i.product_id = ANY ($3) ORDER BY i.product_id, i.position, i.id) t) AS images,
    (SELECT json_agg(t) FROM (
       SELECT pc.product_id AS "productKey", ${CATEGORY_COLUMNS}
       FROM product_category pc JOIN category c ON c.id = pc.category_id WHERE pc.product_id = ANY ($4) ORDER BY c.name, c.id) t) AS categories`;

interface Round {
  readonly keys: Record<PartName, Set<number>>;
  readonly answer: Promise<Answer>;
}

/**
 * Reads what belongs to products: what the loaders of one level ask for goes to the database as one
 * statement, since round trips cost more than rows do.
 */
export class ProductPartsReader {
  private round: Round | null = null;

  constructor(private readonly database: DataSource) {}

  /** The rows of all products of this turn; pick those of your keys. */
  async read<Name extends PartName>(name: Name, productKeys: readonly number[]): Promise<readonly ProductParts[Name][]> {
    this.round ??= this.begin();
    const { keys, answer } = this.round;
    for (const key of productKeys) keys[name].add(key);
    return (await answer)[name] ?? [];
  }

  private begin(): Round {
    const keys = {
      texts: new Set<number>(),
      variants: new Set<number>(),
      images: new Set<number>(),
      categories: new Set<number>(),
    };
    // The loaders of one level have queued their batches as ticks already, so this one comes after all of them.
    const answer = new Promise<void>((resolve) => process.nextTick(resolve)).then(async () => {
      this.round = null;
      const [row] = await this.database.query<Answer[]>(
        READ,
        PART_NAMES.map((name) => [...keys[name]]),
      );
      if (!row) throw new Error('a statement without FROM gave no row');
      return row;
    });
    return { keys, answer };
  }
}
