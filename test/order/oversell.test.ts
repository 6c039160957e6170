import { READ_THEN_WRITE } from '../support/read-then-write';
import { add, place } from './support/operations';
import { newCustomer, newKey, openShop, type Shop } from './support/shop';

const BUYERS = 50;
const UNITS = 10;

test('50 buyers at once on 10 units make exactly 10 orders', async () => {
  const shop = await openShop();
  try {
    const { orders, onHand, failures } = await rush(shop);
    expect(orders).toBe(UNITS);
    expect(onHand).toBe(0);
    expect(failures).toEqual(new Set(['InsufficientStock']));
  } finally {
    await shop.close();
  }
}, 60_000);

// The control: with a reservation that reads first and writes then, the same rush must oversell, or it would prove nothing.
test('the same rush oversells when stock is read first and written then', async () => {
  const shop = await openShop();
  try {
    await shop.product.query(READ_THEN_WRITE);
    expect((await rush(shop)).orders).toBeGreaterThan(UNITS);
  } finally {
    await shop.close();
  }
}, 60_000);

async function rush(shop: Shop): Promise<{ orders: number; onHand: number; failures: Set<string> }> {
  const variant = await shop.addVariant({ stock: UNITS });
  const buyers = Array.from({ length: BUYERS }, () => newCustomer());
  await Promise.all(buyers.map((buyer) => add(shop, buyer, variant.id)));
  const answers = await Promise.all(buyers.map((buyer) => place(shop, buyer, newKey())));
  const [orders] = await shop.order.query<{ count: number }>('SELECT count(*)::int AS count FROM "order"');
  const [stock] = await shop.product.query<{ stock_on_hand: number }>('SELECT stock_on_hand FROM product_variant WHERE id = $1', [
    variant.key,
  ]);
  const failures = new Set(answers.flatMap((answer) => answer.errors.map((error) => error.__typename)));
  return { orders: orders?.count ?? 0, onHand: stock?.stock_on_hand ?? -1, failures };
}
