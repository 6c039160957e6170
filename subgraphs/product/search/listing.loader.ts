import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { FacetRequest, Facets, FacetService } from './facet.service';
import type { CategoryPageKey, ListingService } from './listing.service';
import type { UncountedPage } from './uncounted-page';

/** The batches of lists: what they count, and those that stand below a category. */
export function createListingLoaders(listings: ListingService, facets: FacetService) {
  return {
    facets: defineLoader<FacetRequest, Facets, SubgraphContext>({
      name: 'facets',
      batch: (requests) => facets.ofMany(requests),
      cacheKey: (request) => JSON.stringify(request),
    }),
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
