/** A demo shop's catalogue as it is handed to the database. Keys are given, so that orders can name them beforehand. */
export interface SeedCatalogue {
  readonly currency: string;
  /** Parents before their children. */
  readonly categories: readonly SeedCategory[];
  readonly products: Iterable<SeedProduct>;
  /** What was sold, oldest first. */
  readonly sales: readonly SeedSale[];
}

export interface SeedCategory {
  readonly id: number;
  readonly parentId: number | null;
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly position: number;
}

export interface SeedProduct {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly descriptionHtml: string;
  readonly vendor: string;
  readonly productType: string;
  readonly tags: readonly string[];
  readonly status: 'DRAFT' | 'ACTIVE' | 'ARCHIVED';
  readonly optionNames: readonly string[];
  readonly seoTitle: string;
  readonly seoDescription: string;
  readonly createdAt: Date;
  readonly categoryIds: readonly number[];
  readonly images: readonly { readonly id: number; readonly url: string; readonly alt: string }[];
  readonly variants: readonly SeedVariant[];
}

export interface SeedVariant {
  readonly id: number;
  readonly sku: string;
  readonly title: string;
  readonly optionValues: readonly string[];
  readonly priceMinor: number;
  readonly compareAtPriceMinor: number | null;
  readonly weightGrams: number;
  readonly imageId: number | null;
  /** Now, after all sales. */
  readonly stockOnHand: number;
  readonly allowBackorder: boolean;
}

/** One order's lines as the stock ledger sees them. */
export interface SeedSale {
  readonly reservationId: string;
  readonly soldAt: Date;
  /** Cancelled before anything left the shelf: the reservation was let go instead of claimed. */
  readonly isReleased: boolean;
  readonly lines: readonly { readonly variantId: number; readonly quantity: number }[];
}
