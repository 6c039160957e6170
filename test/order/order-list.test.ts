import { randomUUID } from 'node:crypto';
import { countingStatements } from '../../platform/db';
import type { Viewer } from '../../platform/auth';
import { globalId } from '../../platform/federation';
import { add, place } from './support/operations';
import { guest, newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

interface Listed {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly totalAmount: { readonly amount: string };
}

interface ListPage {
  readonly nodes: readonly Listed[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly endCursor: string | null;
    readonly startCursor: string | null;
  };
  readonly totalCount: number;
}

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('the list of all orders', () => {
  test('is for staff alone', async () => {
    const answer = await shop.execute('{ orders(first: 1) { totalCount } }', {}, newCustomer());
    expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    const anonymous = await shop.execute('{ orders(first: 1) { totalCount } }', {}, guest(null));
    expect(anonymous.errors?.[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  test('filters by status, dates, amount and a part of number or e-mail', async () => {
    const email = `q-${randomUUID().slice(0, 8)}@example.com`;
    await insertOrders(6, {
      email,
      status: (at) => (at % 2 ? 'SHIPPED' : 'PAID'),
      total: (at) => at * 10,
      date: (at) => `2020-01-0${at + 1}`,
    });
    const count = async (filter: Record<string, unknown>) => (await list({ filter: { search: email, ...filter } })).totalCount;
    expect(await count({})).toBe(6);
    expect(await count({ status: ['SHIPPED'] })).toBe(3);
    expect(await count({ status: ['SHIPPED', 'PAID'], minTotal: { amount: '20' }, maxTotal: { amount: '40' } })).toBe(3);
    expect(await count({ placedAfter: '2020-01-03T00:00:00Z', placedBefore: '2020-01-05T00:00:00Z' })).toBe(2);
    expect(await count({ search: email.slice(2, 12).toUpperCase() })).toBe(6);
    expect(await count({ search: '100%_nothing' })).toBe(0);
  });

  test.each(['NEWEST', 'OLDEST', 'TOTAL_DESC', 'TOTAL_ASC'])(
    'pages by %s without skipping or repeating while others come and go',
    async (sort) => {
      const email = `p-${randomUUID().slice(0, 8)}@example.com`;
      await insertOrders(23, {
        email,
        status: () => 'PAID',
        total: (at) => (at * 7) % 5,
        date: (at) => `2021-02-${String((at % 9) + 1).padStart(2, '0')}`,
      });
      const stayed = (await list({ filter: { search: email }, sort, first: 100 })).nodes.map((node) => node.id);
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: ListPage = await list({ filter: { search: email }, sort, first: 4, after });
        seen.push(...page.nodes.map((node) => node.id));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        await insertOrders(1, { email, status: () => 'PAID', total: () => seen.length % 5, date: () => '2021-02-05' });
      } while (after !== null);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => stayed.includes(id))).toEqual(stayed);
    },
  );

  test('goes backward to the same page, and refuses the cursor of another list', async () => {
    const email = `b-${randomUUID().slice(0, 8)}@example.com`;
    await insertOrders(9, { email, status: () => 'PAID', total: (at) => at, date: (at) => `2022-03-0${at + 1}` });
    const first = await list({ filter: { search: email }, first: 3 });
    const second = await list({ filter: { search: email }, first: 3, after: first.pageInfo.endCursor });
    const back = await list({ filter: { search: email }, first: null, last: 3, before: second.pageInfo.startCursor });
    expect(back.nodes).toEqual(first.nodes);
    const after = first.pageInfo.endCursor;
    for (const changed of [{ sort: 'TOTAL_ASC' }, { filter: { search: email, status: ['PAID'] } }]) {
      const other = await shop.execute(LIST, { first: 3, after, filter: { search: email }, sort: 'NEWEST', ...changed }, staff);
      expect(other.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', reason: 'CURSOR_OF_ANOTHER_LIST' } });
    }
  });
});

describe("a customer's own orders", () => {
  test('cost as many statements for 50 orders as for 5', async () => {
    const costs = await Promise.all(
      [5, 50].map(async (count) => {
        const userId = 500_000 + count;
        await insertOrders(count, {
          userId,
          email: 'x@example.com',
          status: () => 'PAID',
          total: () => 1,
          date: () => '2023-01-01',
        });
        const query = `query($u: [_Any!]!) { _entities(representations: $u) { ... on User { orders(first: 100) { totalCount nodes {
          number items { name lineTotal { amount } product { id } variant { id } } events { type } shipments { id } payments { id } } } } } }`;
        const log = { statements: [] as string[] };
        const viewer: Viewer = { ...newCustomer(), userId };
        const u = [{ __typename: 'User', id: globalId('User', userId) }];
        const data = await countingStatements(log, () =>
          shop.data<{ _entities: [{ orders: { totalCount: number; nodes: unknown[] } }] }>(query, { u }, viewer),
        );
        expect(data._entities[0].orders).toMatchObject({ totalCount: count });
        expect(data._entities[0].orders.nodes).toHaveLength(count);
        return log.statements.length;
      }),
    );
    expect(costs).toEqual([6, 6]);
  });

  test('of many customers at once are read in one statement, each their own', async () => {
    const users = [610_001, 610_002, 610_003];
    for (const userId of users)
      await insertOrders(3, {
        userId,
        email: 'y@example.com',
        status: () => 'PAID',
        total: () => userId - 610_000,
        date: () => '2023-01-01',
      });
    const u = users.map((userId) => ({ __typename: 'User', id: globalId('User', userId) }));
    const log = { statements: [] as string[] };
    const query =
      'query($u: [_Any!]!) { _entities(representations: $u) { ... on User { orders(first: 2) { nodes { totalAmount { amount } } pageInfo { hasNextPage } } } } }';
    const data = await countingStatements(log, () => shop.data<{ _entities: { orders: ListPage }[] }>(query, { u }, staff));
    expect(data._entities.map((user) => user.orders.nodes.map((node) => node.totalAmount.amount))).toEqual([
      ['1.00', '1.00'],
      ['2.00', '2.00'],
      ['3.00', '3.00'],
    ]);
    expect(log.statements).toHaveLength(1);
  });

  test('are not shown to anybody else', async () => {
    const u = [{ __typename: 'User', id: globalId('User', 5) }];
    const answer = await shop.execute(
      'query($u: [_Any!]!) { _entities(representations: $u) { ... on User { orders(first: 1) { totalCount } } } }',
      { u },
      newCustomer(),
    );
    expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  });
});

describe('guest orders', () => {
  test('open to the holder of the token and, by number, to who knows the e-mail address; the id alone opens nothing', async () => {
    const { guestToken } = await add(shop, guest(null), (await shop.addVariant()).id);
    const { order } = await place(shop, guest(guestToken), newKey(), { email: 'Ada@Example.com' });
    const byId = (viewer: Viewer) =>
      shop.data<{ order: Listed | null }>('query($id: ID!) { order(id: $id) { number } }', { id: order?.id }, viewer);
    const byNumber = (viewer: Viewer, email: string | null) =>
      shop.data<{ orderByNumber: Listed | null }>(
        'query($n: String!, $e: String) { orderByNumber(number: $n, email: $e) { number } }',
        { n: order?.number.toLowerCase(), e: email },
        viewer,
      );
    expect((await byId(guest(guestToken))).order).not.toBeNull();
    expect((await byId(guest(null))).order).toBeNull();
    expect((await byId(newCustomer())).order).toBeNull();
    expect((await byId(staff)).order).not.toBeNull();
    expect((await byNumber(guest(null), 'ada@example.com')).orderByNumber).not.toBeNull();
    expect((await byNumber(guest(null), 'eve@example.com')).orderByNumber).toBeNull();
    expect((await byNumber(guest(null), null)).orderByNumber).toBeNull();
  });

  test('the orders of an account do not open to who knows its e-mail address', async () => {
    const viewer = newCustomer();
    await add(shop, viewer, (await shop.addVariant()).id);
    const { order } = await place(shop, viewer, newKey(), { email: 'known@example.com' });
    const query = 'query($n: String!) { orderByNumber(number: $n, email: "known@example.com") { number } }';
    expect(await shop.data(query, { n: order?.number }, guest(null))).toEqual({ orderByNumber: null });
  });
});

test('node finds what one may see, whatever it is', async () => {
  const viewer = newCustomer();
  await add(shop, viewer, (await shop.addVariant()).id);
  const { order } = await place(shop, viewer, newKey());
  const ids = [order?.id, globalId('Product', 1), globalId('Order', 2_000_000_000), 'nonsense'];
  const nodes = (by: Viewer) => shop.data('query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids }, by);
  const product = { __typename: 'Product', id: ids[1] };
  expect(await nodes(viewer)).toEqual({ nodes: [{ __typename: 'Order', id: order?.id }, product, null, null] });
  expect(await nodes(newCustomer())).toEqual({ nodes: [null, product, null, null] });
});

const LIST = `query($first: Int, $after: String, $last: Int, $before: String, $filter: OrderFilterInput, $sort: OrderSort!) {
  orders(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
    nodes { id number status totalAmount { amount } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } totalCount } }`;

async function list(variables: Record<string, unknown>): Promise<ListPage> {
  return (await shop.data<{ orders: ListPage }>(LIST, { first: 50, sort: 'NEWEST', ...variables }, staff)).orders;
}

interface Many {
  readonly userId?: number;
  readonly email: string;
  readonly status: (at: number) => string;
  readonly total: (at: number) => number;
  readonly date: (at: number) => string;
}

/** Orders with two items each, written at once. */
async function insertOrders(count: number, many: Many): Promise<void> {
  const rows = Array.from({ length: count }, (_, at) => ({
    number: `T-${randomUUID()}`.toUpperCase(),
    status: many.status(at),
    total: many.total(at),
    date: many.date(at),
  }));
  await shop.order.query(
    `WITH o AS (
       INSERT INTO "order" (number, user_id, email, order_date, status, payment_status, fulfilment_status, currency, subtotal_amount, total_amount, shipping_address)
       SELECT r.number, $2, $3, r.date::timestamptz, r.status, 'PAID', 'UNFULFILLED', 'EUR', r.total, r.total, '{}'
       FROM jsonb_to_recordset($1::jsonb) AS r (number text, status text, total numeric, date text) RETURNING id)
     INSERT INTO order_item (order_id, product_id, variant_id, name, quantity, price, position)
     SELECT id, n, n, 'Thing ' || n, 1, 1, n FROM o, generate_series(1, 2) AS n`,
    [JSON.stringify(rows), many.userId ?? null, many.email],
  );
}
