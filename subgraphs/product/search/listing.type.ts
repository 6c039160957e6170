import { connectionType, toConnection, type ConnectionOf, type Page } from '../../../platform/federation';
import { Product, type ProductRow } from '../catalog';
import type { ProductFilter } from './product-filter';

export const ProductConnection = connectionType(Product, 'Product');
export const ProductSearchConnection = connectionType(Product, 'ProductSearch');
export const CategoryProductConnection = connectionType(Product, 'CategoryProduct');

/** A connection that still knows its filter, for the facets below it. */
export interface ProductListing extends ConnectionOf<Product> {
  readonly filter: ProductFilter;
  readonly suggestedQuery: string | null;
}

/** Rows as the graph shows them. */
export function toProducts(page: Page<ProductRow>): ConnectionOf<Product> {
  return toConnection({ ...page, edges: page.edges.map(({ cursor, node }) => ({ cursor, node: Product.of(node) })) });
}
