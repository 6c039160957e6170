import { add, cartOf, orderOf, place } from './support/operations';
import { guest, newCustomer, newKey, openShop, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => {
  shop.faults.before = null;
  shop.faults.after = null;
});
afterAll(() => shop.close());

describe('placing an order', () => {
  test('takes stock and money and empties the cart', async () => {
    const viewer = newCustomer();
    const variant = await shop.addVariant({ stock: 5, price: '10.00', name: 'Lamp' });
    await add(shop, viewer, variant.id, 2);
    const { order, errors, replayed } = await place(shop, viewer, newKey());
    expect(errors).toEqual([]);
    expect(replayed).toBe(false);
    expect(order).toMatchObject({
      status: 'PAID',
      paymentStatus: 'PAID',
      totalAmount: { amount: '24.90' },
      items: [{ name: 'Lamp', quantity: 2, price: { amount: '10.00' } }],
      payments: [{ status: 'CAPTURED', capturedAmount: { amount: '24.90' } }],
    });
    expect(order?.events.map((event) => [event.sequence, event.type])).toEqual([
      [1, 'PLACED'],
      [2, 'PAID'],
    ]);
    expect(await cartOf(shop, viewer)).toBeNull();
    expect(await stockOf(variant.key)).toEqual({ stock_on_hand: 3, stock_reserved: 0 });
    expect(await orderOf(shop, newCustomer(), order?.id ?? '')).toBeNull();
  });

  test('keeps the name and price of the sale', async () => {
    const viewer = newCustomer();
    const { variant, order } = await ordered({ price: '60.00', name: 'Old name' }, viewer);
    await shop.product.query(`UPDATE product SET name = 'New name' WHERE id = $1`, [variant.productKey]);
    await shop.product.query('UPDATE product_variant SET price = 99 WHERE id = $1', [variant.key]);
    const read = await orderOf(shop, viewer, order.id);
    expect(read).toMatchObject({ totalAmount: { amount: '60.00' }, items: [{ name: 'Old name', price: { amount: '60.00' } }] });
  });

  test('tells events in the outbox, in the transaction of the change', async () => {
    const { order } = await ordered();
    const rows = await shop.order.query<{ type: string; data: { sequence: number } }>(
      'SELECT type, data FROM outbox WHERE key = $1 ORDER BY id',
      [order.id],
    );
    expect(rows.map((row) => [row.type, row.data.sequence])).toEqual([
      ['order.placed', 1],
      ['order.status_changed', 2],
    ]);
  });
});

describe('the idempotency key', () => {
  test('a double click places one order and answers twice alike', async () => {
    const viewer = newCustomer();
    const variant = await shop.addVariant({ stock: 50 });
    await add(shop, viewer, variant.id);
    const key = newKey();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => place(shop, viewer, key)));
    expect(answers.map((answer) => answer.errors)).toEqual([[], [], [], [], []]);
    expect(new Set(answers.map((answer) => answer.order?.id)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await ordersOf(viewer.userId)).toBe(1);
    expect(await stockOf(variant.key)).toEqual({ stock_on_hand: 49, stock_reserved: 0 });
  });

  test('a retry after a lost response gets the same order, even long after the cart is gone', async () => {
    const viewer = newCustomer();
    await add(shop, viewer, (await shop.addVariant()).id);
    const key = newKey();
    const first = await place(shop, viewer, key);
    const again = await place(shop, viewer, key);
    expect(again).toMatchObject({ replayed: true, order: { id: first.order?.id } });
  });

  test('with other input it is refused, and another customer may use the same key', async () => {
    const viewer = newCustomer();
    const other = newCustomer();
    const variant = await shop.addVariant();
    await add(shop, viewer, variant.id);
    await add(shop, other, variant.id);
    const key = newKey();
    await place(shop, viewer, key);
    expect((await place(shop, viewer, key, { note: 'other' })).errors).toMatchObject([{ __typename: 'IdempotencyKeyReused' }]);
    expect((await place(shop, other, key)).order).not.toBeNull();
  });

  test('a declined payment is answered alike under its key, and another key may try another card', async () => {
    const viewer = newCustomer();
    const variant = await shop.addVariant({ stock: 3 });
    await add(shop, viewer, variant.id, 3);
    const key = newKey();
    const declined = await place(shop, viewer, key, { paymentToken: 'tok_insufficient_funds' });
    expect(declined.errors).toMatchObject([{ __typename: 'PaymentDeclined', declineCode: 'insufficient_funds' }]);
    expect(await stockOf(variant.key)).toEqual({ stock_on_hand: 3, stock_reserved: 0 });
    const again = await place(shop, viewer, key, { paymentToken: 'tok_insufficient_funds' });
    expect(again).toMatchObject({
      replayed: true,
      errors: [{ __typename: 'PaymentDeclined', declineCode: 'insufficient_funds' }],
    });
    expect((await place(shop, viewer, newKey())).order).toMatchObject({ status: 'PAID' });
  });

  test('two keys at once on one cart make one order', async () => {
    const viewer = newCustomer();
    await add(shop, viewer, (await shop.addVariant()).id);
    const answers = await Promise.all([
      place(shop, viewer, newKey()),
      place(shop, viewer, newKey()),
      place(shop, viewer, newKey()),
    ]);
    expect(answers.filter((answer) => answer.order !== null)).toHaveLength(1);
    const failures = answers.flatMap((answer) => answer.errors.map((error) => error.__typename));
    expect(failures.every((failure) => failure === 'CheckoutInProgress' || failure === 'CartEmpty')).toBe(true);
    expect(await ordersOf(viewer.userId)).toBe(1);
  });

  test('a cart that was ordered while another checkout was pricing it is not ordered again', async () => {
    const viewer = newCustomer();
    await add(shop, viewer, (await shop.addVariant()).id);
    let first: unknown;
    shop.faults.after = async (request) => {
      if (!request.query.includes('variantsForSale')) return;
      shop.faults.after = null;
      first = await place(shop, viewer, newKey());
    };
    const second = await place(shop, viewer, newKey());
    expect(first).toMatchObject({ order: { status: 'PAID' } });
    expect(second).toMatchObject({ order: null, errors: [{ __typename: 'CartEmpty' }] });
    expect(await ordersOf(viewer.userId)).toBe(1);
  });

  test('what is refused before anything began may succeed later under the same key', async () => {
    const viewer = newCustomer();
    const key = newKey();
    expect((await place(shop, viewer, key)).errors).toMatchObject([{ __typename: 'CartEmpty' }]);
    await add(shop, viewer, (await shop.addVariant()).id);
    expect((await place(shop, viewer, key)).order).not.toBeNull();
  });
});

describe('what the customer saw', () => {
  test('another total, another cart version or too little stock orders nothing', async () => {
    const viewer = newCustomer();
    const variant = await shop.addVariant({ price: '70.00', stock: 2 });
    const { cart } = await add(shop, viewer, variant.id, 2);
    const wrongTotal = await place(shop, viewer, newKey(), { expectedTotal: { amount: '1.00' } });
    expect(wrongTotal.errors).toMatchObject([
      { __typename: 'PriceChanged', expected: { amount: '1.00' }, actual: { amount: '140.00' } },
    ]);
    const wrongVersion = await place(shop, viewer, newKey(), { expectedCartVersion: 99 });
    expect(wrongVersion.errors).toMatchObject([{ __typename: 'CartVersionConflict', current: { version: cart?.version } }]);
    await shop.product.query('UPDATE product_variant SET stock_on_hand = 1 WHERE id = $1', [variant.key]);
    expect((await place(shop, viewer, newKey())).errors).toMatchObject([
      { __typename: 'InsufficientStock', available: 1, variant: { id: variant.id } },
    ]);
    expect(await ordersOf(viewer.userId)).toBe(0);
  });

  test('a dry run tells the total and touches nothing', async () => {
    const viewer = newCustomer();
    await add(shop, viewer, (await shop.addVariant({ price: '10.00' })).id);
    const dry = await place(shop, viewer, newKey(), { dryRun: true, shippingMethod: 'EXPRESS' });
    expect(dry).toMatchObject({ order: null, errors: [], quote: { total: { amount: '22.90' }, shipping: { amount: '12.90' } } });
    expect(await ordersOf(viewer.userId)).toBe(0);
  });

  test('every wrong part of an address is told at once, and a guest must give an e-mail address', async () => {
    const viewer = newCustomer();
    const bad = await place(shop, viewer, newKey(), {
      shippingAddress: { name: '', line1: 'a\u0000b', city: 'X', countryCode: 'QQ' },
    });
    expect(bad.errors.map((error) => (error['path'] as string[]).at(-1))).toEqual(['name', 'line1', 'countryCode']);
    const { guestToken } = await add(shop, guest(null), (await shop.addVariant()).id);
    expect((await place(shop, guest(guestToken), newKey())).errors).toMatchObject([{ __typename: 'EmailRequired' }]);
    expect((await place(shop, guest(guestToken), newKey(), { email: 'ada@example.com' })).order).not.toBeNull();
  });

  test('what comes into the cart while it is being ordered stays in it', async () => {
    const viewer = newCustomer();
    const [ordered, late] = [await shop.addVariant(), await shop.addVariant()];
    await add(shop, viewer, ordered.id, 2);
    shop.faults.after = async (request) => {
      if (!request.query.includes('reserveStock')) return;
      shop.faults.after = null;
      await add(shop, viewer, late.id, 1);
      await add(shop, viewer, ordered.id, 1);
    };
    const { order } = await place(shop, viewer, newKey());
    expect(order?.items).toMatchObject([{ quantity: 2 }]);
    const left = await cartOf(shop, viewer);
    expect(left?.lines.map((line) => [line.variant.id, line.quantity])).toEqual([
      [ordered.id, 1],
      [late.id, 1],
    ]);
  });
});

async function ordered(variantOptions = {}, viewer = newCustomer()) {
  const variant = await shop.addVariant(variantOptions);
  await add(shop, viewer, variant.id);
  const { order } = await place(shop, viewer, newKey());
  if (!order) throw new Error('no order was placed');
  return { variant, order, viewer };
}

async function stockOf(key: number) {
  const [row] = await shop.product.query('SELECT stock_on_hand, stock_reserved FROM product_variant WHERE id = $1', [key]);
  return row;
}

async function ordersOf(userId: number | null): Promise<number> {
  return (await shop.order.query('SELECT 1 FROM "order" WHERE user_id = $1', [userId])).length;
}
