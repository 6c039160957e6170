import { openable } from '../../platform/db';
import { OutboxEvent, startOutboxRelay } from '../../platform/events';
import { buildSubgraph, createSubgraphExecutor, type SubgraphDependencies, type SubgraphModule } from '../../platform/federation';
import {
  createCatalogLoaders,
  ImageRecord,
  Product,
  ProductEditResolver,
  ProductEditService,
  ProductRecord,
  ProductResolver,
  ProductService,
  ProductVariant,
  VariantEditResolver,
  VariantEditService,
  VariantRecord,
  VariantResolver,
} from './catalog';
import { Category, CategoryEditResolver, CategoryEditService, CategoryResolver, CategoryService, createCategoryLoaders } from './category';
import { createCacheEnding } from './cache-ending';
import { PRODUCT_MIGRATIONS } from './migrations';
import {
  CategoryListingResolver,
  createListingLoaders,
  FacetPresenter,
  FacetService,
  ListingResolver,
  ListingService,
  ProductFacetResolver,
  SearchFacetResolver,
} from './search';
import { createMovementLoaders, ForSaleService, MovementRecord, MovementResolver, MovementService, ReservationResolver, ReservationService, startReservationExpiry } from './stock';

/** Composes the product subgraph: catalogue, categories, stock and search over one database. */
export function createProductSubgraph(deps: SubgraphDependencies): SubgraphModule {
  const { settings, databaseUrl, cache, bus, logger } = deps;
  const database = openable({
    url: databaseUrl,
    entities: [Category, ImageRecord, MovementRecord, OutboxEvent, ProductRecord, VariantRecord],
    migrations: PRODUCT_MIGRATIONS,
    poolSize: settings.databasePoolSize,
    applicationName: 'mercato-product',
  });
  const categories = new CategoryService(database.source, cache);
  const products = new ProductService(database.source);
  const facets = new FacetService(database.source, cache);
  const listings = new ListingService(database.source);
  const movements = new MovementService(database.source);
  const reservations = new ReservationService(database.source);

  const caches = createCacheEnding(categories, facets);
  const productEdits = new ProductEditService(database.source, settings.currency, () => facets.endCache());
  const variantEdits = new VariantEditService(database.source, settings.currency, () => facets.endCache());
  const categoryEdits = new CategoryEditService(database.source, caches.endCategories);

  const categoryLoaders = createCategoryLoaders(categories);
  const catalogLoaders = createCatalogLoaders(products);
  const listingLoaders = createListingLoaders(listings, facets);
  const presenter = new FacetPresenter(listingLoaders, settings.currency);
  const categoryResolver = new CategoryResolver(categories, categoryLoaders);
  const productResolver = new ProductResolver(catalogLoaders);
  const variantResolver = new VariantResolver(catalogLoaders);

  const subgraph = buildSubgraph({
    name: 'product',
    resolvers: [
      categoryResolver,
      productResolver,
      variantResolver,
      new CategoryEditResolver(categoryEdits, categoryLoaders),
      new ProductEditResolver(productEdits, catalogLoaders),
      new VariantEditResolver(variantEdits, catalogLoaders),
      new MovementResolver(movements, createMovementLoaders(movements), catalogLoaders),
      new ListingResolver(listings, listingLoaders, settings.currency),
      new CategoryListingResolver(listingLoaders),
      new ProductFacetResolver(presenter),
      new SearchFacetResolver(presenter),
      new ReservationResolver(reservations, new ForSaleService(database.source)),
    ],
    orphanedTypes: [Category, Product, ProductVariant],
    references: {
      Category: (reference, context) => categoryResolver.resolveReference(reference, context),
      Product: (reference, context) => productResolver.resolveReference(reference, context),
      ProductVariant: (reference, context) => variantResolver.resolveReference(reference, context),
    },
  });
  return {
    name: 'product',
    sdl: subgraph.sdl,
    client: createSubgraphExecutor(subgraph, logger),
    open: async () => {
      await database.open();
      caches.listen(bus, logger);
    },
    migrate: database.migrate,
    checkReady: database.checkReady,
    startWork: async () => {
      const relay = startOutboxRelay(databaseUrl, bus, logger);
      const expiry = startReservationExpiry(reservations, logger);
      return { name: 'product work', stop: async () => void (await Promise.all([relay.stop(), expiry.stop()])) };
    },
    close: async () => {
      await caches.stop();
      await database.close();
    },
  };
}
