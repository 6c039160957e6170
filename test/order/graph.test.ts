import { randomUUID } from 'node:crypto';
import { globalId } from '../../platform/federation';
import { queryOnce } from '../support/database';
import { graphData, subscribe, type GraphOptions } from '../support/graph';
import { startSystem, type TestSystem } from '../support/system';
import { ADDRESS } from './support/operations';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
}, 60_000);
afterAll(() => system.stop());

interface Placed {
  readonly placeOrder: { readonly order: { readonly id: string; readonly number: string } | null; readonly errors: unknown[] };
}

const ADD =
  'mutation ($input: AddToCartInput!) { addToCart(input: $input) { guestToken cart { itemCount } errors { __typename } } }';
const PLACE = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id number } errors { __typename } } }';

test("one query tells the viewer, their orders, and each item's product with its categories and variant", async () => {
  const customer = await register();
  await order(customer, await addVariant());
  const query = `{ me { name cart { id } orders(first: 20) { totalCount nodes { number customer { name }
    items { name product { name categories { name } } variant { title product { slug } } } } } } }`;
  const { me } = await graphData<{ me: { orders: unknown } }>(query, {}, customer);
  expect(me).toMatchObject({
    name: 'Ada Lovelace',
    cart: null,
    orders: {
      totalCount: 1,
      nodes: [
        {
          customer: { name: 'Ada Lovelace' },
          items: [{ name: 'A lamp', product: { name: 'A lamp', categories: [] }, variant: { title: 'Red' } }],
        },
      ],
    },
  });
});

test('a watcher gets what happened before and after they came, with fields of other subgraphs', async () => {
  const customer = await register();
  const placed = await order(customer, await addVariant());
  const watcher = subscribe<{ orderStatusChanged: { sequence: number; status: string } }>(
    `subscription ($id: ID!) { orderStatusChanged(orderId: $id, after: "0") { sequence status order { number items { product { name } } } } }`,
    { id: placed.id },
    customer,
  );
  try {
    const items = [{ product: { name: 'A lamp' } }];
    expect((await watcher.next()).data).toEqual({
      orderStatusChanged: { sequence: 1, status: 'PLACED', order: { number: placed.number, items } },
    });
    expect((await watcher.next()).data?.orderStatusChanged).toMatchObject({ sequence: 2, status: 'PAID' });
    const next = watcher.next();
    await graphData(
      'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { order { status } } }',
      { input: { orderId: placed.id, reason: 'too many lamps' } },
      customer,
    );
    expect((await next).data?.orderStatusChanged).toMatchObject({ sequence: 3, status: 'CANCELLED' });
  } finally {
    await watcher.close();
  }
});

test("a guest's cart comes along when they sign in", async () => {
  const variantId = await addVariant();
  const { addToCart } = await graphData<{ addToCart: { guestToken: string } }>(
    ADD,
    { input: { lines: [{ variantId, quantity: 2 }] } },
    at(),
  );
  const customer = await register();
  const { cart } = await graphData<{ cart: unknown }>(
    '{ cart { itemCount total { amount } } }',
    {},
    { ...customer, guestToken: addToCart.guestToken },
  );
  expect(cart).toEqual({ itemCount: 2, total: { amount: '39.98' } });
});

test('node finds things of every subgraph', async () => {
  const customer = await register();
  const variantId = await addVariant();
  const placed = await order(customer, variantId);
  const { variant } = await graphData<{ variant: { product: { id: string } } }>(
    'query ($id: ID!) { variant: node(id: $id) { ... on ProductVariant { product { id } } } }',
    { id: variantId },
    customer,
  );
  const ids = [placed.id, variant.product.id, variantId];
  const query =
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { number } ... on Product { name } ... on ProductVariant { title } } }';
  const { nodes } = await graphData<{ nodes: unknown[] }>(query, { ids }, customer);
  expect(nodes).toEqual([
    { id: ids[0], number: placed.number },
    { id: ids[1], name: 'A lamp' },
    { id: ids[2], title: 'Red' },
  ]);
});

test('what is internal cannot be asked for', async () => {
  await expect(graphData('{ variantsForSale(ids: []) { sku } }', {}, at())).rejects.toThrow('GRAPHQL_VALIDATION_FAILED');
});

function at(): GraphOptions {
  return { url: system.url };
}

async function register(): Promise<GraphOptions> {
  const input = { email: `${randomUUID()}@example.com`, name: 'Ada Lovelace', password: 'correct horse battery' };
  const query =
    'mutation ($input: RegisterAccountInput!) { registerAccount(input: $input) { tokens { accessToken } errors { __typename } } }';
  const { registerAccount } = await graphData<{ registerAccount: { tokens: { accessToken: string } } }>(query, { input }, at());
  return { ...at(), token: registerAccount.tokens.accessToken };
}

async function order(customer: GraphOptions, variantId: string): Promise<{ id: string; number: string }> {
  await graphData(ADD, { input: { lines: [{ variantId, quantity: 1 }] } }, customer);
  const input = { idempotencyKey: randomUUID(), shippingAddress: ADDRESS, paymentToken: 'tok_ok' };
  const { placeOrder } = await graphData<Placed>(PLACE, { input }, customer);
  if (!placeOrder.order) throw new Error(`no order was placed: ${JSON.stringify(placeOrder.errors)}`);
  return placeOrder.order;
}

async function addVariant(): Promise<string> {
  const [row] = await queryOnce<{ id: number }>(
    system.databases.product ?? '',
    `WITH p AS (INSERT INTO product (slug, name, status, currency, published_at) VALUES ($1, 'A lamp', 'ACTIVE', 'EUR', now()) RETURNING id)
     INSERT INTO product_variant (product_id, sku, title, price, stock_on_hand) SELECT id, $1, 'Red', 19.99, 100 FROM p RETURNING id`,
    [`lamp-${randomUUID()}`],
  );
  return globalId('ProductVariant', row?.id ?? 0);
}
