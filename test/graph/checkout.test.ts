import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { keyOf } from '../../platform/federation';
import { orderInput, PLACE, type Storefront, type Visitor } from '../support/storefront';
import { sharedShop } from './support/shared-shop';

let shop: Storefront;
beforeAll(() => {
  shop = sharedShop();
});

test('a double-clicked checkout makes one order, and both clicks get the same answer', async () => {
  const { visitor } = await fullCart();
  const key = randomUUID();
  const answers = await Promise.all([shop.place(visitor, key), shop.place(visitor, key)]);
  expect(answers.map(({ errors }) => errors)).toEqual([[], []]);
  expect(answers[0]?.order).toEqual(answers[1]?.order);
  expect(answers.filter(({ replayed }) => replayed)).toHaveLength(1);
  expect(await countOrders(visitor)).toBe(1);
});

test('a checkout whose answer was lost is sent again with its key: the same order, paid once', async () => {
  const { visitor, ware } = await fullCart(2);
  const key = randomUUID();
  await sendAndHangUp(visitor, key);
  const { order, errors } = await shop.place(visitor, key);
  expect(errors).toEqual([]);
  expect(await shop.place(visitor, key)).toMatchObject({ order, replayed: true });
  expect(await countOrders(visitor)).toBe(1);
  const payments = await shop.sql<{ status: string }>(
    'order',
    'SELECT p.status FROM payment p JOIN "order" o ON o.id = p.order_id WHERE o.number = $1',
    [order?.number],
  );
  expect(payments).toEqual([{ status: 'CAPTURED' }]);
  expect(
    await shop.sql('product', 'SELECT stock_on_hand, stock_reserved FROM product_variant WHERE id = $1', [ware.key]),
  ).toEqual([{ stock_on_hand: 98, stock_reserved: 0 }]);
});

test('the same key with another input is refused, and with another customer it is another request', async () => {
  const [{ visitor }, other] = [await fullCart(), await fullCart()];
  const key = randomUUID();
  const first = await shop.place(visitor, key);
  expect(first.order).not.toBeNull();
  const { order, errors } = await shop.place(visitor, key, { note: 'another one' });
  expect({ order, errors }).toMatchObject({ order: null, errors: [{ __typename: 'IdempotencyKeyReused' }] });
  const theirs = await shop.place(other.visitor, key);
  expect(theirs.order).not.toBeNull();
  expect(theirs.order?.id).not.toBe(first.order?.id);
});

test('two tabs that order one cart under keys of their own make one order', async () => {
  const { visitor } = await fullCart();
  const answers = await Promise.all([shop.place(visitor), shop.place(visitor)]);
  expect(answers.filter(({ order }) => order !== null)).toHaveLength(1);
  expect(['CartEmpty', 'CheckoutInProgress']).toContain(answers.flatMap(({ errors }) => errors)[0]?.__typename);
  expect(await countOrders(visitor)).toBe(1);
});

describe('a guest', () => {
  const BY_ID = 'query Mine($id: ID!) { order(id: $id) { number items { name product { name } } } }';
  const BY_NUMBER = 'query Find($number: String!, $email: String) { orderByNumber(number: $number, email: $email) { number } }';

  test('orders, and finds the order by the token, or by number and address; nobody else does', async () => {
    const ware = await shop.addWare({ name: 'Lamp' });
    const guest = await shop.guestWith(ware.id);
    const { order } = await shop.place(guest, randomUUID(), { email: 'ada@example.com' });
    const { id, number } = order ?? { id: '', number: '' };
    expect(await shop.ask(BY_ID, { id }, guest)).toEqual({
      order: { number, items: [{ name: 'Lamp', product: { name: 'Lamp' } }] },
    });
    expect(await shop.ask(BY_NUMBER, { number }, guest)).toEqual({ orderByNumber: { number } });
    expect(await shop.ask(BY_NUMBER, { number, email: 'ADA@example.com' })).toEqual({ orderByNumber: { number } });
    const strangers: Visitor[] = [{}, await shop.guestWith(ware.id), { token: (await shop.signUp()).token }];
    for (const stranger of strangers) {
      expect(await shop.ask(BY_ID, { id }, stranger)).toEqual({ order: null });
      expect(await shop.ask(BY_NUMBER, { number }, stranger)).toEqual({ orderByNumber: null });
      expect(await shop.ask(BY_NUMBER, { number, email: 'eve@example.com' }, stranger)).toEqual({ orderByNumber: null });
    }
  });
});

async function fullCart(quantity = 1) {
  const { token, id } = await shop.signUp();
  const ware = await shop.addWare();
  await shop.add({ token }, ware.id, quantity);
  return { visitor: { token, id }, ware };
}

async function countOrders({ id }: { id: string }): Promise<number> {
  const [row] = await shop.sql<{ count: number }>('order', 'SELECT count(*)::int AS count FROM "order" WHERE user_id = $1', [
    keyOf('User', id),
  ]);
  return row?.count ?? -1;
}

/** Sends the order and breaks the connection as soon as the request is out, as a phone in a tunnel does. */
async function sendAndHangUp(visitor: Visitor, key: string): Promise<void> {
  const body = JSON.stringify({ query: PLACE, variables: { input: orderInput(visitor, key) } });
  await new Promise<void>((resolve) => {
    const sent = request(shop.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${visitor.token}`,
        'content-length': Buffer.byteLength(body),
      },
    });
    sent.on('error', () => undefined);
    sent.on('close', () => resolve());
    sent.end(body, () => sent.destroy());
  });
}
