import { randomUUID } from 'node:crypto';
import { decimalToMinor, minorToDecimal } from '../../../platform/db';
import type { Customer, Storefront } from '../../support/storefront';

const ORDERS = 12;

interface Sold {
  readonly id: string;
  readonly pricesIncludeTax: boolean;
  readonly shipping: { readonly amount: string };
  readonly shippingTax: { readonly amount: string };
  readonly items: readonly { readonly id: string; readonly quantity: number; readonly paid: { readonly amount: string } }[];
}

const NEWEST = `query ($first: Int!) { orders(first: $first) { nodes { id pricesIncludeTax shipping { amount } shippingTax { amount }
  items { id quantity paid { amount } } } } }`;
const REFUND = `mutation ($input: RefundPartiallyInput!) { refundPartially(input: $input) { order { id } errors { __typename ... on UserError { message } } } }`;

/** Gives orders back line by line, each in two parts, and then their shipping. @returns what was wrong */
export async function giveAllBack(shop: Storefront, staff: Customer): Promise<string[]> {
  const { orders } = await shop.ask<{ orders: { nodes: readonly Sold[] } }>(NEWEST, { first: ORDERS }, staff);
  const problems = (await Promise.all(orders.nodes.map((order) => giveBack(shop, staff, order)))).flat();
  const [kept] = await shop.sql<{ whole: number }>(
    'order',
    'SELECT count(*)::int AS whole FROM "order" WHERE refunded_amount = total_amount AND total_amount > 0',
  );
  const few = kept?.whole === orders.nodes.length ? [] : [`${kept?.whole} of ${orders.nodes.length} orders are given back whole`];
  return [...problems, ...few];
}

async function giveBack(shop: Storefront, staff: Customer, order: Sold): Promise<string[]> {
  const problems: string[] = [];
  const refund = async (part: Record<string, unknown>): Promise<void> => {
    const input = { orderId: order.id, reason: 'Came back', idempotencyKey: randomUUID(), ...part };
    const { refundPartially } = await shop.ask<{ refundPartially: { errors: unknown[] } }>(REFUND, { input }, staff);
    if (refundPartially.errors.length > 0) problems.push(JSON.stringify(refundPartially.errors));
  };
  for (const { id: itemId, quantity, paid } of order.items) {
    if (decimalToMinor(paid.amount) === 0) continue;
    const first = Math.ceil(quantity / 3);
    for (const part of [first, quantity - first]) if (part > 0) await refund({ lines: [{ itemId, quantity: part }] });
  }
  const shippingTax = order.pricesIncludeTax ? 0 : decimalToMinor(order.shippingTax.amount);
  const shippingMinor = decimalToMinor(order.shipping.amount) + shippingTax;
  if (shippingMinor > 0) await refund({ amount: { amount: minorToDecimal(shippingMinor) } });
  return problems;
}
