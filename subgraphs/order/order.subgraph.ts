import { openable } from '../../platform/db';
import { OutboxEvent } from '../../platform/events';
import { EventFeed } from '../../platform/feed';
import { createFailedJobResolver, FailedJobService } from '../../platform/failed-jobs';
import {
  buildSubgraph,
  createSubgraphExecutor,
  type SubgraphClient,
  type SubgraphDependencies,
  type SubgraphModule,
} from '../../platform/federation';
import { migrateJobs, startBackground, type BackgroundWork } from '../../platform/jobs';
import { AFTER_PLACING_ENTITIES, createAfterPlacing } from './after-placing.subgraph';
import { ANCHOR_SCHEDULE, anchorJob } from './audit';
import { Cart, CartLine, CartLineResolver, CartResolver, CartService, createCartLoaders, CustomerCartResolver } from './cart';
import { Checkout, CheckoutRecovery, CheckoutResolver, CheckoutService, CheckoutSteps } from './checkout';
import { createContactPort } from './contact';
import { OrderTasks, OwedTask, TaskRunner } from './followup';
import { IdempotencyKey, IdempotencyService } from '../../platform/idempotency';
import { First1764000000000 } from './migrations/1764000000000-first';
import { Payments1764000100000 } from './migrations/1764000100000-payments';
import { AfterPlacing1764000400000 } from './migrations/1764000400000-after-placing';
import { Jobs1764000500000 } from './migrations/1764000500000-jobs';
import { Notices1764000600000 } from './migrations/1764000600000-notices';
import { OldOrders1764000900000 } from './migrations/1764000900000-old-orders';
import { Positions1764001000000 } from './migrations/1764001000000-positions';
import { NodeResolver } from './node';
import { Notice } from './notice';
import * as order from './order';
import { createOrderJobs, startOrderConsumers } from './order.jobs';
import { createOutgoing } from './outgoing.subgraph';
import { createPaymentLoader, Payment, PaymentResolver } from './payment';
import { createPayments, whatFollowsFromPayments } from './payment.subgraph';
import { createPricingResolvers, createQuotes, PRICING_ENTITIES, PRICING_MIGRATIONS, sweepPricing } from './pricing.subgraph';
import { Category, Product, ProductVariant, User } from './reference';
import { RefundPayout } from './refund';
import { ReturnRestock } from './return';
import { createOfferLoader, createStockPort } from './stock';
import { TrackingResolver, TrackingService } from './tracking';
import { WebhookDelivery, WebhookEndpoint } from './webhook';

/** What the order subgraph needs beyond its own database: the two subgraphs whose data it sells and mails with. */
export type OrderSubgraphDependencies = SubgraphDependencies & {
  readonly product: SubgraphClient;
  readonly user: SubgraphClient;
};

const ENTITIES = [
  Cart,
  CartLine,
  Checkout,
  IdempotencyKey,
  order.Order,
  order.OrderEvent,
  order.OrderItem,
  ...AFTER_PLACING_ENTITIES,
  ...PRICING_ENTITIES,
  OutboxEvent,
  OwedTask,
  Payment,
  Notice,
  WebhookDelivery,
  WebhookEndpoint,
];

/** Composes the order subgraph: carts, checkout, orders, payments and tracking over one database. */
export function createOrderSubgraph(deps: OrderSubgraphDependencies): SubgraphModule {
  const { settings, databaseUrl, bus, logger } = deps;
  const database = openable({
    url: databaseUrl,
    entities: ENTITIES,
    migrations: [
      First1764000000000,
      Payments1764000100000,
      ...PRICING_MIGRATIONS,
      AfterPlacing1764000400000,
      Jobs1764000500000,
      Notices1764000600000,
      OldOrders1764000900000,
      Positions1764001000000,
    ],
    poolSize: settings.databasePoolSize,
    applicationName: 'mercato-order',
  });
  const services = createServices(deps, database.source);
  const { orders, feed, outgoing } = services;
  const jobs = jobsOf(services, deps);
  const { subgraph } = createSchema(services, settings);
  return {
    name: 'order',
    sdl: subgraph.sdl,
    client: createSubgraphExecutor(subgraph, logger),
    mailbox: outgoing.mailbox,
    routes: services.money.routes,
    open: async () => {
      await database.open();
      feed.start();
    },
    migrate: async () => {
      await database.migrate((query) => migrateJobs(query, jobs.definitions));
      await orders.checkStatusRules();
    },
    checkReady: database.checkReady,
    startConsuming: () => {
      const consumers = [startOrderConsumers(bus, database.source), outgoing.startConsuming()];
      return { name: 'order consumers', stop: async () => void (await Promise.all(consumers.map((part) => part.stop()))) };
    },
    startWork: (metrics) => {
      if (metrics) services.money.useMetrics(metrics);
      return startBackground({ ...jobs, databaseUrl, bus, logger, metrics });
    },
    close: async () => {
      await feed.stop();
      await outgoing.close();
      await database.close();
    },
  };
}

/** Everything that is done in the background, each slice's own. */
function jobsOf(services: Services, { settings }: OrderSubgraphDependencies): BackgroundWork {
  const { database, runner, recovery, idempotency, carts, outgoing, money } = services;
  const sweeps = [() => idempotency.sweep(), () => carts.sweep(), () => sweepPricing(database), () => money.sweep()];
  const own = createOrderJobs({ ...settings, database, runner, recovery, sweeps });
  const payments = money.background(whatFollowsFromPayments(services));
  return {
    definitions: [...own.definitions, ...payments.definitions, ...outgoing.definitions, anchorJob(database)],
    schedules: [...own.schedules, ...payments.schedules, ...outgoing.schedules, ANCHOR_SCHEDULE],
  };
}

type Database = ReturnType<typeof openable>['source'];
type Services = ReturnType<typeof createServices>;

function createServices(deps: OrderSubgraphDependencies, database: Database) {
  const { settings, bus, logger } = deps;
  const stock = createStockPort(deps.product);
  const contacts = createContactPort(deps.user);
  const money = createPayments({ database, settings: settings.payment, logger });
  const payments = money.service;
  const orders = new order.OrderService(database);
  const refunds = new RefundPayout(database, payments);
  const returns = new ReturnRestock(database, stock);
  const runner = new TaskRunner(database, new OrderTasks({ database, orders, payments, stock, refunds, returns }), logger);
  const idempotency = new IdempotencyService(database);
  const carts = new CartService(database, settings.currency);
  const steps = new CheckoutSteps({ database, stock, payments, idempotency, followUps: runner, logger });
  const recovery = new CheckoutRecovery({ database, steps, idempotency, logger });
  const quotes = createQuotes(database, stock, deps.product);
  const checkout = new CheckoutService({ database, carts, quotes, contacts, idempotency, steps, recovery });
  const changes = new order.OrderChanges(database, runner, idempotency);
  const feed = createFeed(deps, database);
  const tracking = new TrackingService(orders, feed);
  const outgoing = createOutgoing({ settings, bus, logger, database, orders, stock, contacts });
  const made = { stock, payments, orders, runner, idempotency, carts, quotes, checkout, changes, tracking, outgoing };
  return { ...made, feed, recovery, refunds, money, database };
}

function createFeed({ bus, logger }: OrderSubgraphDependencies, database: Database): EventFeed {
  return new EventFeed({ bus, topics: ['order', 'cart'], query: (sql, parameters) => database.query(sql, parameters), logger });
}

function createSchema(services: Services, { currency, returnWindowDays }: OrderSubgraphDependencies['settings']) {
  const { stock, payments, orders, carts, quotes, checkout, changes, tracking, outgoing, database } = services;
  const offers = createOfferLoader(stock);
  const orderLoaders = order.createOrderLoaders(orders);
  const cartLoaders = createCartLoaders(carts);
  const orderResolver = new order.OrderResolver(orders, orderLoaders, createPaymentLoader(payments), currency);
  const cartResolver = new CartResolver(carts, cartLoaders, offers);
  const trackingResolver = new TrackingResolver(tracking);
  const afterPlacing = createAfterPlacing({ database, changes, orderLoaders, currency, returnWindowDays });
  const subgraph = buildSubgraph({
    name: 'order',
    resolvers: [
      orderResolver,
      new order.OrderItemResolver(),
      ...afterPlacing.resolvers,
      new order.CustomerOrdersResolver(orderLoaders, currency),
      new PaymentResolver(),
      cartResolver,
      new CartLineResolver(offers),
      new CustomerCartResolver(cartLoaders),
      new CheckoutResolver(checkout, orderLoaders, currency),
      trackingResolver,
      ...outgoing.resolvers,
      createFailedJobResolver('order', new FailedJobService(database)),
      ...createPricingResolvers({ database, carts, quotes, offers, currency }),
      new NodeResolver(orderResolver, cartResolver, afterPlacing.parts),
    ],
    orphanedTypes: [User, Product, ProductVariant, Category, order.Order, Cart],
    references: {
      Order: (reference, context) => orderResolver.resolveReference(reference, context),
      Cart: (reference, context) => cartResolver.resolveReference(reference, context),
      User: async ({ id }) => Object.assign(new User(), { id }),
      Product: async ({ id }) => Object.assign(new Product(), { id }),
      ProductVariant: async ({ id }) => Object.assign(new ProductVariant(), { id }),
      Category: async ({ id }) => Object.assign(new Category(), { id }),
    },
    subscriptions: trackingResolver.sources,
  });
  return { subgraph };
}
