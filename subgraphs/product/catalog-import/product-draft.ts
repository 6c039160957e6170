/**
 * A product as a bulk import hands it over. `null` leaves what the shop already has; lists add and update, and never
 * remove.
 */
export interface ProductDraft {
  /** Identity: the handle of the export, the slug of the shop. */
  readonly slug: string;
  /** `null` only for rows that add to a product which the shop has. */
  readonly head: ProductHead | null;
  readonly variants: readonly VariantDraft[];
  readonly images: readonly ImageDraft[];
}

export interface ProductHead {
  readonly name: string;
  /** As exported; sanitised by the writer. */
  readonly html: string;
  readonly vendor: string;
  readonly productType: string;
  readonly tags: readonly string[];
  readonly status: 'DRAFT' | 'ACTIVE' | 'ARCHIVED';
  readonly optionNames: readonly string[];
  readonly seoTitle: string | null;
  readonly seoDescription: string | null;
  /** From the top of the tree down; empty when the export names none. */
  readonly categoryPath: readonly string[];
}

export interface VariantDraft {
  readonly line: number;
  /** Identity where there is one; else the option values are. */
  readonly sku: string | null;
  readonly optionValues: readonly string[];
  readonly priceMinor: number;
  readonly compareAtPriceMinor: number | null;
  readonly weightGrams: number | null;
  readonly barcode: string | null;
  /** May be negative: sold more than was there. */
  readonly stockOnHand: number;
  readonly isTracked: boolean;
  readonly allowBackorder: boolean;
  readonly requiresShipping: boolean;
  readonly taxable: boolean;
  readonly imageUrl: string | null;
}

export interface ImageDraft {
  readonly line: number;
  readonly url: string;
  readonly alt: string;
  readonly position: number | null;
}

/** Something that was not taken, and why; `line` is the draft's, `null` for all of them. */
export interface Refusal {
  readonly slug: string;
  readonly line: number | null;
  readonly reason: string;
  /** `false` when only a part of the row was left out. */
  readonly isWhole: boolean;
}

/** Bounds that hold for every product, however it comes in. */
export const LIMITS = {
  slugLength: 200,
  nameLength: 255,
  htmlLength: 100_000,
  labelLength: 255,
  tags: 250,
  tagLength: 255,
  options: 3,
  optionLength: 255,
  variants: 100,
  images: 250,
  skuLength: 100,
  barcodeLength: 64,
  urlLength: 2_048,
  altLength: 512,
  seoTitleLength: 255,
  seoDescriptionLength: 1_000,
  priceMinor: 1_000_000_000,
  stock: 1_000_000,
  weightGrams: 10_000_000,
  categoryDepth: 8,
} as const;
