import { globalId, keyOf } from '../../platform/federation';
import type { Customer, Storefront } from '../support/storefront';
import { sharedShop } from './support/shared-shop';
import { until } from '../support/until';

let shop: Storefront;
beforeAll(() => {
  shop = sharedShop();
});

test('one query tells the viewer, their orders, and of each item the product with categories and variant', async () => {
  const customer = await shop.signUp();
  const ware = await shop.addWare({ name: 'Lamp', price: '12.50' });
  const [category] = await shop.sql<{ id: number; name: string }>(
    'product',
    `INSERT INTO category (slug, name) VALUES ($1, 'Lighting') RETURNING id, name`,
    [`lighting-${ware.key}`],
  );
  await shop.sql('product', 'INSERT INTO product_category (product_id, category_id) VALUES ($1, $2)', [
    ware.productKey,
    category?.id,
  ]);
  const order = await shop.buy(customer, ware);
  const story = await shop.ask(
    `query Story { me { id email orders(first: 5) { totalCount nodes { number status items { quantity price { amount currency }
      product { id name categories { name } variants { id } } variant { id sku product { id } } } } } } }`,
    {},
    customer,
  );
  expect(story).toEqual({
    me: {
      id: customer.id,
      email: customer.email,
      orders: {
        totalCount: 1,
        nodes: [
          {
            number: order.number,
            status: 'PAID',
            items: [
              {
                quantity: 1,
                price: { amount: '12.50', currency: 'EUR' },
                product: { id: ware.productId, name: 'Lamp', categories: [{ name: 'Lighting' }], variants: [{ id: ware.id }] },
                variant: { id: ware.id, sku: expect.any(String), product: { id: ware.productId } },
              },
            ],
          },
        ],
      },
    },
  });
});

test('node and nodes find every type again by its id, and nothing that the viewer may not see', async () => {
  const [customer, other] = [await shop.signUp(), await shop.signUp()];
  const ware = await shop.addWare({ name: 'Lamp' });
  const order = await shop.buy(customer, ware);
  const { cart } = await shop.add(customer, ware.id);
  const [category] = await shop.sql<{ id: number }>(
    'product',
    `INSERT INTO category (slug, name) VALUES ($1, 'Lighting') RETURNING id`,
    [`c-${ware.key}`],
  );
  const categoryId = globalId('Category', category?.id ?? 0);
  const fields = `__typename id ... on User { email } ... on Product { name } ... on ProductVariant { price { amount } } ... on Category { name }
    ... on Order { number } ... on Cart { itemCount }`;
  const expected = [
    { __typename: 'User', id: customer.id, email: customer.email },
    { __typename: 'Product', id: ware.productId, name: 'Lamp' },
    { __typename: 'ProductVariant', id: ware.id, price: { amount: '19.99' } },
    { __typename: 'Category', id: categoryId, name: 'Lighting' },
    { __typename: 'Order', id: order.id, number: order.number },
    { __typename: 'Cart', id: cart?.id, itemCount: 1 },
  ];
  const ids = expected.map(({ id }) => id);
  expect(await shop.ask(`query Many($ids: [ID!]!) { nodes(ids: $ids) { ${fields} } }`, { ids }, customer)).toEqual({
    nodes: expected,
  });
  for (const one of expected) {
    expect(await shop.ask(`query One($id: ID!) { node(id: $id) { ${fields} } }`, { id: one.id }, customer)).toEqual({
      node: one,
    });
  }
  const theirs = await shop.try<{ nodes: unknown[] }>(
    `query Many($ids: [ID!]!) { nodes(ids: $ids) { ${fields} } }`,
    { ids },
    other,
  );
  expect(JSON.stringify(theirs)).not.toContain(customer.email);
  expect(JSON.stringify(theirs)).not.toContain(order.number);
  expect(theirs.data?.nodes.slice(1, 4)).toEqual(expected.slice(1, 4));
  const unknown = await shop.try<{ nodes: unknown[] }>(
    'query None($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    { ids: ['nonsense', globalId('Order', 2_000_000_000)] },
    customer,
  );
  expect(unknown.data?.nodes ?? [null, null]).toEqual([null, null]);
});

test('two tabs that refresh with the same token at once both go on, and the late token of neither is a false alarm', async () => {
  const { refreshToken } = await shop.signUp();
  const both = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
  for (const { tokens, errors } of both) {
    expect(errors).toEqual([]);
    expect(
      (await shop.ask<{ me: { id: string } | null }>('query Me { me { id } }', {}, { token: tokens?.accessToken })).me,
    ).not.toBeNull();
  }
  for (const { tokens } of both) expect((await refresh(tokens?.refreshToken ?? '')).errors).toEqual([]);
});

test('an erased account is gone from its orders too, what was sold for how much stays', async () => {
  const customer = await shop.signUp();
  const order = await shop.buy(customer, await shop.addWare({ name: 'Lamp' }));
  const staff = await shop.hire();
  const { eraseMyAccount } = await shop.ask<{ eraseMyAccount: { errors: unknown[] } }>(
    'mutation Erase($input: EraseMyAccountInput!) { eraseMyAccount(input: $input) { errors { __typename } } }',
    { input: { password: customer.password } },
    customer,
  );
  expect(eraseMyAccount.errors).toEqual([]);
  const seen = await until(
    () => seenByStaff(order.id, staff),
    ({ order: found }) => found?.email === 'erased@example.invalid',
  );
  expect(seen.order).toMatchObject({
    number: order.number,
    totalAmount: { amount: expect.any(String) },
    shippingAddress: null,
    items: [{ name: 'Lamp' }],
  });
  const rows = await shop.sql<{ text: string }>(
    'order',
    `SELECT o::text || coalesce((SELECT string_agg(e::text, '') FROM order_event e WHERE e.order_id = o.id), '') AS text FROM "order" o WHERE user_id = $1`,
    [keyOf('User', customer.id)],
  );
  expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${customer.email}|Ada Lovelace|Kade 1`));
  expect((await shop.try<{ me: unknown }>('query Me { me { id } }', {}, customer)).data?.me ?? null).toBeNull();
});

interface StaffView {
  readonly order: { readonly email: string; readonly customer: { readonly name: string } | null } | null;
}

function seenByStaff(id: string, staff: Customer): Promise<StaffView> {
  return shop.ask<StaffView>(
    'query Order($id: ID!) { order(id: $id) { number email totalAmount { amount } shippingAddress { line1 } items { name } } }',
    { id },
    staff,
  );
}

async function refresh(refreshToken: string) {
  const { refreshSession } = await shop.ask<{
    refreshSession: { tokens: { accessToken: string; refreshToken: string } | null; errors: unknown[] };
  }>(
    'mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { tokens { accessToken refreshToken } errors { __typename } } }',
    { input: { refreshToken } },
  );
  return refreshSession;
}
