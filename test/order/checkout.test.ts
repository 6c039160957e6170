import { add, cartOf, orderOf, place } from './support/operations';
import { newCustomer, newKey, openShop, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
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
    expect(order?.events.map((event) => [event.sequence, event.type])).toEqual([[1, 'PLACED'], [2, 'PAID']]);
    expect(await cartOf(shop, viewer)).toBeNull();
    expect(await stockOf(variant.key)).toEqual({ stock_on_hand: 3, stock_reserved: 0 });
    expect(await orderOf(shop, newCustomer(), order?.id ?? '')).toBeNull();
  });
});

async function stockOf(key: number) {
  const [row] = await shop.product.query('SELECT stock_on_hand, stock_reserved FROM product_variant WHERE id = $1', [key]);
  return row;
}
