import { after, ordered, verify } from './support/after';
import { guest, newKey, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const NOTES = 'query($id: ID!) { order(id: $id) { staffNotes { text isShownToCustomer author { id } } events { type } } }';

test('staff write notes; customers read those that were written for them', async () => {
  const { orderId, viewer } = await ordered(shop, [1]);
  await after(shop, staff, 'addOrderNote', { orderId, text: 'Called twice, nobody home.' });
  await after(shop, staff, 'addOrderNote', { orderId, text: 'We pack it as a gift.', showToCustomer: true });
  const seen = await shop.data<{ order: { staffNotes: object[]; events: { type: string }[] } }>(NOTES, { id: orderId }, staff);
  expect(seen.order.staffNotes).toMatchObject([{ isShownToCustomer: false }, { isShownToCustomer: true }]);
  const shown = await shop.data<typeof seen>(NOTES, { id: orderId }, viewer);
  expect(shown.order.staffNotes).toEqual([{ text: 'We pack it as a gift.', isShownToCustomer: true, author: null }]);
  expect(shown.order.events.filter(({ type }) => type === 'NOTE_ADDED')).toHaveLength(1);
});

test('a note is written once under its key, by staff alone, and never changed', async () => {
  const { orderId, viewer } = await ordered(shop, [1]);
  const input = { orderId, text: 'Fragile.', idempotencyKey: newKey() };
  const answers = await Promise.all([1, 2].map(() => after(shop, staff, 'addOrderNote', input)));
  expect(new Set(answers.map(({ note }) => note?.id)).size).toBe(1);
  await expect(after(shop, viewer, 'addOrderNote', input)).rejects.toThrow('FORBIDDEN');
  await expect(after(shop, guest(null), 'addOrderNote', input)).rejects.toThrow('UNAUTHENTICATED');
  await expect(after(shop, staff, 'addOrderNote', { ...input, text: ' ' })).rejects.toThrow('input.text');
  await expect(shop.order.query(`UPDATE order_note SET text = 'Other.'`)).rejects.toThrow('append-only');
  await expect(shop.order.query('DELETE FROM order_note')).rejects.toThrow('append-only');
  await shop.order.query(`UPDATE order_note SET text = ''`);
  expect((await verify(shop)).broken).toBeNull();
});
