import { randomUUID } from 'node:crypto';

/** An operation of the snapshot, asked for lists of two lengths. */
export interface CountedOperation {
  readonly name: string;
  readonly query: string;
  /** Who asks; each is prepared by `world.ts`. */
  readonly viewer: 'anonymous' | 'guest' | 'buyer' | 'customer' | 'staff';
  /** The statements that it may cost over all subgraphs, caches off. */
  readonly budget: number;
  variables(world: CountedWorld, size: number): Record<string, unknown>;
  /** The list that grows, so that an empty one proves nothing. */
  list(data: never): readonly unknown[];
}

/** What the operations refer to, by the length of the list. */
export interface CountedWorld {
  readonly productSlugs: Readonly<Record<number, string>>;
  readonly productIds: readonly string[];
  readonly categorySlug: string;
  readonly orderIds: Readonly<Record<number, string>>;
}

interface Nodes {
  readonly nodes: readonly unknown[];
}

const ADDRESS = { name: 'Ada Lovelace', line1: 'Kade 1', city: 'Utrecht', postalCode: '3511 AA', countryCode: 'NL' };
const MONEY = '{ amount currency }';
const CARD = `id slug name vendor price ${MONEY} compareAtPrice ${MONEY} stockQuantity availableForSale featuredImage { url alt }`;
const VARIANT = `id sku title selectedOptions { name value } price ${MONEY} compareAtPrice ${MONEY} stockQuantity availableForSale image { url }`;
const FACETS = `facets { vendors { value count } productTypes { value count } tags { value count } options { name values { value count } }
  categories { category { id slug name } count } price { min ${MONEY} max ${MONEY} } priceRanges { count } inStock { inStock outOfStock } }`;
const PAGE = 'pageInfo { hasNextPage endCursor }';
const ITEMS = `items { name quantity price ${MONEY} product { id slug name featuredImage { url } categories { id name } } variant { id title selectedOptions { name value } } }`;

/** Operations that shops and back offices send; the first three and the last have budgets that the project was given. */
export const countedOperations: readonly CountedOperation[] = [
  {
    name: 'product list with facets',
    query: `query ($first: Int!) { products(first: $first) { nodes { ${CARD} categories { id slug name } variants { ${VARIANT} } } totalCount ${FACETS} ${PAGE} } }`,
    viewer: 'anonymous',
    budget: 8,
    variables: (_world, first) => ({ first }),
    list: (data: { products: Nodes }) => data.products.nodes,
  },
  {
    name: 'product detail (its variants)',
    query: `query ($slug: String!) { productBySlug(slug: $slug) { ${CARD} description descriptionHtml tags seo { title description }
      options { name values } images(first: 10) { url alt } categories { id name ancestors { id name } } variants { ${VARIANT} } } }`,
    viewer: 'anonymous',
    budget: 8,
    variables: ({ productSlugs }, size) => ({ slug: productSlugs[size] }),
    list: (data: { productBySlug: { variants: readonly unknown[] } }) => data.productBySlug.variants,
  },
  {
    name: 'search with facets',
    query: `query ($first: Int!) { search(query: "cotton", first: $first) { nodes { ${CARD.replace(/ featuredImage.*/, '')} } totalCount suggestedQuery ${FACETS} ${PAGE} } }`,
    viewer: 'anonymous',
    budget: 3,
    variables: (_world, first) => ({ first }),
    list: (data: { search: Nodes }) => data.search.nodes,
  },
  {
    name: 'category page',
    query: `query ($slug: String!, $first: Int!) { categoryBySlug(slug: $slug) { id name description ancestors { name } children { slug name productCount }
      products(first: $first, sort: PRICE_ASC) { nodes { ${CARD} } totalCount ${PAGE} } } }`,
    viewer: 'anonymous',
    budget: 8,
    variables: ({ categorySlug }, first) => ({ slug: categorySlug, first }),
    list: (data: { categoryBySlug: { products: Nodes } }) => data.categoryBySlug.products.nodes,
  },
  {
    name: 'nodes by id',
    query: `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { ${CARD} variants { ${VARIANT} } } } }`,
    viewer: 'anonymous',
    budget: 4,
    variables: ({ productIds }, size) => ({ ids: productIds.slice(0, size) }),
    list: (data: { nodes: readonly unknown[] }) => data.nodes.filter((node) => node !== null),
  },
  {
    name: 'cart (its lines)',
    query: `{ cart { id version itemCount subtotal ${MONEY} total ${MONEY} warnings { code }
      lines { id quantity unitPrice ${MONEY} lineTotal ${MONEY} quantityAvailable product { ${CARD} categories { name } } variant { ${VARIANT} } } } }`,
    viewer: 'guest',
    budget: 8,
    variables: () => ({}),
    list: (data: { cart: { lines: readonly unknown[] } }) => data.cart.lines,
  },
  {
    name: 'my orders with their goods',
    query: `query ($first: Int!) { me { name email orders(first: $first) { nodes { number orderDate status totalAmount ${MONEY} allowedActions ${ITEMS} } totalCount ${PAGE} } } }`,
    viewer: 'customer',
    budget: 12,
    variables: (_world, first) => ({ first }),
    list: (data: { me: { orders: Nodes } }) => data.me.orders.nodes,
  },
  {
    name: 'order (its items)',
    query: `query ($id: ID!) { order(id: $id) { number status totalAmount ${MONEY} customer { name } shippingAddress { city }
      events { sequence type at } payments { status amount ${MONEY} } shipments { trackingNumber } ${ITEMS} } }`,
    viewer: 'staff',
    budget: 12,
    variables: ({ orderIds }, size) => ({ id: orderIds[size] }),
    list: (data: { order: { items: readonly unknown[] } }) => data.order.items,
  },
  {
    name: 'back office: orders with customers',
    query: `query ($first: Int!) { orders(first: $first) { nodes { number status paymentStatus email totalAmount ${MONEY} allowedActions customer { id name email } items { name quantity } } totalCount ${PAGE} } }`,
    viewer: 'staff',
    budget: 6,
    variables: (_world, first) => ({ first }),
    list: (data: { orders: Nodes }) => data.orders.nodes,
  },
  {
    name: 'users with addresses and last orders',
    query: `query ($first: Int!) { users(first: $first, sort: NAME) { nodes { id name email roles addresses { line1 city } defaultAddress { city }
      orders(first: 3) { nodes { number status } totalCount } } totalCount ${PAGE} } }`,
    viewer: 'staff',
    budget: 6,
    variables: (_world, first) => ({ first }),
    list: (data: { users: Nodes }) => data.users.nodes,
  },
  {
    name: 'placing an order (its items)',
    query: `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
      order { id number status totalAmount ${MONEY} items { name quantity } } errors { __typename } } }`,
    viewer: 'buyer',
    budget: 45,
    variables: () => ({
      input: { idempotencyKey: randomUUID(), email: 'ada@example.com', shippingAddress: ADDRESS, paymentToken: 'tok_ok' },
    }),
    list: (data: { placeOrder: { order: { items: readonly unknown[] } | null } }) => data.placeOrder.order?.items ?? [],
  },
];
