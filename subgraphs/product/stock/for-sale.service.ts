import type { DataSource } from 'typeorm';
import { inKeyOrder } from '../../../platform/loaders';

/** What a cart or checkout must know of a variant, read from the primary at the moment of asking. */
export interface ForSale {
  readonly variantKey: number;
  readonly productKey: number;
  readonly productName: string;
  readonly variantTitle: string;
  readonly sku: string | null;
  readonly unitPriceMinor: number;
  readonly currency: string;
  /** How many can be promised; {@link PLENTY} where stock is not counted or may run short. */
  readonly available: number;
  readonly isSellable: boolean;
  readonly imageUrl: string | null;
  readonly requiresShipping: boolean;
  readonly weightGrams: number | null;
  /** `null` for what is not taxed. */
  readonly taxCategory: string | null;
}

const PLENTY = 1_000_000;

/** Prices and stock for the order subgraph. */
export class ForSaleService {
  constructor(private readonly database: DataSource) {}

  /** In the order of `variantKeys`; `null` for one that does not exist. */
  async byVariantKeys(variantKeys: readonly number[]): Promise<(ForSale | null)[]> {
    const rows: ForSale[] = await this.database.query(FOR_SALE, [variantKeys]);
    return inKeyOrder(variantKeys, rows, (row) => row.variantKey);
  }
}

const FOR_SALE = `
  SELECT v.id AS "variantKey", v.product_id AS "productKey", p.name AS "productName", v.title AS "variantTitle", v.sku,
         (v.price * 100)::integer AS "unitPriceMinor", p.currency,
         CASE WHEN v.is_tracked AND NOT v.allow_backorder THEN least(v.available, ${PLENTY}) ELSE ${PLENTY} END AS available,
         (p.status = 'ACTIVE' AND v.is_sellable) AS "isSellable",
         coalesce(i.url, (SELECT url FROM product_image WHERE product_id = p.id ORDER BY position, id LIMIT 1)) AS "imageUrl",
         v.requires_shipping AS "requiresShipping", v.weight_grams AS "weightGrams",
         CASE WHEN v.taxable THEN p.tax_category END AS "taxCategory"
  FROM product_variant v
    JOIN product p ON p.id = v.product_id
    LEFT JOIN product_image i ON i.id = v.image_id
  WHERE v.id = ANY ($1)`;
