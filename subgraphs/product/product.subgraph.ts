import { openable } from '../../platform/db';
import { OutboxEvent, startOutboxRelay } from '../../platform/events';
import { buildSubgraph, createSubgraphExecutor, type SubgraphDependencies, type SubgraphModule } from '../../platform/federation';
import { Category, CategoryResolver, CategoryService, createCategoryLoaders } from './category';
import { ImageRecord, ProductRecord, VariantRecord } from './catalog';
import { First1764000000000 } from './migrations/1764000000000-first';
import { Catalogue1764000100000 } from './migrations/1764000100000-catalogue';
import { ForSaleService, MovementRecord, ReservationResolver, ReservationService, startReservationExpiry } from './stock';

/** Composes the product subgraph: catalogue, categories, stock and search over one database. */
export function createProductSubgraph(deps: SubgraphDependencies): SubgraphModule {
  const { settings, databaseUrl, cache, bus, logger } = deps;
  const database = openable({
    url: databaseUrl,
    entities: [Category, ImageRecord, MovementRecord, OutboxEvent, ProductRecord, VariantRecord],
    migrations: [First1764000000000, Catalogue1764000100000],
    poolSize: settings.databasePoolSize,
    applicationName: 'mercato-product',
  });
  const categories = new CategoryService(database.source, cache);
  const categoryResolver = new CategoryResolver(categories, createCategoryLoaders(categories));
  const reservations = new ReservationService(database.source);
  const reservationResolver = new ReservationResolver(reservations, new ForSaleService(database.source));
  const subgraph = buildSubgraph({
    name: 'product',
    resolvers: [categoryResolver, reservationResolver],
    orphanedTypes: [Category],
    references: { Category: (reference, context) => categoryResolver.resolveReference(reference, context) },
  });
  return {
    name: 'product',
    sdl: subgraph.sdl,
    client: createSubgraphExecutor(subgraph, logger),
    open: database.open,
    migrate: database.migrate,
    checkReady: database.checkReady,
    startWork: async () => {
      const relay = startOutboxRelay(databaseUrl, bus, logger);
      const expiry = startReservationExpiry(reservations, logger);
      return { name: 'product work', stop: async () => void (await Promise.all([relay.stop(), expiry.stop()])) };
    },
    close: database.close,
  };
}
