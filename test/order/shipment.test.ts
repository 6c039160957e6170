import { after, afterOf, finishFollowUps, ordered, ship, stockOf } from './support/after';
import { change } from './support/operations';
import { openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('an order that leaves in several parcels', () => {
  test('is partially shipped, then shipped; each parcel arrives by itself', async () => {
    const { orderId, viewer, items } = await ordered(shop, [2, 1]);
    const first = await ship(shop, orderId, [[items[0], 1]]);
    expect(first).toMatchObject({ errors: [], order: { status: 'PARTIALLY_SHIPPED', fulfilmentStatus: 'PARTIALLY_SHIPPED' } });
    expect(first.order?.allowedActions).toEqual(['CANCEL', 'SHIP', 'DELIVER', 'REFUND_PART', 'RETURN']);
    const [parcel] = (await afterOf(shop, viewer, orderId)).shipments;
    expect(parcel).toMatchObject({
      trackingUrl: 'https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD01',
      lines: [{ quantity: 1, item: { id: items[0]?.id } }],
    });
    const early = await after(shop, staff, 'deliverShipment', { orderId, shipmentId: parcel?.id });
    expect(early).toMatchObject({ errors: [], order: { status: 'PARTIALLY_SHIPPED', fulfilmentStatus: 'PARTIALLY_DELIVERED' } });
    const second = await ship(shop, orderId, null);
    expect(second.order).toMatchObject({ status: 'SHIPPED', fulfilmentStatus: 'PARTIALLY_DELIVERED' });
    const seen = await afterOf(shop, viewer, orderId);
    expect(seen.shipments[1]?.lines.map(({ quantity }) => quantity)).toEqual([1, 1]);
    expect(seen.items.map((item) => item.shippedQuantity)).toEqual([2, 1]);
    const delivered = await after(shop, staff, 'deliverShipment', { orderId, shipmentId: seen.shipments[1]?.id });
    expect(delivered.order).toMatchObject({ status: 'DELIVERED', fulfilmentStatus: 'DELIVERED' });
    expect((await afterOf(shop, viewer, orderId)).events.map(({ type }) => type)).toEqual([
      ...['PLACED', 'PAID', 'PACKED', 'PARTIALLY_SHIPPED', 'PARTIALLY_DELIVERED', 'SHIPPED', 'DELIVERED'],
    ]);
  });

  test('leaves only when its goods are taken off the shelf: they may turn out to be gone', async () => {
    shop.faults.before = ({ query }) => {
      if (query.includes('claimStock')) throw new Error('the product subgraph is away');
    };
    const { orderId, variants } = await ordered(shop, [100]).finally(() => (shop.faults.before = null));
    expect(await ship(shop, orderId, null)).toMatchObject({
      order: null,
      errors: [{ __typename: 'QuantityUnavailable' }],
    });
    await shop.product.query(`UPDATE stock_reservation SET status = 'EXPIRED' WHERE id IN (
      SELECT reservation_id FROM stock_reservation_line WHERE variant_id = ${variants[0]?.key})`);
    await shop.product.query(`UPDATE product_variant SET stock_reserved = 0, is_tracked = true WHERE id = ${variants[0]?.key}`);
    await shop.product.query(
      `INSERT INTO stock_movement (variant_id, quantity, kind) VALUES (${variants[0]?.key}, -1, 'ADJUSTMENT')`,
    );
    await shop.product.query(`UPDATE product_variant SET stock_on_hand = 99 WHERE id = ${variants[0]?.key}`);
    await finishFollowUps(shop);
    expect(await afterOf(shop, staff, orderId)).toMatchObject({ status: 'CANCELLED', shipments: [] });
  });

  test('never ships more than was ordered, however many try at once', async () => {
    const { orderId, viewer, items } = await ordered(shop, [3]);
    const tries = await Promise.all([1, 2, 3, 4, 5].map(() => ship(shop, orderId, [[items[0], 1]])));
    expect(tries.filter(({ order }) => order)).toHaveLength(3);
    expect((await afterOf(shop, viewer, orderId)).items[0]).toMatchObject({ shippedQuantity: 3 });
    const other = await ordered(shop, [3]);
    expect((await ship(shop, other.orderId, [[other.items[0], 4]])).errors).toMatchObject([
      { __typename: 'QuantityUnavailable' },
    ]);
    expect((await ship(shop, other.orderId, [[items[0], 1]])).errors).toMatchObject([{ __typename: 'QuantityUnavailable' }]);
    await expect(ship(shop, other.orderId, [])).rejects.toThrow('1 to 200 lines');
    await expect(ship(shop, other.orderId, [[other.items[0], 0]])).rejects.toThrow('1 to 999');
  });

  test('money that was only held is taken when the first parcel leaves', async () => {
    const { orderId, items } = await ordered(shop, [2], { paymentToken: 'tok_hold' });
    const { order } = await ship(shop, orderId, [[items[0], 1]]);
    expect(order).toMatchObject({ status: 'PARTIALLY_SHIPPED', paymentStatus: 'PAID', payments: [{ status: 'CAPTURED' }] });
    expect(order?.payments[0]?.capturedAmount).toEqual(order?.totalAmount);
  });

  test('that is cancelled keeps what left: the rest is refunded and goes on the shelf', async () => {
    const { orderId, variants, items } = await ordered(shop, [3, 1]);
    await ship(shop, orderId, [[items[0], 1]]);
    const cancelled = await change(shop, staff, 'cancelOrder', { orderId, reason: 'the rest is broken' });
    expect(cancelled).toMatchObject({ errors: [], order: { status: 'SHIPPED', paymentStatus: 'PARTIALLY_REFUNDED' } });
    const seen = await afterOf(shop, staff, orderId);
    expect(seen.items.map((item) => item.cancelledQuantity)).toEqual([2, 1]);
    expect(seen.refunds).toMatchObject([{ kind: 'CANCELLATION', status: 'DONE', amount: { amount: '30.00' } }]);
    expect(await Promise.all(variants.map((variant) => stockOf(shop, variant)))).toEqual([99, 100]);
    expect((await change(shop, staff, 'deliverOrder', { orderId })).order).toMatchObject({
      status: 'DELIVERED',
      fulfilmentStatus: 'DELIVERED',
    });
  });

  test('a parcel of another order, or one that arrived, does not arrive', async () => {
    const one = await ordered(shop, [1]);
    const other = await ordered(shop, [1]);
    await ship(shop, one.orderId, null);
    await ship(shop, other.orderId, null);
    const [parcel] = (await afterOf(shop, staff, other.orderId)).shipments;
    const wrong = await after(shop, staff, 'deliverShipment', { orderId: one.orderId, shipmentId: parcel?.id });
    expect(wrong.errors).toMatchObject([{ __typename: 'ShipmentNotFound' }]);
  });

  test('a parcel sent twice under one key is one parcel', async () => {
    const { orderId, items } = await ordered(shop, [2]);
    const input = {
      ...{ orderId, carrier: 'Cart & Co', trackingNumber: '1', idempotencyKey: 'ship-this-once' },
      lines: [{ itemId: items[0]?.id, quantity: 1 }],
    };
    const answers = await Promise.all([1, 2, 3].map(() => change(shop, staff, 'shipOrder', input)));
    for (const { order } of answers) expect(order?.status).toBe('PARTIALLY_SHIPPED');
    const seen = await afterOf(shop, staff, orderId);
    expect(seen.shipments).toMatchObject([{ trackingUrl: null }]);
    const other = await change(shop, staff, 'shipOrder', { ...input, trackingNumber: '2' });
    expect(other.errors).toMatchObject([{ __typename: 'IdempotencyKeyReused' }]);
  });
});
