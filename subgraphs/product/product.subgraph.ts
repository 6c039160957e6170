import { openable, type OpenableDatabase } from '../../platform/db';
import { OutboxEvent } from '../../platform/events';
import { EventFeed } from '../../platform/feed';
import { createFailedJobResolver, FailedJobService } from '../../platform/failed-jobs';
import {
  buildSubgraph,
  createSubgraphExecutor,
  type SubgraphDependencies,
  type SubgraphModule,
  type SubgraphSchema,
} from '../../platform/federation';
import { migrateJobs, startBackground, sweepDecisions } from '../../platform/jobs';
import { IdempotencyKey, IdempotencyService } from '../../platform/idempotency';
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
import {
  CategoryAssortmentResolver,
  Category,
  CategoryEditResolver,
  CategoryEditService,
  CategoryResolver,
  CategoryService,
  createCategoryLoaders,
} from './category';
import { PRODUCT_TOPICS } from '../../schema/events/product-events';
import { createCacheEnding } from './cache-ending';
import { PRODUCT_MIGRATIONS } from './migrations';
import { OfferResolver, OfferService } from './offer';
import { createProductJobs, StockMeasure } from './product.jobs';
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
import {
  checkStock,
  createMovementLoaders,
  ForSaleService,
  MovementRecord,
  MovementResolver,
  MovementService,
  ReservationResolver,
  ReservationService,
} from './stock';

/** Composes the product subgraph: catalogue, categories, stock and search over one database. */
export function createProductSubgraph(deps: SubgraphDependencies): SubgraphModule {
  const { settings, databaseUrl, bus, logger } = deps;
  const database = openable({
    url: databaseUrl,
    entities: [Category, IdempotencyKey, ImageRecord, MovementRecord, OutboxEvent, ProductRecord, VariantRecord],
    migrations: PRODUCT_MIGRATIONS,
    poolSize: settings.databasePoolSize,
    applicationName: 'mercato-product',
  });
  const services = createServices(database.source, deps);
  const { caches, feed } = services;
  const stockMeasure = new StockMeasure();
  const jobs = createProductJobs({
    reservations: services.reservations,
    forgetDecisions: () => sweepDecisions(database.source),
    checkStock: () => checkStock((sql) => database.source.query(sql)),
    onChecked: (violations) => stockMeasure.set(violations),
  });
  const subgraph = buildProductSchema(services, settings.currency);
  return {
    name: 'product',
    sdl: subgraph.sdl,
    client: createSubgraphExecutor(subgraph, logger),
    open: async () => {
      await database.open();
      caches.listen(bus, logger);
      feed.start();
    },
    migrate: () => database.migrate((query) => migrateJobs(query, jobs.definitions)),
    checkReady: database.checkReady,
    startWork: (metrics) => {
      stockMeasure.showIn(metrics);
      return startBackground({ ...jobs, databaseUrl, bus, logger, metrics });
    },
    close: async () => {
      await feed.stop();
      await caches.stop();
      await database.close();
    },
  };
}

function createServices(source: OpenableDatabase['source'], { settings, cache, bus, logger }: SubgraphDependencies) {
  const categories = new CategoryService(source, cache);
  const facets = new FacetService(source, cache);
  const caches = createCacheEnding(categories, facets);
  const idempotency = new IdempotencyService(source);
  const products = new ProductService(source);
  const feed = new EventFeed({ bus, topics: PRODUCT_TOPICS, query: (sql, parameters) => source.query(sql, parameters), logger });
  const endFacets = (): Promise<void> => facets.endCache();
  return {
    categories,
    facets,
    caches,
    products,
    feed,
    offers: new OfferService(products, feed),
    listings: new ListingService(source),
    movements: new MovementService(source, idempotency),
    reservations: new ReservationService(source),
    forSale: new ForSaleService(source),
    failedJobs: new FailedJobService(source),
    productEdits: new ProductEditService(source, idempotency, settings.currency, endFacets),
    variantEdits: new VariantEditService(source, idempotency, settings.currency, endFacets),
    categoryEdits: new CategoryEditService(source, caches.endCategories),
  };
}

function buildProductSchema(services: ReturnType<typeof createServices>, currency: string): SubgraphSchema {
  const categoryLoaders = createCategoryLoaders(services.categories);
  const catalogLoaders = createCatalogLoaders(services.products);
  const listingLoaders = createListingLoaders(services.listings, services.facets);
  const presenter = new FacetPresenter(listingLoaders, currency);
  const categories = new CategoryResolver(services.categories, categoryLoaders);
  const products = new ProductResolver(catalogLoaders);
  const variants = new VariantResolver(catalogLoaders);
  const offers = new OfferResolver(services.offers);
  return buildSubgraph({
    name: 'product',
    resolvers: [
      categories,
      products,
      variants,
      offers,
      new CategoryAssortmentResolver(services.categories),
      new CategoryEditResolver(services.categoryEdits, categoryLoaders),
      new ProductEditResolver(services.productEdits, catalogLoaders),
      new VariantEditResolver(services.variantEdits, catalogLoaders),
      new MovementResolver(services.movements, createMovementLoaders(services.movements), catalogLoaders),
      new ListingResolver(services.listings, listingLoaders, currency),
      new CategoryListingResolver(listingLoaders),
      new ProductFacetResolver(presenter),
      new SearchFacetResolver(presenter),
      new ReservationResolver(services.reservations, services.forSale),
      createFailedJobResolver('product', services.failedJobs),
    ],
    orphanedTypes: [Category, Product, ProductVariant],
    references: {
      Category: (reference, context) => categories.resolveReference(reference, context),
      Product: (reference, context) => products.resolveReference(reference, context),
      ProductVariant: (reference, context) => variants.resolveReference(reference, context),
    },
    subscriptions: { productOfferChanged: offers.watch },
  });
}
