import { after, afterOf, finishFollowUps, ordered, ship, stockOf } from './support/after';
import { change } from './support/operations';
import { guest, newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('a return', () => {
  test('is asked for, approved and received: money and goods go back, once', async () => {
    const { orderId, viewer, variants, items } = await arrived([3]);
    const lines = [{ itemId: items[0]?.id, quantity: 2 }];
    const asked = await after(shop, viewer, 'requestReturn', { orderId, lines, reason: 'DOES_NOT_FIT', comment: 'too small' });
    expect(asked).toMatchObject({
      errors: [],
      return: { status: 'REQUESTED', lines: [{ quantity: 2, receivedQuantity: null }] },
    });
    const returnId = asked.return?.id;
    expect(await after(shop, staff, 'approveReturn', { returnId, answer: 'Send it to the shop.' })).toMatchObject({
      errors: [],
      return: { status: 'APPROVED', answer: 'Send it to the shop.' },
    });
    const receipt = { returnId, idempotencyKey: newKey() };
    const answers = await Promise.all([1, 2, 3].map(() => after(shop, staff, 'receiveReturn', receipt)));
    for (const answer of answers) {
      expect(answer).toMatchObject({
        errors: [],
        return: { status: 'RECEIVED', lines: [{ receivedQuantity: 2, isRestocked: true }] },
      });
    }
    expect(await afterOf(shop, viewer, orderId)).toMatchObject({
      status: 'DELIVERED',
      fulfilmentStatus: 'PARTIALLY_RETURNED',
      paymentStatus: 'PARTIALLY_REFUNDED',
      refundedAmount: { amount: '20.00' },
      items: [{ returnedQuantity: 2, refundedQuantity: 2 }],
      refunds: [{ kind: 'RETURN', status: 'DONE', lines: [{ quantity: 2, amount: { amount: '20.00' } }] }],
    });
    expect(await stockOf(shop, variants[0])).toBe(99);
    expect((await after(shop, staff, 'receiveReturn', { returnId })).errors).toMatchObject([
      { __typename: 'IllegalReturnStep', status: 'RECEIVED', wanted: 'RECEIVED' },
    ]);
  });

  test('of damaged goods is refunded, but does not go on the shelf; what did not come is not refunded', async () => {
    const { orderId, viewer, variants, items } = await arrived([2, 1]);
    const lines = items.map(({ id, quantity }) => ({ itemId: id, quantity }));
    const asked = await after(shop, viewer, 'requestReturn', { orderId, lines, reason: 'DAMAGED' });
    const returnId = asked.return?.id;
    await after(shop, staff, 'approveReturn', { returnId });
    const tooMany = await after(shop, staff, 'receiveReturn', { returnId, lines: [{ itemId: items[1]?.id, quantity: 2 }] });
    expect(tooMany.errors).toMatchObject([{ __typename: 'QuantityUnavailable', left: 1 }]);
    const received = await after(shop, staff, 'receiveReturn', {
      returnId,
      lines: [{ itemId: items[0]?.id, quantity: 1, restock: false }],
    });
    expect(received.return?.lines).toMatchObject([
      { receivedQuantity: 1, isRestocked: false },
      { receivedQuantity: 0, isRestocked: false },
    ]);
    expect((await afterOf(shop, viewer, orderId)).refundedAmount).toEqual({ amount: '10.00' });
    expect(await Promise.all(variants.map((variant) => stockOf(shop, variant)))).toEqual([98, 99]);
  });

  test('cannot be of more than left, less what is coming back already', async () => {
    const { orderId, viewer, items } = await ordered(shop, [3]);
    await ship(shop, orderId, [[items[0], 2]]);
    const ask = (quantity: number) =>
      after(shop, viewer, 'requestReturn', { orderId, lines: [{ itemId: items[0]?.id, quantity }], reason: 'CHANGED_MIND' });
    expect((await ask(3)).errors).toMatchObject([{ __typename: 'QuantityUnavailable', left: 2 }]);
    const both = await Promise.all([ask(2), ask(2)]);
    expect(both.filter((answer) => answer.return)).toHaveLength(1);
    const refused = both.find((answer) => answer.return)?.return;
    await expect(after(shop, staff, 'refuseReturn', { returnId: refused?.id })).rejects.toThrow('input.answer');
    expect(await after(shop, staff, 'refuseReturn', { returnId: refused?.id, answer: 'It was worn.' })).toMatchObject({
      return: { status: 'REFUSED', answer: 'It was worn.' },
    });
    expect((await ask(2)).return).toMatchObject({ status: 'REQUESTED' });
  });

  test('is over for customers when the window is, not for staff', async () => {
    const { orderId, viewer, items } = await arrived([1]);
    await shop.order.query(`UPDATE shipment SET delivered_at = now() - interval '31 days'`);
    const input = { orderId, lines: [{ itemId: items[0]?.id, quantity: 1 }], reason: 'OTHER' };
    expect((await after(shop, viewer, 'requestReturn', input)).errors).toMatchObject([{ __typename: 'ReturnWindowClosed' }]);
    expect((await after(shop, staff, 'requestReturn', input)).return).toMatchObject({ status: 'REQUESTED' });
  });

  test('is for the owner to ask and for staff to answer; before it left there is nothing to send back', async () => {
    const { orderId, viewer, items } = await arrived([1]);
    const input = { orderId, lines: [{ itemId: items[0]?.id, quantity: 1 }], reason: 'OTHER' };
    for (const stranger of [newCustomer(), guest(null)]) {
      expect((await after(shop, stranger, 'requestReturn', input)).errors).toMatchObject([{ __typename: 'OrderNotFound' }]);
    }
    const asked = await after(shop, viewer, 'requestReturn', input);
    await expect(after(shop, viewer, 'approveReturn', { returnId: asked.return?.id })).rejects.toThrow('FORBIDDEN');
    await expect(after(shop, guest(null), 'receiveReturn', { returnId: asked.return?.id })).rejects.toThrow('UNAUTHENTICATED');
    const early = await ordered(shop, [1]);
    const tooEarly = { ...input, orderId: early.orderId, lines: [{ itemId: early.items[0]?.id, quantity: 1 }] };
    expect((await after(shop, early.viewer, 'requestReturn', tooEarly)).errors).toMatchObject([
      { __typename: 'IllegalTransition', from: 'PACKED' },
    ]);
  });

  test('stands in the list of staff until it is answered, page by page', async () => {
    const { orderId, viewer, items } = await arrived([3]);
    const input = { orderId, lines: [{ itemId: items[0]?.id, quantity: 1 }], reason: 'OTHER' };
    const asked = [];
    for (const _ of [1, 2, 3]) asked.push((await after(shop, viewer, 'requestReturn', input)).return?.id);
    await after(shop, staff, 'refuseReturn', { returnId: asked[1], answer: 'No.' });
    const list = `query($after: String) { orderReturns(first: 1, after: $after, status: [REQUESTED]) { nodes { id order { id } } pageInfo { endCursor } totalCount } }`;
    type Listed = {
      orderReturns: { nodes: { id: string; order: { id: string } }[]; pageInfo: { endCursor: string }; totalCount: number };
    };
    const first = (await shop.data<Listed>(list, {}, staff)).orderReturns;
    const second = (await shop.data<Listed>(list, { after: first.pageInfo.endCursor }, staff)).orderReturns;
    expect([...first.nodes, ...second.nodes]).toEqual([
      { id: asked[2], order: { id: orderId } },
      { id: asked[0], order: { id: orderId } },
    ]);
    await expect(shop.data(list, {}, viewer)).rejects.toThrow('FORBIDDEN');
  });

  test('that is open keeps the whole order from going on the shelf: its goods would go there twice', async () => {
    const { orderId, viewer, variants, items } = await arrived([2]);
    const lines = [{ itemId: items[0]?.id, quantity: 1 }];
    const returnId = (await after(shop, viewer, 'requestReturn', { orderId, lines, reason: 'OTHER' })).return?.id;
    const refund = { orderId, reason: 'the wrong lamp', restock: true };
    const refused = await change(shop, staff, 'refundOrder', refund);
    expect(refused).toMatchObject({ order: null, errors: [{ __typename: 'QuantityUnavailable' }] });
    await after(shop, staff, 'approveReturn', { returnId });
    expect((await change(shop, staff, 'refundOrder', refund)).errors).toHaveLength(1);
    await after(shop, staff, 'receiveReturn', { returnId });
    expect(await stockOf(shop, variants[0])).toBe(99);
    expect((await change(shop, staff, 'refundOrder', refund)).order).toMatchObject({ status: 'REFUNDED' });
    expect(await stockOf(shop, variants[0])).toBe(100);
  });

  test('that is open does not keep money from going back: its goods go on the shelf when they come', async () => {
    const { orderId, viewer, variants, items } = await arrived([2]);
    const lines = [{ itemId: items[0]?.id, quantity: 1 }];
    const returnId = (await after(shop, viewer, 'requestReturn', { orderId, lines, reason: 'OTHER' })).return?.id;
    await after(shop, staff, 'approveReturn', { returnId });
    const { order } = await change(shop, staff, 'refundOrder', { orderId, reason: 'lost', restock: false });
    expect(order).toMatchObject({ status: 'REFUNDED' });
    expect((await after(shop, staff, 'receiveReturn', { returnId })).errors).toEqual([]);
    expect(await stockOf(shop, variants[0])).toBe(99);
  });

  test('is finished by the worker when the shop dies after the goods were received', async () => {
    const { orderId, viewer, variants, items } = await arrived([1]);
    const asked = await after(shop, viewer, 'requestReturn', {
      orderId,
      lines: [{ itemId: items[0]?.id, quantity: 1 }],
      reason: 'OTHER',
    });
    await after(shop, staff, 'approveReturn', { returnId: asked.return?.id });
    shop.faults.before = () => {
      throw new Error('the product subgraph is away');
    };
    await after(shop, staff, 'receiveReturn', { returnId: asked.return?.id });
    shop.faults.before = null;
    expect(await stockOf(shop, variants[0])).toBe(99);
    await finishFollowUps(shop);
    expect(await stockOf(shop, variants[0])).toBe(100);
    expect(await afterOf(shop, viewer, orderId)).toMatchObject({ fulfilmentStatus: 'RETURNED', refunds: [{ status: 'DONE' }] });
  });
});

async function arrived(quantities: readonly number[]) {
  const made = await ordered(shop, quantities);
  await ship(shop, made.orderId, null);
  await change(shop, staff, 'deliverOrder', { orderId: made.orderId });
  return made;
}
