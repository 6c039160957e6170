import { randomUUID } from 'node:crypto';
import { everyone, ownerAndStaff, ownerOnly, signedIn, staffOnly, type Row } from './matrix';
import type { Json, ViewerName } from './viewers';
import type { World } from './world';

const ERRORS = 'errors { __typename }';
const ADDRESS = { name: 'Ada', line1: 'Kade 1', city: 'Utrecht', countryCode: 'NL' };

function mutation(name: string, answer: string, row: Pick<Row, 'variables' | 'expected'>, inputType?: string): Row {
  const type = inputType ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return {
    field: `Mutation.${name}`,
    operation: `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} ${ERRORS} } }`,
    ...row,
  };
}

const orderAt =
  (status: 'PAID' | 'PACKED' | 'SHIPPED', more: Json = {}) =>
  async (world: World): Promise<Json> => ({
    input: { orderId: (await world.order(status)).id, ...more },
  });

/** Those who have an account put something into their cart first. */
async function purchase(world: World, viewer: ViewerName): Promise<Json> {
  const account = world.account(viewer);
  if (account) await world.cart(account);
  return { input: { idempotencyKey: randomUUID(), shippingAddress: ADDRESS, paymentToken: 'tok_ok' } };
}

/** Carts, checkout, orders and their tracking. */
export const orderRows: readonly Row[] = [
  {
    field: 'Query.cart',
    operation: '{ cart { id } }',
    variables: async (world) => ({ ...(await world.cart()) }),
    // Others may have a cart of their own; what must not be seen is the customer's.
    pick: (data: { cart: { id: string } | null }, { cartId }: { cartId: string }) =>
      data.cart?.id === cartId ? data.cart : null,
    expected: ownerOnly('null'),
  },
  {
    field: 'Query.order',
    operation: 'query ($id: ID!) { order(id: $id) { id email totalAmount { amount } } }',
    variables: async (world) => ({ id: (await world.order()).id }),
    expected: ownerAndStaff('null'),
  },
  {
    field: 'Query.orderByNumber',
    operation: 'query ($number: String!, $email: String!) { orderByNumber(number: $number, email: $email) { id } }',
    // Number and e-mail open a guest's order, not a customer's.
    variables: async (world) => ({ number: (await world.order()).number, email: world.customer.email }),
    expected: ownerAndStaff('null'),
  },
  { field: 'Query.orders', operation: '{ orders(first: 1) { nodes { id } totalCount } }', expected: staffOnly },
  {
    field: 'Query.node',
    operation: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: async (world) => ({ id: (await world.order()).id }),
    expected: ownerAndStaff('null'),
  },
  {
    field: 'Query.nodes',
    operation: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: async (world) => ({ ids: [(await world.order()).id] }),
    pick: (data: { nodes: unknown[] }) => data.nodes[0],
    expected: ownerAndStaff('null'),
  },

  mutation('addToCart', 'cart { id }', {
    variables: ({ active }) => ({ input: { lines: [{ variantId: active.variantIds[0], quantity: 1 }] } }),
    expected: everyone(),
  }),
  mutation('updateCartLine', 'cart { id }', {
    variables: async (world) => ({ input: { lineId: (await world.cart()).lineId, quantity: 2 } }),
    expected: ownerOnly('CartLineNotFound'),
  }),
  mutation('removeCartLine', 'cart { id }', {
    variables: async (world) => ({ input: { lineId: (await world.cart()).lineId } }),
    expected: ownerOnly('CartLineNotFound'),
  }),
  mutation('clearCart', 'cart { id }', { variables: () => ({ input: {} }), expected: everyone() }),
  mutation('placeOrder', 'order { id }', { variables: purchase, expected: { ...everyone(), anonymous: 'CartEmpty' } }),
  mutation('cancelOrder', 'order { id }', {
    variables: orderAt('PAID', { reason: 'Changed my mind' }),
    expected: ownerAndStaff('OrderNotFound'),
  }),
  mutation('packOrder', 'order { id }', { variables: orderAt('PAID'), expected: staffOnly }, 'OrderChangeInput'),
  mutation('shipOrder', 'order { id }', {
    variables: orderAt('PACKED', { carrier: 'PostNL', trackingNumber: '3S1' }),
    expected: staffOnly,
  }),
  mutation('deliverOrder', 'order { id }', { variables: orderAt('SHIPPED'), expected: staffOnly }, 'OrderChangeInput'),
  mutation('refundOrder', 'order { id }', { variables: orderAt('SHIPPED', { reason: 'Broken' }), expected: staffOnly }),

  {
    field: 'Subscription.orderStatusChanged',
    operation:
      'subscription ($orderId: ID!) { orderStatusChanged(orderId: $orderId, snapshot: true) { sequence order { number } } }',
    variables: async (world) => ({ orderId: (await world.order()).id }),
    expected: ownerAndStaff('NOT_FOUND'),
  },
  {
    field: 'Subscription.myOrdersChanged',
    operation: 'subscription { myOrdersChanged(snapshot: true, first: 1) { orders { number } } }',
    expected: signedIn,
  },
  {
    field: 'Subscription.ordersChanged',
    operation: 'subscription { ordersChanged(snapshot: true, first: 1) { orders { number } } }',
    expected: staffOnly,
  },
];
