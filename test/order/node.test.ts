import type { Viewer } from '../../platform/auth';
import { after, afterOf, ordered, ship } from './support/after';
import { guest, newCustomer, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

test('parcels, refunds, returns and notes are found by their ids by whoever may see their order, and by nobody else', async () => {
  const { orderId, viewer, items } = await ordered(shop, [2]);
  await ship(shop, orderId, null);
  const lines = [{ itemId: items[0]?.id, quantity: 1 }];
  const returnId = (await after(shop, viewer, 'requestReturn', { orderId, lines, reason: 'OTHER' })).return?.id;
  await after(shop, staff, 'refundPartially', { orderId, amount: { amount: '1.00' }, reason: 'late' });
  const shown = (await after(shop, staff, 'addOrderNote', { orderId, text: 'For you', showToCustomer: true })).note?.id;
  const hidden = (await after(shop, staff, 'addOrderNote', { orderId, text: 'Not for you' })).note?.id;
  const parcel = (await afterOf(shop, staff, orderId)).shipments[0]?.id;
  const { order } = await shop.data<{ order: { refunds: { id: string }[] } }>(
    'query($id: ID!) { order(id: $id) { refunds { id } } }',
    { id: orderId },
    staff,
  );
  const ids = [parcel, returnId, order.refunds[0]?.id, shown, hidden];
  const found = [
    { id: parcel, carrier: 'DHL', lines: [{ quantity: 2 }] },
    { id: returnId, status: 'REQUESTED' },
    { id: ids[2], amount: { amount: '1.00', currency: 'EUR' } },
    { id: shown, text: 'For you' },
  ];
  expect(await nodesOf(ids, staff)).toEqual([...found, { id: hidden, text: 'Not for you' }]);
  expect(await nodesOf(ids, viewer)).toEqual([...found, null]);
  for (const other of [newCustomer(), guest('somebody-else')]) expect(await nodesOf(ids, other)).toEqual(ids.map(() => null));
});

async function nodesOf(ids: readonly unknown[], viewer: Viewer): Promise<readonly unknown[]> {
  const query = `query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Shipment { carrier lines { quantity } } ... on OrderReturn { status }
    ... on Refund { amount { amount currency } } ... on OrderNote { text } } }`;
  return (await shop.data<{ nodes: unknown[] }>(query, { ids }, viewer)).nodes;
}
