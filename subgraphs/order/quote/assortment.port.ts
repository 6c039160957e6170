import { globalId, keyOf, type SubgraphClient } from '../../../platform/federation';
import { askSubgraph } from '../upstream';

/** Which products stand in which categories; that belongs to the product subgraph. */
export interface AssortmentPort {
  /** Those of `productIds` that stand in one of the categories, or in one below it. */
  productsIn(categoryIds: readonly number[], productIds: readonly number[], requestId: string): Promise<ReadonlySet<number>>;
}

const PRODUCTS_IN = `query ProductsIn($categories: [ID!]!, $products: [ID!]!) { productsInCategories(categoryIds: $categories, productIds: $products) }`;

/** Asks the product subgraph's internal field. */
export function createAssortmentPort(product: SubgraphClient): AssortmentPort {
  return {
    productsIn: async (categoryIds, productIds, requestId) => {
      if (productIds.length === 0) return new Set();
      const variables = {
        categories: categoryIds.map((id) => globalId('Category', id)),
        products: productIds.map((id) => globalId('Product', id)),
      };
      const data = await askSubgraph<{ productsInCategories: string[] }>(product, PRODUCTS_IN, variables, requestId);
      return new Set(data.productsInCategories.map((id) => keyOf('Product', id)));
    },
  };
}
