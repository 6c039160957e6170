export interface SeedCounts {
  readonly products: number;
  readonly orders: number;
  /** Beside the demo accounts. */
  readonly customers: number;
}

export const SEED_DEFAULTS: SeedCounts = { products: 1_000, orders: 3_000, customers: 200 };
