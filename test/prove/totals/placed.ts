import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Customer, Storefront, Ware } from '../../support/storefront';
import { applyCode } from './code-race';

/** Where orders of this round go: taxes in the price and on top of it, at several rates. */
const PLACES = ['NL', 'DE', 'FI', 'CH', 'US', 'BR'];
const CODES = [
  { code: 'SHARE', kind: 'PERCENTAGE', percentage: 1234 },
  { code: 'AMOUNT', kind: 'FIXED_AMOUNT', amount: { amount: '7.77' } },
  { code: 'SHIPPED', kind: 'FREE_SHIPPING' },
];
const AT_ONCE = 6;

interface Shopping {
  readonly place: string;
  readonly code: string | null;
  readonly shippingMethodCode: string;
  readonly lines: readonly { readonly ware: number; readonly quantity: number }[];
}

const shopping = (wares: number): fc.Arbitrary<Shopping> =>
  fc.record({
    place: fc.constantFrom(...PLACES),
    code: fc.constantFrom(null, ...CODES.map(({ code }) => code)),
    shippingMethodCode: fc.constantFrom('STANDARD', 'EXPRESS'),
    lines: fc.uniqueArray(fc.record({ ware: fc.nat(wares - 1), quantity: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
      maxLength: 5,
      selector: ({ ware }) => ware,
    }),
  });

export interface PlacedOutcome {
  readonly orders: number;
  readonly problems: readonly string[];
}

/** Random carts through the real checkout; then PostgreSQL itself, which counts in decimals, checks every row. */
export async function placeAndAudit(shop: Storefront, staff: Customer, count: number, seed: number): Promise<PlacedOutcome> {
  const wares = await furnish(shop, staff);
  const carts = fc.sample(shopping(wares.length), { numRuns: count, seed });
  const problems: string[] = [];
  let orders = 0;
  const worker = async (): Promise<void> => {
    for (let cart = carts.pop(); cart; cart = carts.pop()) {
      const problem = await buy(shop, wares, cart);
      if (problem === null) orders += 1;
      else problems.push(problem);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { orders, problems: [...problems, ...(await audit(shop, orders))] };
}

async function furnish(shop: Storefront, staff: Customer): Promise<Ware[]> {
  const setTax = 'mutation ($input: SetTaxZoneInput!) { setTaxZone(input: $input) { errors { __typename } } }';
  const rates = [
    { category: 'standard', rate: 888 },
    { category: 'reduced', rate: 125 },
  ];
  await shop.ask(setTax, { input: { countryCode: 'US', name: 'Sales tax', pricesIncludeTax: false, rates } }, staff);
  const make = 'mutation ($input: CreateDiscountCodeInput!) { createDiscountCode(input: $input) { errors { __typename } } }';
  for (const input of CODES) await shop.ask(make, { input }, staff);
  const prices = ['0.01', '0.05', '1.99', '3.33', '9.99', '19.99', '47.11', '129.50'];
  const wares = await Promise.all(prices.map((price) => shop.addWare({ price, stock: 1_000_000 })));
  const reduced = wares.filter((_, at) => at % 3 === 0).map(({ productKey }) => productKey);
  await shop.sql('product', `UPDATE product SET tax_category = 'reduced' WHERE id = ANY ($1)`, [reduced]);
  return wares;
}

const ADD = 'mutation ($input: AddToCartInput!) { addToCart(input: $input) { guestToken errors { __typename } } }';
const PLACE = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { quote { total { amount } } order { totalAmount { amount } } errors { __typename ... on UserError { message } } } }`;

interface Placed {
  readonly quote: { readonly total: { readonly amount: string } } | null;
  readonly order: { readonly totalAmount: { readonly amount: string } } | null;
  readonly errors: readonly unknown[];
}

/** Puts a cart together, asks what it comes to and orders it. @returns what was wrong, or `null` */
async function buy(shop: Storefront, wares: readonly Ware[], cart: Shopping): Promise<string | null> {
  const lines = cart.lines.map(({ ware, quantity }) => ({ variantId: wares[ware]?.id, quantity }));
  const { addToCart } = await shop.ask<{ addToCart: { guestToken: string } }>(ADD, { input: { lines } });
  const buyer = { guestToken: addToCart.guestToken };
  if (cart.code !== null) await applyCode(shop, buyer, cart.code);
  const shippingAddress = { name: 'Ada', line1: 'Kade 1', city: 'Town', countryCode: cart.place };
  const { shippingMethodCode } = cart;
  const input = { email: `${randomUUID()}@example.com`, shippingAddress, shippingMethodCode, paymentToken: 'tok_ok' };
  const place = async (more: Record<string, unknown>): Promise<Placed> =>
    (await shop.ask<{ placeOrder: Placed }>(PLACE, { input: { ...input, idempotencyKey: randomUUID(), ...more } }, buyer))
      .placeOrder;
  const { quote, errors } = await place({ dryRun: true });
  if (!quote || errors.length > 0) return `a dry run of ${JSON.stringify(cart)} answered ${JSON.stringify(errors)}`;
  const { order, errors: failures } = await place({ expectedTotal: { amount: quote.total.amount } });
  if (!order) return `no order of ${JSON.stringify(cart)}: ${JSON.stringify(failures)}`;
  return order.totalAmount.amount === quote.total.amount
    ? null
    : `${order.totalAmount.amount} ordered, ${quote.total.amount} quoted`;
}

/** Written in the database's own decimals, apart from the product's arithmetic. */
const AUDIT: Readonly<Record<string, string>> = {
  'an order is not the sum of its items': `SELECT o.id FROM "order" o JOIN order_item i ON i.order_id = o.id GROUP BY o.id
     HAVING sum(i.price * i.quantity) <> o.subtotal_amount OR sum(i.discount_amount) <> o.discount_amount
       OR sum(i.tax_amount) + o.shipping_tax_amount <> o.tax_amount`,
  'a total does not add up': `SELECT id FROM "order" WHERE total_amount <> subtotal_amount - discount_amount + shipping_amount
     + CASE WHEN prices_include_tax THEN 0 ELSE tax_amount END`,
  'the tax of an item is not its share': `SELECT i.id FROM order_item i JOIN "order" o ON o.id = i.order_id WHERE i.tax_amount <>
     round((i.price * i.quantity - i.discount_amount) * i.tax_rate / CASE WHEN o.prices_include_tax THEN 10000 + i.tax_rate ELSE 10000 END, 2)`,
  'the tax of a shipping is not its share': `SELECT id FROM "order" WHERE shipping_tax_amount <>
     round(shipping_amount * shipping_tax_rate / CASE WHEN prices_include_tax THEN 10000 + shipping_tax_rate ELSE 10000 END, 2)`,
  'a discount is not what its code took off': `SELECT o.id FROM "order" o LEFT JOIN discount_use u ON u.reference = o.placed_key
     WHERE COALESCE(u.amount, 0) <> o.discount_amount`,
  'a payment is not the total': `SELECT o.id FROM "order" o JOIN payment p ON p.order_id = o.id WHERE p.amount <> o.total_amount`,
};

async function audit(shop: Storefront, orders: number): Promise<string[]> {
  const problems: string[] = [];
  for (const [problem, query] of Object.entries(AUDIT)) {
    const wrong = await shop.sql('order', query);
    if (wrong.length > 0) problems.push(`${problem} (${wrong.length} times)`);
  }
  const [kept] = await shop.sql<{ count: number; taxed: number; added: number; discounted: number }>(
    'order',
    `SELECT count(*)::int AS count, count(*) FILTER (WHERE tax_amount > 0)::int AS taxed,
       count(*) FILTER (WHERE NOT prices_include_tax AND tax_amount > 0)::int AS added,
       count(*) FILTER (WHERE discount_amount > 0)::int AS discounted FROM "order"`,
  );
  if (kept?.count !== orders) problems.push(`${kept?.count} orders are there, ${orders} were told`);
  // A round without any of them would prove nothing.
  if (!kept || Math.min(kept.taxed, kept.added, kept.discounted) === 0) problems.push('taxes or discounts did not occur');
  return problems;
}
