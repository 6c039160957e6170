import { globalId } from '../../platform/federation';
import { everyone, ownerAndStaff, ownerOnly, staffElse, staffOnly, type Row } from './matrix';

const ABSENT_KEY = 2_147_483_647;
type NodeAnswer = { node: Record<string, unknown> | null };
const NODE = (fields: string): string => `query ($id: ID!) { node(id: $id) { __typename ${fields} } }`;
const nodeField = (name: string) => (data: NodeAnswer) => data.node?.[name];

/** Fields below the root that tell what not everybody may know, by every way that leads to them. */
export const objectRows: readonly Row[] = [
  {
    field: 'User.email (by node)',
    operation: NODE('... on User { email }'),
    variables: ({ customer }) => ({ id: customer.id }),
    pick: nodeField('email'),
    expected: ownerAndStaff('null'),
  },
  {
    field: 'User.name (by node)',
    operation: NODE('... on User { name }'),
    variables: ({ customer }) => ({ id: customer.id }),
    pick: nodeField('name'),
    expected: ownerAndStaff('NOT_FOUND'),
  },
  {
    field: 'User.name (of nobody, by node: the same refusal)',
    operation: NODE('... on User { name }'),
    variables: () => ({ id: globalId('User', ABSENT_KEY) }),
    expected: everyone('NOT_FOUND'),
  },
  {
    field: 'User.addresses (by node)',
    operation: NODE('... on User { addresses { line1 } }'),
    variables: ({ customer }) => ({ id: customer.id }),
    pick: nodeField('addresses'),
    expected: ownerAndStaff('NOT_FOUND'),
  },
  {
    field: 'User.orders (by node)',
    operation: NODE('... on User { orders(first: 1) { nodes { number } } }'),
    variables: ({ customer }) => ({ id: customer.id }),
    pick: nodeField('orders'),
    expected: ownerAndStaff('NOT_FOUND'),
  },
  {
    field: 'User.cart (by node)',
    operation: NODE('... on User { cart { id } }'),
    variables: async (world) => ({ id: world.customer.id, ...(await world.cart()) }),
    pick: nodeField('cart'),
    expected: ownerOnly('null'),
  },
  {
    field: 'Cart.lines (by node)',
    operation: NODE('... on Cart { lines { id } }'),
    variables: async (world) => ({ id: (await world.cart()).cartId }),
    pick: nodeField('lines'),
    expected: ownerOnly('null'),
  },
  {
    field: 'Order.email (by node)',
    operation: NODE('... on Order { email shippingAddress { line1 } payments { status } events { data } }'),
    variables: async (world) => ({ id: (await world.order()).id }),
    pick: nodeField('email'),
    expected: ownerAndStaff('null'),
  },
  {
    field: 'Order.email (of a guest, by node)',
    operation: NODE('... on Order { email }'),
    variables: async (world) => ({ id: (await world.guestOrder()).id }),
    pick: nodeField('email'),
    expected: staffElse('null'),
  },
  {
    field: 'Order.email (of a guest, by number and a wrong address)',
    operation: 'query ($number: String!, $email: String!) { orderByNumber(number: $number, email: $email) { email } }',
    variables: async (world) => ({ number: (await world.guestOrder()).number, email: world.customer.email }),
    expected: staffElse('null'),
  },
  {
    field: 'Address.line1 (by node)',
    operation: NODE(''),
    variables: ({ address }) => ({ id: address }),
    expected: everyone('null'),
  },

  {
    field: 'Query.product (a draft)',
    operation: 'query ($id: ID!) { product(id: $id) { name } }',
    variables: ({ draft }) => ({ id: draft.id }),
    expected: staffElse('null'),
  },
  {
    field: 'Query.productBySlug (a draft)',
    operation: 'query ($slug: String!) { productBySlug(slug: $slug) { name } }',
    variables: ({ draft }) => ({ slug: draft.slug }),
    expected: staffElse('null'),
  },
  {
    field: 'Product.name (a draft, by node)',
    operation: NODE('... on Product { name }'),
    variables: ({ draft }) => ({ id: draft.id }),
    pick: nodeField('name'),
    expected: staffElse('NOT_FOUND'),
  },
  {
    field: 'Product.name (of nothing, by node: the same refusal)',
    operation: NODE('... on Product { name }'),
    variables: () => ({ id: globalId('Product', ABSENT_KEY) }),
    expected: everyone('NOT_FOUND'),
  },
  {
    field: 'ProductVariant.price (of a draft, by node)',
    operation: NODE('... on ProductVariant { price { amount } }'),
    variables: ({ draft }) => ({ id: draft.variantIds[0] }),
    pick: nodeField('price'),
    expected: staffElse('NOT_FOUND'),
  },
  {
    field: 'Query.products (drafts, by filter)',
    operation: '{ products(first: 1, filter: { statuses: [DRAFT] }) { totalCount nodes { name } } }',
    expected: staffOnly,
  },
  {
    field: 'Query.search (a draft)',
    operation: 'query ($query: String!) { search(query: $query, first: 5) { nodes { name } } }',
    variables: ({ draft }) => ({ query: draft.name }),
    pick: (data: { search: { nodes: unknown[] } }) => data.search.nodes[0],
    expected: everyone('null'),
  },
  {
    field: 'Query.suggestProducts (a draft)',
    operation: 'query ($prefix: String!) { suggestProducts(prefix: $prefix) { name } }',
    variables: ({ draft }) => ({ prefix: draft.name }),
    pick: (data: { suggestProducts: unknown[] }) => data.suggestProducts[0],
    expected: everyone('null'),
  },
  {
    field: 'Mutation.addToCart (a draft)',
    operation: 'mutation ($input: AddToCartInput!) { addToCart(input: $input) { cart { id } errors { __typename } } }',
    variables: ({ draft }) => ({ input: { lines: [{ variantId: draft.variantIds[0], quantity: 1 }] } }),
    expected: everyone('VariantNotForSale'),
  },
  {
    field: 'ProductVariant.stock',
    operation: 'query ($id: ID!) { product(id: $id) { variants { stock { onHand reserved } } } }',
    variables: ({ active }) => ({ id: active.id }),
    pick: (data: { product: { variants: { stock: unknown }[] } }) => data.product.variants[0]?.stock,
    expected: staffElse('null'),
  },
  {
    field: 'ProductVariant.stockMovements',
    operation: 'query ($id: ID!) { product(id: $id) { variants { stockMovements(first: 1) { nodes { reason } } } } }',
    variables: ({ active }) => ({ id: active.id }),
    expected: staffOnly,
  },
];
