import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { CategoryPageKey, ListingService, UncountedPage } from './listing.service';

/** The batches of lists that stand below a category. */
export function createListingLoaders(listings: ListingService) {
  return {
    pageByCategory: defineLoader<CategoryPageKey, UncountedPage, SubgraphContext>({
      name: 'productsByCategory',
      batch: (keys) => listings.pagesOfCategories(keys),
      cacheKey: (key) => JSON.stringify(key),
    }),
    countByCategory: defineLoader<number, number, SubgraphContext>({
      name: 'productCountByCategory',
      batch: (keys) => listings.countsOfCategories(keys),
    }),
  };
}

export type ListingLoaders = ReturnType<typeof createListingLoaders>;
