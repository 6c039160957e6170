import type { OrderToPrice, PricedOrder, Refundable, SoldLine } from '../../../subgraphs/order/pricing';
import type { RandomCart } from './random-cart';

/** What is judged: the shop's own functions, or faulty ones for the control. */
export interface Pricing {
  price(order: OrderToPrice): PricedOrder;
  refund(line: SoldLine, pricesIncludeTax: boolean, returnedBefore: number, quantity: number): Refundable;
}

const WHOLE = 10_000n;

/**
 * Everything that is wrong with the price of a cart and its returns, found in exact fractions of whole numbers: each
 * rounded amount is compared with its fraction by cross-multiplication, so that no rounding of the judge's own comes in.
 */
export function problemsOf({ order, returns }: RandomCart, { price, refund }: Pricing): string[] {
  const priced = price(order);
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => void (holds || problems.push(problem));
  const amounts = order.lines.map(({ unitMinor, quantity }) => BigInt(unitMinor) * BigInt(quantity));
  const discounts = priced.lines.map(({ discountMinor }) => BigInt(discountMinor));
  const taxes = priced.lines.map(({ taxMinor }) => BigInt(taxMinor));
  const charged = amounts.map((amount, at) => amount - (discounts[at] ?? 0n));

  expect(BigInt(priced.subtotalMinor) === sum(amounts), 'the subtotal is not the sum of the lines');
  expect(BigInt(priced.discountMinor) === sum(discounts), 'the discount is not the sum of the lines');
  judgeDiscount(order, priced, amounts, discounts, expect);
  judgeShipping(order, priced, sum(charged), expect);
  order.lines.forEach(({ taxRate }, at) => {
    const holds = isHalfUp(taxes[at] ?? 0n, (charged[at] ?? 0n) * BigInt(taxRate), taxBase(taxRate, order));
    expect(holds, `the tax of line ${at} is not its share rounded half up`);
  });
  const allTax = sum(taxes) + BigInt(priced.shippingTaxMinor);
  expect(BigInt(priced.taxMinor) === allTax, 'the tax is not the sum of lines and shipping');
  expect(BigInt(sumOf(priced.taxLines.map(({ taxMinor }) => taxMinor))) === allTax, 'the tax by rate does not add up');
  const net = sum(charged) + BigInt(priced.shippingMinor);
  const total = order.pricesIncludeTax ? net : net + allTax;
  expect(BigInt(priced.totalMinor) === total && total >= 0n, 'the total does not add up');
  judgeReturns(order, returns, priced, refund, expect);
  return problems;
}

type Expect = (holds: boolean, problem: string) => void;

function judgeDiscount(
  { lines, discount }: OrderToPrice,
  priced: PricedOrder,
  amounts: bigint[],
  discounts: bigint[],
  expect: Expect,
): void {
  const all = BigInt(priced.discountMinor);
  const open = sum(amounts.filter((_, at) => lines[at]?.isDiscounted));
  if (discount?.kind === 'PERCENTAGE') {
    expect(isHalfUp(all, open * BigInt(discount.percentage), WHOLE), 'the discount is not its share rounded half up');
  } else {
    const most = discount?.kind === 'FIXED_AMOUNT' ? BigInt(discount.amountMinor) : 0n;
    expect(all === (most < open ? most : open), 'the discount is not its amount, at most the goods');
  }
  discounts.forEach((part, at) => {
    const amount = lines[at]?.isDiscounted ? (amounts[at] ?? 0n) : 0n;
    expect(part >= 0n && part <= amount, `the discount of line ${at} is below zero or above the line`);
    const distance = open === 0n ? 0n : part * open - all * amount;
    expect(open === 0n || (distance < open && -distance < open), `the discount of line ${at} is a cent or more from its share`);
  });
}

function judgeShipping(
  { shipping, discount, pricesIncludeTax }: OrderToPrice,
  priced: PricedOrder,
  goods: bigint,
  expect: Expect,
): void {
  const isFree = shipping === null || (shipping.freeFromMinor !== null && goods >= BigInt(shipping.freeFromMinor));
  const list = isFree ? 0 : shipping.priceMinor;
  const isPaidByCode = discount?.kind === 'FREE_SHIPPING';
  expect(priced.shippingMinor === (isPaidByCode ? 0 : list), 'the shipping is not what its rate says');
  expect(priced.shippingDiscountMinor === (isPaidByCode ? list : 0), 'what the code saved on shipping is wrong');
  const taxRate = shipping?.taxRate ?? 0;
  const share = BigInt(priced.shippingMinor) * BigInt(taxRate);
  const holds = isHalfUp(BigInt(priced.shippingTaxMinor), share, taxBase(taxRate, { pricesIncludeTax }));
  expect(holds, 'the tax of the shipping is not its share rounded half up');
}

/** Each return, in turn, gives back what the first n pieces cost more than those before; all of them, and the shipping, are the total. */
function judgeReturns(
  order: OrderToPrice,
  returns: RandomCart['returns'],
  priced: PricedOrder,
  refund: Pricing['refund'],
  expect: Expect,
): void {
  const isAdded = !order.pricesIncludeTax;
  let back = BigInt(priced.shippingMinor) + (isAdded ? BigInt(priced.shippingTaxMinor) : 0n);
  order.lines.forEach(({ unitMinor, quantity }, at) => {
    const { amountMinor = 0, discountMinor = 0, taxMinor = 0 } = priced.lines[at] ?? {};
    const sold = { quantity, priceMinor: unitMinor, discountMinor, taxMinor };
    const paid = BigInt(amountMinor) - BigInt(discountMinor) + (isAdded ? BigInt(taxMinor) : 0n);
    let returned = 0;
    let money = 0n;
    let tax = 0n;
    for (const part of returns[at] ?? []) {
      const given = refund(sold, order.pricesIncludeTax, returned, part);
      expect(given.amountMinor >= 0 && given.taxMinor >= 0, `a return of line ${at} gives back less than nothing`);
      returned += part;
      money += BigInt(given.amountMinor);
      tax += BigInt(given.taxMinor);
      expect(
        isHalfUp(money, paid * BigInt(returned), BigInt(quantity)),
        `after ${returned} of line ${at} the money is not their share`,
      );
    }
    expect(money === paid, `all returns of line ${at} are not what was paid for it`);
    expect(tax === BigInt(taxMinor), `the tax of all returns of line ${at} is not its tax`);
    back += money;
  });
  expect(back === BigInt(priced.totalMinor), 'all returns and the shipping are not the total');
}

/** Whether `rounded` is `numerator / denominator` rounded half up: `rounded - 1/2 <= exact < rounded + 1/2`. */
function isHalfUp(rounded: bigint, numerator: bigint, denominator: bigint): boolean {
  return (2n * rounded - 1n) * denominator <= 2n * numerator && 2n * numerator < (2n * rounded + 1n) * denominator;
}

function taxBase(taxRate: number, { pricesIncludeTax }: { readonly pricesIncludeTax: boolean }): bigint {
  return pricesIncludeTax ? WHOLE + BigInt(taxRate) : WHOLE;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
