import { globalId } from '../../platform/federation';
import { change } from './support/operations';
import { add } from './support/operations';
import { addCode, applyCode, changeCode, placePriced, usesOf } from './support/prices';
import { guest, newCustomer, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => {
  shop.faults.before = null;
  shop.faults.after = null;
});
afterAll(() => shop.close());

/** A customer with goods worth 60.00 in the cart, unless told otherwise. */
async function buyer(price = '30.00', quantity = 2) {
  const viewer = newCustomer();
  const variant = await shop.addVariant({ price });
  await add(shop, viewer, variant.id, quantity);
  return { viewer, variant };
}

describe('a code on a cart', () => {
  test('is taken in any case of letters, shows what it takes off and can be removed', async () => {
    const { viewer } = await buyer();
    const { code } = await addCode(shop, { code: 'Summer-26', kind: 'PERCENTAGE', percentage: 1500, description: 'Sun!' });
    expect(code).toBe('SUMMER-26');
    const { cart, errors } = await applyCode(shop, viewer, ' summer-26 ');
    expect(errors).toEqual([]);
    expect(cart).toMatchObject({ discountCode: 'SUMMER-26', total: { amount: '51.00' } });
    expect(cart?.discounts).toEqual([{ code: 'SUMMER-26', amount: { amount: '9.00' }, isApplied: true, reason: null }]);
    const query =
      'mutation { removeDiscountCode(input: {}) { cart { discountCode total { amount } discounts { code } } errors { __typename } } }';
    const removed = await shop.data<{ removeDiscountCode: unknown }>(query, {}, viewer);
    expect(removed.removeDiscountCode).toEqual({
      cart: { discountCode: null, total: { amount: '60.00' }, discounts: [] },
      errors: [],
    });
  });

  test('is refused with the reason', async () => {
    const { viewer, variant } = await buyer();
    const past = new Date(Date.now() - 3_600_000).toISOString();
    const future = new Date(Date.now() + 3_600_000).toISOString();
    const reasonOf = async (terms: Record<string, unknown>) => {
      const { code } = await addCode(shop, terms);
      const { errors, cart } = await applyCode(shop, viewer, code);
      expect(cart?.discountCode).toBeNull();
      return errors[0]?.reason;
    };
    expect(await reasonOf({ endsAt: past })).toBe('EXPIRED');
    expect(await reasonOf({ startsAt: future })).toBe('NOT_YET_VALID');
    expect(await reasonOf({ minimumSubtotal: { amount: '60.01' } })).toBe('BELOW_MINIMUM');
    expect(await reasonOf({ productIds: [globalId('Product', 2_000_000_000)] })).toBe('NOT_APPLICABLE');
    expect(await reasonOf({ isActive: false })).toBe('UNKNOWN');
    expect((await applyCode(shop, viewer, 'NO-SUCH-CODE')).errors).toMatchObject([{ reason: 'UNKNOWN' }]);
    expect((await applyCode(shop, viewer, "'; DROP TABLE cart")).errors).toMatchObject([{ reason: 'UNKNOWN' }]);
    expect((await applyCode(shop, newCustomer(), 'TEST-1')).errors).toMatchObject([{ reason: 'NOT_APPLICABLE' }]);
    const { code } = await addCode(shop, {
      minimumSubtotal: { amount: '60.00' },
      productIds: [globalId('Product', variant.productKey)],
    });
    expect((await applyCode(shop, viewer, code)).errors).toEqual([]);
  });

  test('that was good and is no more keeps the order from being placed until it is removed', async () => {
    const { viewer } = await buyer();
    const { id, code } = await addCode(shop);
    await applyCode(shop, viewer, code);
    await changeCode(shop, 'updateDiscountCode', { discountCodeId: id, endsAt: new Date(Date.now() - 1000).toISOString() });
    const dry = await placePriced(shop, viewer, { dryRun: true });
    expect(dry.errors).toMatchObject([{ __typename: 'DiscountCodeInvalid', reason: 'EXPIRED' }]);
    expect(dry.quote).toMatchObject({ discount: { amount: '0.00' }, total: { amount: '60.00' } });
    expect((await placePriced(shop, viewer)).errors).toMatchObject([{ reason: 'EXPIRED' }]);
    await shop.data('mutation { removeDiscountCode(input: {}) { errors { __typename } } }', {}, viewer);
    expect((await placePriced(shop, viewer)).order?.totalAmount.amount).toBe('60.00');
  });

  test('goes over from a guest to the account', async () => {
    const variant = await shop.addVariant({ price: '60.00' });
    const { guestToken } = await add(shop, guest(null), variant.id);
    const { code } = await addCode(shop);
    await applyCode(shop, guest(guestToken), code);
    const answer = await shop.data<{ cart: unknown }>('{ cart { discountCode } }', {}, newCustomer(guestToken));
    expect(answer.cart).toEqual({ discountCode: code });
  });

  test('cannot be guessed: many unknown ones stop the viewer, also in parallel, and a known one makes no room', async () => {
    const { viewer } = await buyer();
    const { code } = await addCode(shop);
    const guesses = await Promise.allSettled(Array.from({ length: 40 }, (_, at) => applyCode(shop, viewer, `GUESS-${at}`)));
    const answered = guesses.filter(({ status }) => status === 'fulfilled').length;
    expect(answered).toBe(20);
    await expect(applyCode(shop, viewer, code)).rejects.toThrow('RATE_LIMITED');
    const { viewer: other } = await buyer();
    for (let at = 0; at < 25; at += 1) expect((await applyCode(shop, other, code)).errors).toEqual([]);
  });
});

describe('a code in an order', () => {
  test('is spread over the lines to the cent and stands on the order', async () => {
    const viewer = newCustomer();
    for (const price of ['9.99', '19.99', '0.03']) await add(shop, viewer, (await shop.addVariant({ price })).id, 1);
    const { code } = await addCode(shop, { kind: 'FIXED_AMOUNT', amount: { amount: '10.00' } });
    await applyCode(shop, viewer, code);
    const { order } = await placePriced(shop, viewer);
    expect(order).toMatchObject({
      subtotal: { amount: '30.01' },
      discount: { amount: '10.00' },
      totalAmount: { amount: '24.91' },
    });
    expect(order?.items.map(({ discount }) => discount.amount)).toEqual(['3.33', '6.66', '0.01']);
    expect(order?.discounts).toEqual([{ code, amount: { amount: '10.00' }, shippingAmount: { amount: '0.00' } }]);
    expect(await usesOf(shop, code)).toBe(1);
  });

  test('never takes off more than the goods cost', async () => {
    const { viewer } = await buyer('3.00', 1);
    const { code } = await addCode(shop, { kind: 'FIXED_AMOUNT', amount: { amount: '10.00' } });
    await applyCode(shop, viewer, code);
    const { order } = await placePriced(shop, viewer);
    expect(order).toMatchObject({ discount: { amount: '3.00' }, totalAmount: { amount: '4.90' } });
  });

  test('pays the shipping, and says what it saved', async () => {
    const { viewer } = await buyer('20.00', 1);
    const { code } = await addCode(shop, { kind: 'FREE_SHIPPING' });
    await applyCode(shop, viewer, code);
    const dry = await placePriced(shop, viewer, { dryRun: true, shippingMethodCode: 'EXPRESS' });
    expect(dry.quote?.shippingOptions.every(({ price }) => price.amount === '0.00')).toBe(true);
    const { order } = await placePriced(shop, viewer, { shippingMethodCode: 'EXPRESS' });
    expect(order).toMatchObject({ shipping: { amount: '0.00' }, totalAmount: { amount: '20.00' } });
    expect(order?.discounts).toEqual([{ code, amount: { amount: '0.00' }, shippingAmount: { amount: '12.90' } }]);
  });

  test('is for some categories and what is below them, or some products, alone', async () => {
    const viewer = newCustomer();
    const [inside, outside] = [await shop.addVariant({ price: '50.00' }), await shop.addVariant({ price: '50.00' })];
    await add(shop, viewer, inside.id);
    await add(shop, viewer, outside.id);
    const [top] = await shop.product.query<{ id: number }>(
      `INSERT INTO category (slug, name) VALUES ('above', 'Above') RETURNING id`,
    );
    const [below] = await shop.product.query<{ id: number }>(
      `INSERT INTO category (slug, name, parent_id) VALUES ('below', 'Below', $1) RETURNING id`,
      [top?.id],
    );
    await shop.product.query('INSERT INTO product_category VALUES ($1, $2)', [inside.productKey, below?.id]);
    const { code } = await addCode(shop, { categoryIds: [globalId('Category', top?.id ?? 0)] });
    expect((await applyCode(shop, viewer, code)).cart?.total.amount).toBe('95.00');
    const { order } = await placePriced(shop, viewer);
    expect(order?.items.map(({ discount }) => discount.amount)).toEqual(['5.00', '0.00']);
  });

  test('is given back when the payment is declined, the checkout undone or the order cancelled, and once only', async () => {
    const { viewer } = await buyer();
    const { code } = await addCode(shop, { usageLimit: 1 });
    await applyCode(shop, viewer, code);
    expect((await placePriced(shop, viewer, { paymentToken: 'tok_declined' })).order).toBeNull();
    expect(await usesOf(shop, code)).toBe(0);
    shop.faults.before = ({ query }) => {
      if (query.includes('reserveStock')) throw new Error('gone');
    };
    await expect(placePriced(shop, viewer)).rejects.toThrow('INTERNAL_SERVER_ERROR');
    shop.faults.before = null;
    expect(await usesOf(shop, code)).toBe(0);
    const { order } = await placePriced(shop, viewer);
    expect(await usesOf(shop, code)).toBe(1);
    const cancelled = await change(shop, viewer, 'cancelOrder', { orderId: order?.id, reason: 'Changed my mind' });
    expect(cancelled.errors).toEqual([]);
    expect(await usesOf(shop, code)).toBe(0);
  });
});

describe('limits', () => {
  test('for all hold when many buy at once', async () => {
    const { code } = await addCode(shop, { usageLimit: 3 });
    const buyers = await Promise.all(Array.from({ length: 12 }, () => buyer()));
    for (const { viewer } of buyers) expect((await applyCode(shop, viewer, code)).errors).toEqual([]);
    const answers = await Promise.all(buyers.map(({ viewer }) => placePriced(shop, viewer)));
    expect(answers.filter(({ order }) => order !== null)).toHaveLength(3);
    const refusals = answers.flatMap(({ errors }) => errors.map(({ reason }) => reason));
    expect(refusals).toEqual(Array.from({ length: 9 }, () => 'USED_UP'));
    expect(await usesOf(shop, code)).toBe(3);
  });

  test('for one customer hold, whether signed in or a guest with the same address', async () => {
    const { code } = await addCode(shop, { usageLimitPerCustomer: 1 });
    const first = await buyer();
    const email = 'Ada@Example.com';
    await applyCode(shop, first.viewer, code);
    expect((await placePriced(shop, first.viewer, { email })).order).not.toBeNull();
    await add(shop, first.viewer, first.variant.id, 1);
    expect((await applyCode(shop, first.viewer, code)).errors).toMatchObject([{ reason: 'USED_UP' }]);
    const { guestToken } = await add(shop, guest(null), first.variant.id, 2);
    await applyCode(shop, guest(guestToken), code);
    const again = await placePriced(shop, guest(guestToken), { email: 'ada@example.com' });
    expect(again.errors).toMatchObject([{ __typename: 'DiscountCodeInvalid', reason: 'USED_UP' }]);
    const { viewer } = await buyer();
    await applyCode(shop, viewer, code);
    expect((await placePriced(shop, viewer)).order).not.toBeNull();
  });
});

describe('staff', () => {
  test('change terms by version, cannot go below the uses, and cannot delete what was used', async () => {
    const { viewer } = await buyer();
    const { id, code } = await addCode(shop);
    const { viewer: second } = await buyer();
    for (const buying of [viewer, second]) {
      await applyCode(shop, buying, code);
      await placePriced(shop, buying);
    }
    const limited = await changeCode(shop, 'updateDiscountCode', { discountCodeId: id, usageLimit: 1 });
    expect(limited.errors).toEqual([{ __typename: 'DiscountLimitBelowUse', usedCount: 2 }]);
    const stale = await changeCode(shop, 'updateDiscountCode', { discountCodeId: id, usageLimit: 9, expectedVersion: 7 });
    expect(stale.errors).toEqual([{ __typename: 'DiscountCodeVersionConflict' }]);
    const changed = await changeCode(shop, 'updateDiscountCode', { discountCodeId: id, usageLimit: 9, expectedVersion: 1 });
    expect(changed.discountCode).toMatchObject({ version: 2, usedCount: 2 });
    expect((await changeCode(shop, 'createDiscountCode', { code, kind: 'FREE_SHIPPING' })).errors).toEqual([
      { __typename: 'DiscountCodeTaken' },
    ]);
    const deletion = `mutation ($input: DeleteDiscountCodeInput!) { deleteDiscountCode(input: $input) { deletedDiscountCodeId errors { __typename } } }`;
    const refused = await shop.data<Record<string, unknown>>(deletion, { input: { discountCodeId: id } }, staff);
    expect(refused['deleteDiscountCode']).toEqual({ deletedDiscountCodeId: null, errors: [{ __typename: 'DiscountCodeUsed' }] });
    const unused = await addCode(shop);
    const deleted = await shop.data<Record<string, unknown>>(deletion, { input: { discountCodeId: unused.id } }, staff);
    expect(deleted['deleteDiscountCode']).toEqual({ deletedDiscountCodeId: unused.id, errors: [] });
  });

  test('are told what is out of range', async () => {
    const refused = async (terms: Record<string, unknown>, field: string) => expect(addCode(shop, terms)).rejects.toThrow(field);
    await refused({ code: 'a b' }, 'input.code');
    await refused({ kind: 'PERCENTAGE', percentage: 10_001 }, 'input.percentage');
    await refused({ kind: 'PERCENTAGE' }, 'input.percentage');
    await refused({ kind: 'FREE_SHIPPING', amount: { amount: '1.00' } }, 'input.amount');
    await refused({ usageLimit: 0 }, 'input.usageLimit');
    await refused({ startsAt: '2026-02-02T00:00:00Z', endsAt: '2026-02-01T00:00:00Z' }, 'input.endsAt');
    await refused({ description: 'a\u0000b' }, 'input.description');
  });
});
