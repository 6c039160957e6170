export { CategoryListingResolver } from './category-listing.resolver';
export { FacetPresenter, ProductFacetResolver, SearchFacetResolver } from './facet.resolver';
export { FacetService } from './facet.service';
export { createListingLoaders } from './listing.loader';
export { ListingResolver } from './listing.resolver';
export { ListingService } from './listing.service';
