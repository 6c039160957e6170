import pg from 'pg';
import { isOrderDatabaseEmpty, readSeedPrices, writeDemoCodes, writeOrders, type SeedOrder } from '../../subgraphs/order/seed';
import { isProductDatabaseEmpty, writeProducts, type SeedSale } from '../../subgraphs/product/seed';
import { isUserDatabaseEmpty, writeUsers } from '../../subgraphs/user/seed';
import { readCatalogue } from './catalogue';
import { growTree } from './categories';
import { makeUsers } from './customers';
import { makeOrders } from './orders';
import { makeProducts } from './products';
import { SEED_DEFAULTS, type SeedCounts } from './seed-counts';

/** `postgres://` URLs, by subgraph; migrated. */
export interface SeedDatabases {
  readonly user: string | null;
  readonly product: string | null;
  readonly order: string | null;
}

export interface SeedOptions extends Partial<SeedCounts> {
  readonly currency?: string;
  /** The shop's today; equal numbers and an equal day give equal shops. Midnight of this day (UTC) unless given. */
  readonly endsAt?: Date;
  /** Called with the part that is under way and how much of the whole is done, from 0 to 1. */
  readonly onProgress?: (done: number, note: string) => void;
}

/** Whether the databases hold nothing yet, so that seeding them overwrites nobody's work. */
export function isShopEmpty(databases: SeedDatabases): Promise<boolean> {
  return withClients(databases, async ({ user, product, order }) => {
    const empty = await Promise.all([isUserDatabaseEmpty(user), isProductDatabaseEmpty(product), isOrderDatabaseEmpty(order)]);
    return empty.every(Boolean);
  });
}

/**
 * Fills empty databases with a demo shop: accounts, a catalogue, and a year of orders whose stock, money and logs agree.
 * All three databases commit at the end, so a seed that is cut short leaves them empty.
 */
export async function seedShop(databases: SeedDatabases, options: SeedOptions = {}): Promise<SeedCounts> {
  const counts = {
    ...SEED_DEFAULTS,
    ...definedOnly({ products: options.products, orders: options.orders, customers: options.customers }),
  };
  const { currency = 'EUR', endsAt = midnight(), onProgress = () => undefined } = options;
  const archetypes = await readCatalogue();
  const tree = growTree(archetypes);
  const products = makeProducts(archetypes, tree, counts.products, endsAt);
  const users = makeUsers(counts.customers, endsAt);
  // A product costs about three times as much to write as an order.
  const work = 3 * counts.products + counts.orders;
  await withClients(databases, async (clients) => {
    await eachClient(clients, 'BEGIN');
    onProgress(0, 'customers');
    await writeUsers(clients.user, users);
    const sales: SeedSale[] = [];
    await writeDemoCodes(clients.order);
    const prices = await readSeedPrices(clients.order);
    const orders = noting(makeOrders({ products, users, count: counts.orders, currency, prices, endsAt }), sales);
    await writeOrders(clients.order, orders, (written) => onProgress(written / work, `${written.toLocaleString('en')} orders`));
    await writeProducts(clients.product, { currency, categories: tree.categories, products: products.all(), sales }, (written) =>
      onProgress((counts.orders + 3 * written) / work, `${written.toLocaleString('en')} products`),
    );
    await eachClient(clients, 'COMMIT');
    onProgress(0.99, 'statistics');
    await eachClient(clients, 'ANALYZE');
    onProgress(1, 'done');
  });
  return counts;
}

/** Passes orders on and remembers what they took from the shelves. */
function* noting(orders: Iterable<SeedOrder>, sales: SeedSale[]): Generator<SeedOrder> {
  for (const order of orders) {
    sales.push({
      reservationId: order.reservationId,
      soldAt: order.orderDate,
      isReleased: order.status === 'CANCELLED',
      lines: order.items.map(({ variantId, quantity }) => ({ variantId, quantity })),
    });
    yield order;
  }
}

type Clients = Readonly<Record<keyof SeedDatabases, pg.Client>>;

async function withClients<T>(databases: SeedDatabases, work: (clients: Clients) => Promise<T>): Promise<T> {
  const open = (url: string | null): pg.Client => {
    const client = new pg.Client({ connectionString: url ?? '', application_name: 'mercato-seed' });
    client.on('error', () => undefined);
    return client;
  };
  const clients: Clients = { user: open(databases.user), product: open(databases.product), order: open(databases.order) };
  try {
    for (const client of Object.values(clients)) await client.connect();
    return await work(clients);
  } finally {
    // A transaction that was not committed goes with its connection.
    await Promise.all(Object.values(clients).map((client) => client.end().catch(() => undefined)));
  }
}

async function eachClient(clients: Clients, sql: string): Promise<void> {
  for (const client of Object.values(clients)) await client.query(sql);
}

function midnight(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

function definedOnly(counts: Partial<SeedCounts>): Partial<SeedCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined));
}
