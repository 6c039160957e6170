import { OrderStatus } from '../../subgraphs/order/order/order.status';
import { checkTransitions, TRANSITIONS } from '../../subgraphs/order/order/order.transitions';
import { add, change, orderOf, place } from './support/operations';
import { guest, newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('the table of transitions', () => {
  test('is the one that the database enforces, for every pair of statuses', async () => {
    const { order } = await ordered();
    const id = await keyOfOrder(order.number);
    for (const from of Object.values(OrderStatus)) {
      for (const to of Object.values(OrderStatus).filter((status) => status !== from)) {
        await shop.order.query(`ALTER TABLE "order" DISABLE TRIGGER order_status_change`);
        await shop.order.query(`UPDATE "order" SET status = $2 WHERE id = $1`, [id, from]);
        await shop.order.query(`ALTER TABLE "order" ENABLE TRIGGER order_status_change`);
        const isDone = await shop.order.query(`UPDATE "order" SET status = $2 WHERE id = $1`, [id, to]).then(
          () => true,
          () => false,
        );
        expect([from, to, isDone]).toEqual([from, to, TRANSITIONS[from].includes(to)]);
      }
    }
  });

  test('is refused at start when the database has another', async () => {
    const rows = await shop.order.query<{ from_status: string; to_status: string }>(
      'SELECT from_status, to_status FROM order_transition',
    );
    expect(() => checkTransitions(rows)).not.toThrow();
    expect(() => checkTransitions(rows.slice(1))).toThrow('not in the database');
    expect(() => checkTransitions([...rows, { from_status: 'REFUNDED', to_status: 'PAID' }])).toThrow('only there');
  });

  test('the log of an order can only be added to', async () => {
    await ordered();
    await expect(shop.order.query(`UPDATE order_event SET type = 'X'`)).rejects.toThrow('append-only');
    await expect(shop.order.query('DELETE FROM order_event')).rejects.toThrow('append-only');
  });
});

describe('from placing to delivery', () => {
  test('staff packs, ships and delivers; each step is in the log with who did it', async () => {
    const { order, viewer } = await ordered();
    const orderId = order.id;
    expect(await change(shop, staff, 'packOrder', { orderId })).toMatchObject({
      order: { status: 'PACKED', allowedActions: ['CANCEL', 'SHIP', 'REFUND_PART'] },
    });
    expect((await orderOf(shop, viewer, orderId))?.allowedActions).toEqual([]);
    const parcel = { carrier: 'PostNL', trackingNumber: '3S123', trackingUrl: 'https://postnl.example/3S123' };
    expect(await change(shop, staff, 'shipOrder', { orderId, ...parcel })).toMatchObject({
      order: { status: 'SHIPPED', fulfilmentStatus: 'SHIPPED' },
    });
    const delivered = await change(shop, staff, 'deliverOrder', { orderId });
    expect(delivered.order?.events.map((event) => [event.sequence, event.type, event.actorKind])).toEqual([
      [1, 'PLACED', 'CUSTOMER'],
      [2, 'PAID', 'SYSTEM'],
      [3, 'PACKED', 'STAFF'],
      [4, 'SHIPPED', 'STAFF'],
      [5, 'DELIVERED', 'STAFF'],
    ]);
    const shipments = await shop.data(
      `query($id: ID!) { order(id: $id) { shipments { carrier trackingNumber trackingUrl } } }`,
      { id: orderId },
      viewer,
    );
    expect(shipments).toEqual({ order: { shipments: [parcel] } });
  });

  test('money that was only held is taken when the goods leave', async () => {
    const { order } = await ordered({ paymentToken: 'tok_hold' });
    expect(order).toMatchObject({ status: 'PLACED', paymentStatus: 'AUTHORIZED' });
    await change(shop, staff, 'packOrder', { orderId: order.id });
    const shipped = await change(shop, staff, 'shipOrder', { orderId: order.id, carrier: 'DHL', trackingNumber: '1' });
    expect(shipped.order).toMatchObject({ status: 'SHIPPED', paymentStatus: 'PAID', payments: [{ status: 'CAPTURED' }] });
    expect(shipped.order?.events.at(-1)?.type).toBe('PAYMENT_CAPTURED');
  });

  test('a step that the status does not allow, or a version that is not true any more, changes nothing', async () => {
    const { order } = await ordered();
    const orderId = order.id;
    expect((await change(shop, staff, 'deliverOrder', { orderId })).errors).toEqual([
      { __typename: 'IllegalTransition', code: 'ILLEGAL_TRANSITION', from: 'PAID', to: 'DELIVERED' },
    ]);
    expect((await change(shop, staff, 'packOrder', { orderId, expectedVersion: 1 })).errors).toMatchObject([
      { __typename: 'OrderVersionConflict', current: { version: order.version } },
    ]);
    const parallel = await Promise.all(
      [1, 2, 3].map(() => change(shop, staff, 'packOrder', { orderId, expectedVersion: order.version })),
    );
    expect(parallel.filter((answer) => answer.order)).toHaveLength(1);
  });

  test('customers do not pack, and strangers do not cancel', async () => {
    const { order, viewer } = await ordered();
    await expect(change(shop, viewer, 'packOrder', { orderId: order.id })).rejects.toThrow('FORBIDDEN');
    await expect(change(shop, guest(null), 'packOrder', { orderId: order.id })).rejects.toThrow('UNAUTHENTICATED');
    const stranger = await change(shop, newCustomer(), 'cancelOrder', { orderId: order.id, reason: 'x' });
    expect(stranger.errors).toMatchObject([{ __typename: 'OrderNotFound' }]);
  });
});

describe('calling off', () => {
  test('gives back money and stock, once, however often it is sent', async () => {
    const { order, viewer, variant } = await ordered();
    const input = { orderId: order.id, reason: 'wrong size', idempotencyKey: newKey() };
    const answers = await Promise.all([1, 2, 3].map(() => change(shop, viewer, 'cancelOrder', input)));
    for (const answer of answers) expect(answer).toMatchObject({ errors: [], order: { status: 'CANCELLED' } });
    expect(await orderOf(shop, viewer, order.id)).toMatchObject({
      paymentStatus: 'REFUNDED',
      canCancel: false,
      payments: [{ status: 'REFUNDED', refundedAmount: order.totalAmount }],
    });
    expect(await stockOf(variant.key)).toEqual({ stock_on_hand: 100, stock_reserved: 0 });
    const other = await change(shop, viewer, 'cancelOrder', { ...input, reason: 'other' });
    expect(other.errors).toMatchObject([{ __typename: 'IdempotencyKeyReused' }]);
    const again = await change(shop, viewer, 'cancelOrder', { orderId: order.id, reason: 'again' });
    expect(again.errors).toMatchObject([{ __typename: 'IllegalTransition', from: 'CANCELLED', to: 'CANCELLED' }]);
  });

  test('a hold is let go rather than refunded', async () => {
    const { order, viewer } = await ordered({ paymentToken: 'tok_hold' });
    const { order: cancelled } = await change(shop, viewer, 'cancelOrder', { orderId: order.id, reason: 'changed my mind' });
    expect(cancelled).toMatchObject({ status: 'CANCELLED', paymentStatus: 'VOIDED', payments: [{ status: 'VOIDED' }] });
  });

  test('staff refunds what was delivered, and restocks only when asked', async () => {
    for (const restock of [false, true]) {
      const { order, variant } = await ordered();
      const orderId = order.id;
      await change(shop, staff, 'packOrder', { orderId });
      await change(shop, staff, 'shipOrder', { orderId, carrier: 'DHL', trackingNumber: '1' });
      const { order: refunded } = await change(shop, staff, 'refundOrder', { orderId, reason: 'broken', restock });
      expect(refunded).toMatchObject({ status: 'REFUNDED', paymentStatus: 'REFUNDED', allowedActions: [] });
      expect(await stockOf(variant.key)).toMatchObject({ stock_on_hand: restock ? 100 : 99 });
    }
  });
});

async function ordered(more: Record<string, unknown> = {}) {
  const viewer = newCustomer();
  const variant = await shop.addVariant({ stock: 100 });
  await add(shop, viewer, variant.id);
  const { order } = await place(shop, viewer, newKey(), more);
  if (!order) throw new Error('no order was placed');
  return { viewer, variant, order };
}

async function keyOfOrder(number: string): Promise<number | undefined> {
  return (await shop.order.query<{ id: number }>('SELECT id FROM "order" WHERE number = $1', [number]))[0]?.id;
}

async function stockOf(key: number) {
  const [row] = await shop.product.query('SELECT stock_on_hand, stock_reserved FROM product_variant WHERE id = $1', [key]);
  return row;
}
