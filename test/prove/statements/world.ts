import { DEMO_ACCOUNTS } from '../../../cli/seed';
import { queryOnce } from '../../support/database';
import { graphData } from '../../support/graph';
import type { TestSystem } from '../../support/system';
import type { CountedOperation, CountedWorld } from './operations';

export type Headers = Readonly<Record<string, string>>;

export interface PreparedWorld extends CountedWorld {
  headersOf(viewer: CountedOperation['viewer'], size: number): Headers;
}

/** How often each operation runs at each length: once without caches, twice with. A cart can be ordered once. */
const RUNS = 3;
const PASSWORD = DEMO_ACCOUNTS[0]?.password ?? '';
const ADDRESS = { name: 'Ada Lovelace', line1: 'Kade 1', city: 'Utrecht', postalCode: '3511 AA', countryCode: 'NL' };
const ADD = 'mutation ($input: AddToCartInput!) { addToCart(input: $input) { guestToken errors { __typename } } }';
const PLACE = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } errors { __typename } } }';
const CREATE =
  'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { slug } errors { __typename } } }';

/** Carts, orders and products whose lists have each of the lengths, in a seeded shop. */
export async function prepareWorld(system: TestSystem, sizes: readonly number[]): Promise<PreparedWorld> {
  const { url } = system;
  const staff = await headersFor(url, 'staff@mercato.example');
  const customer = await headersFor(url, await emailOfBestCustomer(system));
  const variantIds = await sellableVariants(url);
  await stockUp(system);
  const guests: Record<number, Headers> = {};
  const buyers: Record<number, Headers[]> = {};
  const productSlugs: Record<number, string> = {};
  const orderIds: Record<number, string> = {};
  for (const size of sizes) {
    guests[size] = await fillCart(url, variantIds.slice(0, size));
    const carts = Array.from({ length: RUNS }, () => fillCart(url, variantIds.slice(0, size)));
    buyers[size] = await Promise.all(carts);
    orderIds[size] = await placeOrder(url, await fillCart(url, variantIds.slice(0, size)), size);
    productSlugs[size] = await createProduct(url, staff, size);
  }
  const { products, categoryTree } = await graphData<{
    products: { nodes: { id: string }[] };
    categoryTree: { slug: string; productCount: number }[];
  }>('{ products(first: 100) { nodes { id } } categoryTree { slug productCount } }', {}, { url });
  const largest = categoryTree.toSorted((a, b) => b.productCount - a.productCount)[0];
  return {
    productSlugs,
    orderIds,
    productIds: products.nodes.map(({ id }) => id),
    categorySlug: largest?.slug ?? '',
    headersOf: (viewer, size) => {
      if (viewer === 'buyer') return buyers[size]?.pop() ?? {};
      return { anonymous: {}, guest: guests[size] ?? {}, customer, staff }[viewer];
    },
  };
}

async function headersFor(url: string, email: string): Promise<Headers> {
  const { logIn } = await graphData<{ logIn: { tokens: { accessToken: string } } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } errors { __typename } } }',
    { input: { email, password: PASSWORD } },
    { url },
  );
  return { authorization: `Bearer ${logIn.tokens.accessToken}` };
}

/** Who has the most orders, because few have fifty. */
async function emailOfBestCustomer({ databases }: TestSystem): Promise<string> {
  const [best] = await queryOnce<{ user_id: number }>(
    databases.order ?? '',
    'SELECT user_id FROM "order" WHERE user_id IS NOT NULL GROUP BY user_id ORDER BY count(*) DESC LIMIT 1',
  );
  const [user] = await queryOnce<{ email: string }>(databases.user ?? '', 'SELECT email FROM "user" WHERE id = $1', [
    best?.user_id,
  ]);
  return user?.email ?? '';
}

/** One of each of many products, so that a longer cart touches more products. */
async function sellableVariants(url: string): Promise<string[]> {
  const { products } = await graphData<{ products: { nodes: { variants: { id: string; availableForSale: boolean }[] }[] } }>(
    '{ products(first: 100, filter: { inStock: true }) { nodes { variants { id availableForSale } } } }',
    {},
    { url },
  );
  return products.nodes.flatMap(({ variants }) => variants.find(({ availableForSale }) => availableForSale)?.id ?? []);
}

async function fillCart(url: string, variantIds: readonly string[]): Promise<Headers> {
  const lines = variantIds.map((variantId) => ({ variantId, quantity: 1 }));
  const { addToCart } = await graphData<{ addToCart: { guestToken: string } }>(ADD, { input: { lines } }, { url });
  return { 'x-guest-token': addToCart.guestToken };
}

/** Enough of everything for all carts. */
async function stockUp({ databases }: TestSystem): Promise<void> {
  await queryOnce(
    databases.product ?? '',
    `WITH more AS (INSERT INTO stock_movement (variant_id, quantity, kind) SELECT id, 100, 'RECEIPT' FROM product_variant RETURNING variant_id)
     UPDATE product_variant SET stock_on_hand = stock_on_hand + 100 WHERE id IN (SELECT variant_id FROM more)`,
  );
}

async function placeOrder(url: string, headers: Headers, size: number): Promise<string> {
  const input = {
    idempotencyKey: `statements-${size}`,
    email: 'guest@example.com',
    shippingAddress: ADDRESS,
    paymentToken: 'tok_ok',
  };
  const { placeOrder: placed } = await graphData<{ placeOrder: { order: { id: string } | null; errors: unknown } }>(
    PLACE,
    { input },
    { url, headers },
  );
  if (!placed.order) throw new Error(`no order was placed: ${JSON.stringify(placed.errors)}`);
  return placed.order.id;
}

async function createProduct(url: string, headers: Headers, size: number): Promise<string> {
  const variants = Array.from({ length: size }, (_, at) => ({
    optionValues: [`${at}`],
    price: { amount: `${at + 1}.00` },
    stockOnHand: 5,
  }));
  const input = { name: `Counted ${size}`, status: 'ACTIVE', options: ['Size'], variants };
  const { createProduct: created } = await graphData<{ createProduct: { product: { slug: string } | null; errors: unknown } }>(
    CREATE,
    { input },
    { url, headers },
  );
  if (!created.product) throw new Error(`no product was made: ${JSON.stringify(created.errors)}`);
  return created.product.slug;
}
