import { randomBytes } from 'node:crypto';
import { AppError } from '../../platform/errors';
import { add, cartOf, place, type AddData, type CartData } from './support/operations';
import { guest, newCustomer, newKey, openShop, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => {
  shop.faults.before = null;
});
afterAll(() => shop.close());

describe('parallel writes', () => {
  test('50 at once on one cart lose nothing, and each answer is a cart whose total is the sum of its lines', async () => {
    const viewer = newCustomer();
    const variants = await Promise.all(Array.from({ length: 10 }, () => shop.addVariant({ price: '1.10', stock: 1000 })));
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => add(shop, viewer, variants[at % 10]?.id ?? '', 1)));
    for (const { cart, errors } of answers) {
      expect(errors).toEqual([]);
      expect(totalOfLines(cart)).toBe(cart?.total?.amount);
    }
    expect(new Set(answers.map((answer) => answer.cart?.version)).size).toBe(50);
    expect(await cartOf(shop, viewer)).toMatchObject({ itemCount: 50, total: { amount: '55.00' } });
    expect(await activeCarts(viewer.userId)).toBe(1);
  });

  test('of two writers that saw the same version one conflicts, and is told the cart as it is', async () => {
    const viewer = newCustomer();
    const variant = await shop.addVariant();
    const { cart } = await add(shop, viewer, variant.id);
    const version = cart?.version ?? 0;
    const answers = await Promise.all([add(shop, viewer, variant.id, 1, version), add(shop, viewer, variant.id, 1, version)]);
    const conflicts = answers.flatMap((answer) => answer.errors);
    expect(conflicts).toMatchObject([{ __typename: 'CartVersionConflict', current: { version: version + 1, itemCount: 2 } }]);
  });
});

describe('guests', () => {
  test('get a token once, and only its holder sees the cart', async () => {
    const variant = await shop.addVariant();
    const { guestToken } = await add(shop, guest(null), variant.id, 2);
    expect(guestToken).toMatch(/^[\w-]{43}$/);
    const again = await add(shop, guest(guestToken), variant.id, 1);
    expect(again).toMatchObject({ guestToken: null, cart: { itemCount: 3 } });
    expect(await cartOf(shop, guest(null))).toBeNull();
    expect(await cartOf(shop, guest('short'))).toBeNull();
    expect(await cartOf(shop, guest(randomBytes(32).toString('base64url')))).toBeNull();
    expect(JSON.stringify(await shop.order.query('SELECT * FROM cart'))).not.toContain(guestToken);
  });

  test('keep everything when they sign in: quantities add up, neither cart is emptied, and once is enough', async () => {
    const customer = newCustomer();
    const [common, mine, theirs] = await Promise.all([shop.addVariant(), shop.addVariant(), shop.addVariant()]);
    await add(shop, customer, common.id, 2);
    await add(shop, customer, mine.id, 1);
    const { guestToken } = await add(shop, guest(null), common.id, 3);
    await add(shop, guest(guestToken), theirs.id, 4);
    const signedIn = { ...customer, guestToken };
    const carts = await Promise.all(Array.from({ length: 5 }, () => cartOf(shop, signedIn)));
    const quantities = (cart: CartData | null) =>
      Object.fromEntries(cart?.lines.map((line) => [line.variant.id, line.quantity]) ?? []);
    for (const cart of [...carts, await cartOf(shop, customer)].slice(-1)) {
      expect(quantities(cart)).toEqual({ [common.id]: 5, [mine.id]: 1, [theirs.id]: 4 });
    }
    expect(await cartOf(shop, guest(guestToken))).toBeNull();
  });
});

describe('quantities', () => {
  test('are reduced to what is in stock and said so; what is sold out or unknown is refused', async () => {
    const viewer = newCustomer();
    const variant = await shop.addVariant({ stock: 3 });
    const soldOut = await shop.addVariant({ stock: 0 });
    expect(await add(shop, viewer, variant.id, 5)).toMatchObject({
      cart: { itemCount: 3 },
      warnings: [{ code: 'QUANTITY_REDUCED' }],
    });
    expect((await add(shop, viewer, variant.id, 1)).errors).toMatchObject([{ __typename: 'InsufficientStock', available: 3 }]);
    expect((await add(shop, viewer, soldOut.id)).errors).toMatchObject([{ __typename: 'InsufficientStock', available: 0 }]);
    await shop.product.query(`UPDATE product SET status = 'ARCHIVED' WHERE id = $1`, [(await shop.addVariant()).productKey]);
    for (const quantity of [0, -1, 1000]) {
      expect((await add(shop, viewer, variant.id, quantity)).errors).toMatchObject([{ __typename: 'QuantityOutOfRange' }]);
    }
    const answer = await shop.execute(
      'mutation($input: AddToCartInput!) { addToCart(input: $input) { errors { __typename } } }',
      { input: { lines: [{ variantId: 'nonsense' }] } },
      viewer,
    );
    expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: 'input.lines.0.variantId' } });
  });

  test('a line is changed, taken out, and the cart emptied', async () => {
    const viewer = newCustomer();
    const variant = await shop.addVariant({ stock: 10 });
    const { cart } = await add(shop, viewer, variant.id);
    const lineId = cart?.lines[0]?.id;
    const run = async (mutation: string, type: string, input: object) =>
      (
        await shop.data<Record<string, AddData>>(
          `mutation($input: ${type}!) { ${mutation}(input: $input) { cart { itemCount } warnings { code } errors { __typename } } }`,
          { input },
          viewer,
        )
      )[mutation];
    expect(await run('updateCartLine', 'UpdateCartLineInput', { lineId, quantity: 4 })).toMatchObject({
      cart: { itemCount: 4 },
      errors: [],
    });
    expect(await run('updateCartLine', 'UpdateCartLineInput', { lineId, quantity: 40 })).toMatchObject({
      cart: { itemCount: 10 },
      warnings: [{ code: 'QUANTITY_REDUCED' }],
    });
    expect(await run('removeCartLine', 'RemoveCartLineInput', { lineId })).toMatchObject({ cart: { itemCount: 0 }, errors: [] });
    expect(await run('removeCartLine', 'RemoveCartLineInput', { lineId })).toMatchObject({
      errors: [{ __typename: 'CartLineNotFound' }],
    });
    await add(shop, viewer, variant.id);
    expect(await run('clearCart', 'ClearCartInput', {})).toMatchObject({ cart: { itemCount: 0 }, errors: [] });
  });

  test('a line of somebody else is not found', async () => {
    const variant = await shop.addVariant();
    const { cart } = await add(shop, newCustomer(), variant.id);
    const input = { lineId: cart?.lines[0]?.id };
    const data = await shop.data(
      'mutation($input: RemoveCartLineInput!) { removeCartLine(input: $input) { errors { __typename } } }',
      { input },
      newCustomer(),
    );
    expect(data).toEqual({ removeCartLine: { errors: [{ __typename: 'CartLineNotFound' }] } });
  });
});

test("warnings tell of prices and stock that changed, and the cart shows today's prices", async () => {
  const viewer = newCustomer();
  const [dearer, scarce] = [await shop.addVariant({ price: '5.00' }), await shop.addVariant({ price: '1.00', stock: 9 })];
  await add(shop, viewer, dearer.id);
  await add(shop, viewer, scarce.id, 9);
  await shop.product.query('UPDATE product_variant SET price = 6 WHERE id = $1', [dearer.key]);
  await shop.product.query('UPDATE product_variant SET stock_on_hand = 2 WHERE id = $1', [scarce.key]);
  const cart = await cartOf(shop, viewer);
  expect(cart?.warnings).toEqual([{ code: 'PRICE_CHANGED' }, { code: 'NOT_ENOUGH_STOCK' }]);
  expect(cart?.total?.amount).toBe('15.00');
});

test('with the product subgraph away a cart still lists its lines, with a clear partial error; nothing is ordered', async () => {
  const viewer = newCustomer();
  await add(shop, viewer, (await shop.addVariant()).id);
  shop.faults.before = () => {
    throw new AppError('UPSTREAM_UNAVAILABLE', 'connection refused');
  };
  const answer = await shop.execute(
    '{ cart { itemCount total { amount } lines { quantity unitPrice { amount } } } }',
    {},
    viewer,
  );
  expect(answer.data).toEqual({ cart: { itemCount: 1, total: null, lines: [{ quantity: 1, unitPrice: null }] } });
  expect(answer.errors?.every((error) => error.extensions?.['code'] === 'UPSTREAM_UNAVAILABLE')).toBe(true);
  await expect(place(shop, viewer, newKey())).rejects.toThrow('UPSTREAM_UNAVAILABLE');
  shop.faults.before = null;
  expect((await place(shop, viewer, newKey())).order).not.toBeNull();
});

function totalOfLines(cart: CartData | null): string {
  const cents = cart?.lines.reduce((sum, line) => sum + Math.round(Number(line.lineTotal?.amount) * 100), 0) ?? 0;
  return (cents / 100).toFixed(2);
}

async function activeCarts(userId: number | null): Promise<number> {
  return (await shop.order.query(`SELECT 1 FROM cart WHERE user_id = $1 AND status = 'ACTIVE'`, [userId])).length;
}
