import type { ProductStatus } from './product.entity';

/** A product as reads answer it, without its long texts. Money is in minor units. */
export interface ProductRow {
  readonly key: number;
  readonly slug: string;
  readonly name: string;
  readonly vendor: string;
  readonly productType: string;
  readonly taxCategory: string;
  readonly tags: string[];
  readonly status: ProductStatus;
  readonly currency: string;
  readonly priceMinor: number;
  readonly maxPriceMinor: number;
  readonly compareAtMinor: number | null;
  readonly stockQuantity: number;
  readonly isAvailable: boolean;
  readonly optionNames: string[];
  readonly publishedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

/** The long texts, read only when they are asked for. */
export interface ProductTexts {
  readonly key: number;
  readonly description: string;
  readonly descriptionHtml: string;
  readonly seoTitle: string | null;
  readonly seoDescription: string | null;
}

export interface VariantRow {
  readonly key: number;
  readonly productKey: number;
  readonly productStatus: ProductStatus;
  readonly currency: string;
  readonly sku: string | null;
  readonly title: string;
  readonly optionNames: string[];
  readonly optionValues: string[];
  readonly priceMinor: number;
  readonly compareAtMinor: number | null;
  readonly weightGrams: number | null;
  readonly barcode: string | null;
  readonly position: number;
  readonly imageKey: number | null;
  readonly stockOnHand: number;
  readonly stockReserved: number;
  readonly available: number;
  readonly isSellable: boolean;
  readonly isTracked: boolean;
  readonly allowBackorder: boolean;
  readonly requiresShipping: boolean;
  readonly taxable: boolean;
  readonly version: number;
}

export interface ImageRow {
  readonly key: number;
  readonly productKey: number;
  readonly url: string;
  readonly alt: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly position: number;
}

/** Select list of a {@link ProductRow}; the table is `product p`. */
export const PRODUCT_COLUMNS = `
  p.id AS key, p.slug, p.name, p.vendor, p.product_type AS "productType", p.tax_category AS "taxCategory", p.tags, p.status, p.currency,
  (p.price * 100)::integer AS "priceMinor", (p.max_price * 100)::integer AS "maxPriceMinor",
  (p.compare_at_price * 100)::integer AS "compareAtMinor", p.stock_quantity AS "stockQuantity",
  p.is_available AS "isAvailable", p.option_names AS "optionNames", p.published_at AS "publishedAt",
  p.created_at AS "createdAt", p.updated_at AS "updatedAt", p.version`;

/** Select list of a {@link VariantRow}; the tables are `product_variant v JOIN product p`. */
export const VARIANT_COLUMNS = `
  v.id AS key, v.product_id AS "productKey", p.status AS "productStatus", p.currency, v.sku, v.title,
  p.option_names AS "optionNames", v.option_values AS "optionValues", (v.price * 100)::integer AS "priceMinor",
  (v.compare_at_price * 100)::integer AS "compareAtMinor", v.weight_grams AS "weightGrams", v.barcode, v.position,
  v.image_id AS "imageKey", v.stock_on_hand AS "stockOnHand", v.stock_reserved AS "stockReserved", v.available,
  v.is_sellable AS "isSellable", v.is_tracked AS "isTracked", v.allow_backorder AS "allowBackorder",
  v.requires_shipping AS "requiresShipping", v.taxable, v.version`;

/** Select list of an {@link ImageRow}; the table is `product_image i`. */
export const IMAGE_COLUMNS = `i.id AS key, i.product_id AS "productKey", i.url, i.alt, i.width, i.height, i.position`;
