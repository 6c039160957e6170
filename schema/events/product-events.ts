/** Events of the product subgraph. Ids are opaque graph ids; nothing here is secret. */

/** A product, its variants, images or categories changed in another way than by stock moving. */
export interface ProductChangedData {
  readonly productId: string;
  readonly change: 'CREATED' | 'UPDATED' | 'ARCHIVED' | 'DELETED' | 'IMPORTED';
}

/** A category was made, changed, moved or removed, or products were put into it or taken out. */
export interface CategoryChangedData {
  readonly categoryId: string;
  readonly change: 'CREATED' | 'UPDATED' | 'MOVED' | 'DELETED' | 'IMPORTED';
}

/** What can be sold of some variants of one product is another number now. */
export interface StockChangedData {
  readonly productId: string;
  readonly cause: 'RESERVED' | 'CLAIMED' | 'RELEASED' | 'EXPIRED' | 'RESTOCKED' | 'ADJUSTED' | 'IMPORTED';
  readonly variants: readonly { readonly variantId: string; readonly available: number; readonly isSellable: boolean }[];
}

export interface ProductEvents {
  readonly 'product.changed': ProductChangedData;
  readonly 'category.changed': CategoryChangedData;
  readonly 'stock.changed': StockChangedData;
}

/** The topics that these events travel on. */
export const PRODUCT_TOPICS = ['product', 'category', 'stock'] as const;
