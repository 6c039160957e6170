import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader, defineSharedLoader } from '../../../platform/loaders';
import type { Category } from '../category';
import type { ImageRow, ProductRow, ProductTexts, VariantRow } from './product.reads';
import type { ProductService } from './product.service';

/** The batches of the catalogue. Policies are judged on what they answer, by the resolvers. */
export function createCatalogLoaders(products: ProductService) {
  return {
    productByKey: defineSharedLoader<number, ProductRow | null, SubgraphContext>({
      name: 'productByKey',
      batch: (keys) => products.byKeys(keys),
    }),
    productBySlug: defineLoader<string, ProductRow | null, SubgraphContext>({
      name: 'productBySlug',
      batch: (slugs) => products.bySlugs(slugs),
    }),
    textsByKey: defineSharedLoader<number, ProductTexts | null, SubgraphContext>({
      name: 'productTexts',
      batch: (keys) => products.textsOf(keys),
    }),
    variantsByProduct: defineSharedLoader<number, VariantRow[], SubgraphContext>({
      name: 'variantsByProduct',
      batch: (keys) => products.variantsOf(keys),
    }),
    variantByKey: defineSharedLoader<number, VariantRow | null, SubgraphContext>({
      name: 'variantByKey',
      batch: (keys) => products.variantsByKeys(keys),
    }),
    imagesByProduct: defineSharedLoader<number, ImageRow[], SubgraphContext>({
      name: 'imagesByProduct',
      batch: (keys) => products.imagesOf(keys),
    }),
    categoriesByProduct: defineSharedLoader<number, Category[], SubgraphContext>({
      name: 'categoriesByProduct',
      batch: (keys) => products.categoriesOf(keys),
    }),
  };
}

export type CatalogLoaders = ReturnType<typeof createCatalogLoaders>;

/** Forgets what this request read of a product before it was changed. */
export function forgetProduct(loaders: CatalogLoaders, context: SubgraphContext, productKey: number): void {
  const byProduct = [
    loaders.productByKey,
    loaders.textsByKey,
    loaders.variantsByProduct,
    loaders.imagesByProduct,
    loaders.categoriesByProduct,
  ];
  for (const loader of byProduct) context.loaders.of<number, unknown>(loader).clear(productKey);
  context.loaders.of(loaders.variantByKey).clearAll();
  context.loaders.of(loaders.productBySlug).clearAll();
}
