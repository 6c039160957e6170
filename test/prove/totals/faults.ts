import {
  priceOrder,
  refundable,
  type OrderToPrice,
  type PricedOrder,
  type Refundable,
  type SoldLine,
} from '../../../subgraphs/order/pricing';
import type { Pricing } from './exact';

export interface Fault {
  readonly name: string;
  readonly pricing: Pricing;
}

/** Mistakes that shops make with cents; a judge that lets one pass proves nothing. */
export const FAULTS: readonly Fault[] = [
  { name: 'tax of the whole, not of each line', pricing: { price: taxOfTheWhole, refund: refundable } },
  { name: 'each share of a discount rounded by itself', pricing: { price: sharesByThemselves, refund: refundable } },
  { name: 'tax rounded half to even', pricing: { price: halfToEven, refund: refundable } },
  { name: 'a piece refunded at its rounded price', pricing: { price: priceOrder, refund: byThePiece } },
];

function taxOfTheWhole(order: OrderToPrice): PricedOrder {
  const priced = priceOrder(order);
  const rate = order.lines[0]?.taxRate ?? 0;
  const base = order.pricesIncludeTax ? 10_000 + rate : 10_000;
  const taxMinor = Math.round(((priced.subtotalMinor - priced.discountMinor) * rate) / base) + priced.shippingTaxMinor;
  const isOneRate = order.lines.every((line) => line.taxRate === rate);
  if (!isOneRate) return priced;
  return {
    ...priced,
    taxMinor,
    totalMinor: order.pricesIncludeTax ? priced.totalMinor : priced.totalMinor - priced.taxMinor + taxMinor,
  };
}

function sharesByThemselves(order: OrderToPrice): PricedOrder {
  const priced = priceOrder(order);
  const open = order.lines.reduce(
    (sum, { unitMinor, quantity, isDiscounted }) => sum + (isDiscounted ? unitMinor * quantity : 0),
    0,
  );
  const lines = priced.lines.map((line, at) =>
    order.lines[at]?.isDiscounted && open > 0
      ? { ...line, discountMinor: Math.round((priced.discountMinor * line.amountMinor) / open) }
      : line,
  );
  return { ...priced, lines };
}

function halfToEven(order: OrderToPrice): PricedOrder {
  const priced = priceOrder(order);
  const lines = priced.lines.map((line, at) => {
    const rate = BigInt(order.lines[at]?.taxRate ?? 0);
    const base = order.pricesIncludeTax ? 10_000n + rate : 10_000n;
    const isHalf = (2n * BigInt(line.amountMinor - line.discountMinor) * rate) % (2n * base) === base;
    return isHalf && line.taxMinor % 2 === 1 ? { ...line, taxMinor: line.taxMinor - 1 } : line;
  });
  return { ...priced, lines };
}

function byThePiece(line: SoldLine, pricesIncludeTax: boolean, _returnedBefore: number, quantity: number): Refundable {
  const piece = refundable(line, pricesIncludeTax, 0, 1);
  return { amountMinor: piece.amountMinor * quantity, taxMinor: piece.taxMinor * quantity };
}
