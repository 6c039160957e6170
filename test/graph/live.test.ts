import type { GraphQLFormattedError } from 'graphql';
import { subscribe, type GraphSubscription } from '../support/graph';
import type { Customer, PlacedOrder, Storefront, Visitor, Ware } from '../support/storefront';
import { sharedShop } from './support/shared-shop';

interface Told {
  readonly position: string;
  readonly kind: 'SNAPSHOT' | 'CHANGE' | 'RESET';
}
interface OrderTold extends Told {
  readonly sequence: number;
  readonly type: string;
  readonly order: {
    readonly number: string;
    readonly items: readonly { readonly product: { readonly name: string; readonly categories: readonly unknown[] } }[];
  };
}
interface OrdersTold extends Told {
  readonly change: { readonly sequence: number; readonly type: string } | null;
  readonly orders: readonly { readonly id: string; readonly customer: { readonly email: string } | null }[];
}
interface OfferTold extends Told {
  readonly product: {
    readonly name: string;
    readonly stockQuantity: number;
    readonly variants: readonly { readonly stockQuantity: number; readonly price: { readonly amount: string } }[];
  };
}

const ORDER = `subscription Watch($id: ID!, $after: String, $snapshot: Boolean) {
  watched: orderStatusChanged(orderId: $id, after: $after, snapshot: $snapshot) {
    position kind sequence type order { number items { product { name categories { name } } } } } }`;
const MINE = `subscription Mine($after: String, $snapshot: Boolean) {
  watched: myOrdersChanged(after: $after, snapshot: $snapshot) { position kind change { sequence type } orders { id customer { email } } } }`;
const SHOP = `subscription Shop($statuses: [OrderStatus!], $after: String, $snapshot: Boolean) {
  watched: ordersChanged(statuses: $statuses, after: $after, snapshot: $snapshot, first: 5) {
    position kind change { sequence type } orders { id customer { email } } } }`;
const OFFER = `subscription Offer($id: ID!, $after: String, $snapshot: Boolean) {
  watched: productOfferChanged(productId: $id, after: $after, snapshot: $snapshot) {
    position kind product { name stockQuantity variants { stockQuantity price { amount } } } } }`;

let shop: Storefront;
let staff: Customer;
beforeAll(async () => {
  shop = sharedShop();
  staff = await shop.hire();
});

const open: GraphSubscription<unknown>[] = [];
afterEach(async () => {
  for (const stream of open.splice(0)) await stream.close();
});

describe('one order', () => {
  test('who connected before and who connected after a change each see every event once and in order, with the product beside it', async () => {
    const { customer, order } = await boughtLamp();
    const early = watch<OrderTold>(ORDER, customer, { id: order.id, snapshot: true });
    const [now] = await early.take(1);
    expect(now).toMatchObject({ kind: 'SNAPSHOT', type: 'PAID', order: { number: order.number } });
    await move('packOrder(input: { orderId: $id })', order);
    const late = watch<OrderTold>(ORDER, customer, { id: order.id, after: now?.position });
    await move('shipOrder(input: { orderId: $id, carrier: "Post", trackingNumber: "T1" })', order);
    const [seenEarly, seenLate] = [await early.take(2), await late.take(2)];
    expect(seenEarly.map(({ kind, sequence, type }) => [kind, sequence, type])).toEqual([
      ['CHANGE', 3, 'PACKED'],
      ['CHANGE', 4, 'SHIPPED'],
    ]);
    expect(seenLate).toEqual(seenEarly);
    expect(seenEarly[0]?.order.items).toEqual([{ product: { name: 'Lamp', categories: [] } }]);
  });

  test('who comes back says the last position, and gets what was missed, once, whatever else happened in the shop', async () => {
    const { customer, order } = await boughtLamp();
    const before = watch<OrderTold>(ORDER, customer, { id: order.id, snapshot: true });
    const [now] = await before.take(1);
    await before.close();
    await move('packOrder(input: { orderId: $id })', order);
    await boughtLamp();
    await move('shipOrder(input: { orderId: $id, carrier: "Post", trackingNumber: "T1" })', order);
    const after = watch<OrderTold>(ORDER, customer, { id: order.id, after: now?.position });
    expect((await after.take(2)).map(({ type }) => type)).toEqual(['PACKED', 'SHIPPED']);
    await move('deliverOrder(input: { orderId: $id })', order);
    expect((await after.take(1)).map(({ sequence, type }) => [sequence, type])).toEqual([[5, 'DELIVERED']]);
  });

  test('a position beyond the end of the log, or none at all, is answered by how it stands, as a reset', async () => {
    const { customer, order } = await boughtLamp();
    for (const after of ['900000000000', 'nonsense']) {
      const lost = watch<OrderTold>(ORDER, customer, { id: order.id, after });
      expect(await lost.take(1)).toMatchObject([{ kind: 'RESET', sequence: 2, type: 'PAID' }]);
    }
  });

  test('nobody else may watch', async () => {
    const { order } = await boughtLamp();
    for (const stranger of [await shop.signUp(), {}]) {
      expect(await refusalOf(ORDER, stranger, { id: order.id, snapshot: true })).toContain('NOT_FOUND');
    }
  });
});

test('a customer sees all of their orders and none of others, staff sees all of them by status', async () => {
  const { customer, order } = await boughtLamp();
  const mine = watch<OrdersTold>(MINE, customer, { snapshot: true });
  expect(await mine.take(1)).toMatchObject([
    { kind: 'SNAPSHOT', change: null, orders: [{ id: order.id, customer: { email: customer.email } }] },
  ]);
  const packed = watch<OrdersTold>(SHOP, staff, { statuses: ['PACKED'], snapshot: true });
  expect((await packed.take(1))[0]).toMatchObject({ kind: 'SNAPSHOT', change: null });
  const other = await boughtLamp();
  await move('packOrder(input: { orderId: $id })', other.order);
  await move('packOrder(input: { orderId: $id })', order);
  expect(await mine.take(1)).toMatchObject([
    { kind: 'CHANGE', change: { sequence: 3, type: 'PACKED' }, orders: [{ id: order.id }] },
  ]);
  // Others use the shop at the same time.
  const both = new Map<string, unknown>();
  while (both.size < 2) {
    const [told] = await packed.take(1);
    const [one] = told?.orders ?? [];
    if (one && [order.id, other.order.id].includes(one.id)) both.set(one.id, [told?.change?.type, one.customer?.email]);
  }
  expect([...both]).toEqual([
    [other.order.id, ['PACKED', other.customer.email]],
    [order.id, ['PACKED', customer.email]],
  ]);
  expect(await refusalOf(SHOP, customer, { snapshot: true })).toContain('FORBIDDEN');
  expect(await refusalOf(MINE, {}, { snapshot: true })).toContain('UNAUTHENTICATED');
});

test('everybody sees stock and price of a product as they change', async () => {
  const ware = await shop.addWare({ name: 'Lamp', stock: 5 });
  const offer = watch<OfferTold>(OFFER, {}, { id: ware.productId, snapshot: true });
  expect(await offer.take(1)).toMatchObject([{ kind: 'SNAPSHOT', product: { name: 'Lamp', variants: [{ stockQuantity: 5 }] } }]);
  await shop.buy(await shop.signUp(), ware);
  expect((await offer.until((told) => told.product.variants[0]?.stockQuantity === 4)).kind).toBe('CHANGE');
  await reprice(ware, '9.50');
  const repriced = await offer.until((told) => told.product.variants[0]?.price.amount === '9.50');
  expect(repriced.product.stockQuantity).toBe(4);
});

async function boughtLamp() {
  const customer = await shop.signUp();
  const order = await shop.buy(customer, await shop.addWare({ name: 'Lamp' }));
  return { customer, order };
}

function watch<T>(query: string, { token }: Visitor, variables: Record<string, unknown>) {
  const stream = subscribe<{ watched: T }>(query, variables, { token, url: shop.url });
  open.push(stream);
  const next = async (): Promise<T> => {
    const { data, errors } = await stream.next();
    expect(errors).toBeUndefined();
    if (!data) throw new Error('nothing was told');
    return data.watched;
  };
  return {
    raw: () => stream.next(),
    close: () => stream.close(),
    take: async (count: number): Promise<T[]> => {
      const taken: T[] = [];
      while (taken.length < count) taken.push(await next());
      return taken;
    },
    until: async (isIt: (told: T) => boolean): Promise<T> => {
      for (;;) {
        const told = await next();
        if (isIt(told)) return told;
      }
    },
  };
}

async function refusalOf(query: string, visitor: Visitor, variables: Record<string, unknown>): Promise<string> {
  const told = await watch(query, visitor, variables)
    .raw()
    .then(
      ({ errors }) => errors,
      (error: unknown) => error as readonly GraphQLFormattedError[],
    );
  return JSON.stringify(told);
}

async function reprice(ware: Ware, amount: string): Promise<void> {
  const { updateVariant } = await shop.ask<{ updateVariant: { errors: unknown[] } }>(
    'mutation Reprice($input: UpdateVariantInput!) { updateVariant(input: $input) { errors { __typename } } }',
    { input: { variantId: ware.id, price: { amount } } },
    staff,
  );
  expect(updateVariant.errors).toEqual([]);
}

async function move(mutation: string, { id }: PlacedOrder): Promise<void> {
  const answer = await shop.ask<Record<string, { errors: unknown[] }>>(
    `mutation Change($id: ID!) { ${mutation} { errors { __typename } } }`,
    { id },
    staff,
  );
  for (const { errors } of Object.values(answer)) expect(errors).toEqual([]);
}
