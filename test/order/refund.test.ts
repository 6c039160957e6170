import { after, afterOf, finishFollowUps, ordered, ship, type DoneData } from './support/after';
import { change } from './support/operations';
import { guest, newKey, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('a part of the money', () => {
  test('goes back by amount and by lines, and the parts add up to what was paid', async () => {
    const { orderId, viewer, items } = await ordered(shop, [3]);
    const total = Number((await afterOf(shop, viewer, orderId)).payments[0]?.capturedAmount.amount);
    const byLines = { orderId, reason: 'arrived late', lines: [{ itemId: items[0]?.id, quantity: 1 }] };
    expect(await after(shop, staff, 'refundPartially', byLines)).toMatchObject({
      errors: [],
      refund: { amount: { amount: '10.00' }, status: 'DONE' },
      order: { status: 'PACKED', paymentStatus: 'PARTIALLY_REFUNDED', items: [{ refundedQuantity: 1 }] },
    });
    const rest = await after(shop, staff, 'refundPartially', { ...byLines, lines: [{ itemId: items[0]?.id, quantity: 2 }] });
    expect(rest.refund?.amount).toEqual({ amount: '20.00' });
    const more = await after(shop, staff, 'refundPartially', byLines);
    expect(more.errors).toMatchObject([{ __typename: 'QuantityUnavailable', left: 0 }]);
    const shipping = (total - 30).toFixed(2);
    const byAmount = { orderId, reason: 'and the shipping', amount: { amount: shipping } };
    expect(await after(shop, staff, 'refundPartially', byAmount)).toMatchObject({ order: { paymentStatus: 'REFUNDED' } });
    const seen = await afterOf(shop, viewer, orderId);
    expect(Number(seen.refundedAmount.amount)).toBe(total);
    expect(Number(seen.payments[0]?.refundedAmount.amount)).toBe(total);
    expect(seen.refunds.map(({ kind, status }) => [kind, status])).toEqual([
      ['LINES', 'DONE'],
      ['LINES', 'DONE'],
      ['AMOUNT', 'DONE'],
    ]);
    const nothing = await after(shop, staff, 'refundPartially', { ...byAmount, amount: { amount: '0.01' } });
    expect(nothing.errors).toMatchObject([{ __typename: 'IllegalTransition' }]);
  });

  test('is never more than was paid, however many ask at once', async () => {
    const { orderId, order } = await ordered(shop, [3]);
    const total = Number(order.totalAmount.amount);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        after(shop, staff, 'refundPartially', { orderId, reason: 'race', amount: { amount: '10.00' } }),
      ),
    );
    const fitting = Math.floor(total / 10);
    expect(answers.filter(({ refund }) => refund)).toHaveLength(fitting);
    expect(answers.find(({ refund }) => !refund)?.errors).toMatchObject([{ __typename: 'RefundTooLarge' }]);
    const seen = await afterOf(shop, staff, orderId);
    expect(seen.payments[0]?.refundedAmount).toEqual({ amount: `${fitting * 10}.00` });
  });

  test('control: reading and then writing gives back more than was paid', async () => {
    const { orderId, order } = await ordered(shop, [3]);
    await shop.order.query('ALTER TABLE "order" DROP CONSTRAINT order_refunded_amount_check');
    const [{ id } = { id: 0 }] = await shop.order.query<{ id: number }>('SELECT id FROM "order" WHERE number = $1', [
      order.number,
    ]);
    const readThenWrite = async (): Promise<void> => {
      const [row] = await shop.order.query<{ left: string }>(
        'SELECT total_amount - refunded_amount AS left FROM "order" WHERE id = $1',
        [id],
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (Number(row?.left) >= 10)
        await shop.order.query('UPDATE "order" SET refunded_amount = refunded_amount + 10 WHERE id = $1', [id]);
    };
    await Promise.all(Array.from({ length: 8 }, readThenWrite));
    const seen = await afterOf(shop, staff, orderId);
    expect(Number(seen.refundedAmount.amount)).toBeGreaterThan(Number(order.totalAmount.amount));
    await shop.order.query('UPDATE "order" SET refunded_amount = 0 WHERE id = $1', [id]);
    await shop.order.query(
      'ALTER TABLE "order" ADD CONSTRAINT order_refunded_amount_check CHECK (refunded_amount BETWEEN 0 AND total_amount)',
    );
  });

  test('goes back once under one key; with other input the key is refused', async () => {
    const { orderId } = await ordered(shop, [2]);
    const input = { orderId, reason: 'a scratch', amount: { amount: '5.00' }, idempotencyKey: newKey() };
    const answers: DoneData[] = await Promise.all([1, 2, 3].map(() => after(shop, staff, 'refundPartially', input)));
    for (const answer of answers) expect(answer).toMatchObject({ errors: [], refund: { amount: { amount: '5.00' } } });
    expect((await afterOf(shop, staff, orderId)).refundedAmount).toEqual({ amount: '5.00' });
    const other = await after(shop, staff, 'refundPartially', { ...input, amount: { amount: '6.00' } });
    expect(other.errors).toMatchObject([{ __typename: 'IdempotencyKeyReused' }]);
  });

  test('comes off what a cancellation or a refund of the whole gives back', async () => {
    for (const isCancelled of [true, false]) {
      const { orderId } = await ordered(shop, [1]);
      await after(shop, staff, 'refundPartially', { orderId, reason: 'first', amount: { amount: '4.00' } });
      if (!isCancelled) await ship(shop, orderId, null);
      await change(shop, staff, isCancelled ? 'cancelOrder' : 'refundOrder', { orderId, reason: 'then all' });
      const seen = await afterOf(shop, staff, orderId);
      expect(seen.paymentStatus).toBe('REFUNDED');
      expect(seen.payments[0]?.refundedAmount).toEqual(seen.payments[0]?.capturedAmount);
      expect(seen.refunds.map(({ kind }) => kind)).toEqual(['AMOUNT', 'WHOLE']);
      expect(seen.refundedAmount).toEqual(seen.payments[0]?.capturedAmount);
    }
  });

  test('that the provider refuses for good can be given back again', async () => {
    const { orderId, order, items } = await ordered(shop, [1]);
    await shop.order.query(
      `UPDATE payment SET refunded_amount = captured_amount WHERE order_id = (SELECT id FROM "order" WHERE number = $1)`,
      [order.number],
    );
    const input = { orderId, reason: 'x', lines: [{ itemId: items[0]?.id, quantity: 1 }] };
    await after(shop, staff, 'refundPartially', input);
    const seen = await afterOf(shop, staff, orderId);
    expect(seen).toMatchObject({
      paymentStatus: 'PAID',
      refundedAmount: { amount: '0.00' },
      items: [{ refundedQuantity: 0 }],
      refunds: [{ status: 'FAILED' }],
    });
    expect(seen.events.at(-1)?.type).toBe('REFUND_FAILED');
  });

  test('goes back to the cent, however an order with odd prices is refunded piece by piece', async () => {
    const { orderId, items } = await ordered(shop, [3, 2], {}, true, '3.33');
    for (const [at, quantity] of [
      [0, 1],
      [1, 2],
      [0, 1],
      [0, 1],
    ] as const) {
      const lines = [{ itemId: items[at]?.id, quantity }];
      const { errors } = await after(shop, staff, 'refundPartially', { orderId, reason: 'x', lines });
      expect(errors).toEqual([]);
    }
    const seen = await afterOf(shop, staff, orderId);
    expect(seen.refundedAmount).toEqual({ amount: '16.65' });
    expect(seen.items.map(({ refundedQuantity }) => refundedQuantity)).toEqual([3, 2]);
  });

  test('is for staff, for money that is taken, and for either an amount or lines', async () => {
    const { orderId, viewer, items } = await ordered(shop, [1], { paymentToken: 'tok_hold' });
    const input = { orderId, reason: 'x', amount: { amount: '1.00' } };
    await expect(after(shop, viewer, 'refundPartially', input)).rejects.toThrow('FORBIDDEN');
    await expect(after(shop, guest(null), 'refundPartially', input)).rejects.toThrow('UNAUTHENTICATED');
    expect((await after(shop, staff, 'refundPartially', input)).errors).toMatchObject([{ __typename: 'IllegalTransition' }]);
    for (const wrong of [
      { ...input, amount: undefined },
      { ...input, lines: [{ itemId: items[0]?.id, quantity: 1 }] },
      { ...input, amount: { amount: '0.00' } },
      { ...input, reason: '\u0000' },
      { ...input, idempotencyKey: 'short' },
    ]) {
      await expect(after(shop, staff, 'refundPartially', wrong)).rejects.toThrow('BAD_USER_INPUT');
    }
  });
});

describe('a shop that dies while it gives money back', () => {
  test.each([
    ['after the provider has answered', 'BEFORE UPDATE ON refund'],
    ['after our own record of it', 'BEFORE UPDATE OF done_at ON order_task'],
  ])('%s gives it back once', async (_when, point) => {
    const { orderId } = await ordered(shop, [1]);
    await shop.order.query(
      `CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'crash'; END $$`,
    );
    await shop.order.query(`CREATE TRIGGER crash ${point} FOR EACH ROW EXECUTE FUNCTION crash()`);
    await after(shop, staff, 'refundPartially', { orderId, reason: 'x', amount: { amount: '4.00' } });
    await shop.order.query('DROP FUNCTION crash CASCADE');
    await finishFollowUps(shop);
    const seen = await afterOf(shop, staff, orderId);
    expect(seen.refunds).toMatchObject([{ status: 'DONE', amount: { amount: '4.00' } }]);
    expect(seen.payments[0]?.refundedAmount).toEqual({ amount: '4.00' });
    expect(seen.events.filter(({ type }) => type === 'PAYMENT_PARTIALLY_REFUNDED')).toHaveLength(1);
  });
});
