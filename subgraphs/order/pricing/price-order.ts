import { shareHalfUp, spread } from './arithmetic';

/** Basis points: 10,000 are the whole. */
const WHOLE = 10_000;

export interface LineToPrice {
  readonly unitMinor: number;
  readonly quantity: number;
  /** In basis points. */
  readonly taxRate: number;
  /** Whether the discount applies to it. */
  readonly isDiscounted: boolean;
}

export type DiscountToApply =
  | { readonly kind: 'PERCENTAGE'; /** In basis points. */ readonly percentage: number }
  | { readonly kind: 'FIXED_AMOUNT'; readonly amountMinor: number }
  | { readonly kind: 'FREE_SHIPPING' };

export interface ShippingToPrice {
  readonly priceMinor: number;
  /** Goods of this value, after discount, travel free; `null` when none do. */
  readonly freeFromMinor: number | null;
  /** In basis points. */
  readonly taxRate: number;
}

export interface OrderToPrice {
  readonly lines: readonly LineToPrice[];
  /** Whether prices have the tax in them, or it comes on top. */
  readonly pricesIncludeTax: boolean;
  readonly discount: DiscountToApply | null;
  /** `null` when nothing needs shipping. */
  readonly shipping: ShippingToPrice | null;
}

export interface PricedLine {
  /** Price times quantity. */
  readonly amountMinor: number;
  readonly discountMinor: number;
  readonly taxMinor: number;
}

/** How much of one rate there is, in goods and shipping. */
export interface TaxLine {
  readonly taxRate: number;
  /** What the tax is on, without the tax. */
  readonly netMinor: number;
  readonly taxMinor: number;
}

export interface PricedOrder {
  readonly lines: readonly PricedLine[];
  /** The sum of the lines' amounts. */
  readonly subtotalMinor: number;
  /** The sum of the lines' discounts. */
  readonly discountMinor: number;
  /** What the shipping costs after discounts. */
  readonly shippingMinor: number;
  /** What a free-shipping discount took off the shipping. */
  readonly shippingDiscountMinor: number;
  readonly shippingTaxMinor: number;
  /** Of all lines and the shipping. */
  readonly taxMinor: number;
  readonly taxLines: readonly TaxLine[];
  /** subtotal - discount + shipping, and the tax where prices do not include it. */
  readonly totalMinor: number;
}

/**
 * What an order comes to, in whole minor units. Each line is rounded by itself and half up, as an invoice shows it, and
 * every sum is the sum of rounded lines: so what is printed adds up, and a line can be returned by itself.
 */
export function priceOrder(order: OrderToPrice): PricedOrder {
  const amounts = order.lines.map(({ unitMinor, quantity }) => unitMinor * quantity);
  const subtotalMinor = sumOf(amounts);
  const discounts = spreadDiscount(order, amounts);
  const discountMinor = sumOf(discounts);
  const shipping = priceShipping(order, subtotalMinor - discountMinor);
  const lines = order.lines.map(({ taxRate }, at) => {
    const amountMinor = amounts[at] ?? 0;
    const lineDiscountMinor = discounts[at] ?? 0;
    const taxMinor = taxOf(amountMinor - lineDiscountMinor, taxRate, order.pricesIncludeTax);
    return { amountMinor, discountMinor: lineDiscountMinor, taxMinor };
  });
  const taxMinor = sumOf(lines.map((line) => line.taxMinor)) + shipping.shippingTaxMinor;
  const netMinor = subtotalMinor - discountMinor + shipping.shippingMinor;
  return {
    lines,
    subtotalMinor,
    discountMinor,
    ...shipping,
    taxMinor,
    taxLines: taxLinesOf([
      ...lines.map(({ amountMinor, discountMinor: off, taxMinor: tax }, at) => ({
        taxRate: order.lines[at]?.taxRate ?? 0,
        chargedMinor: amountMinor - off,
        taxMinor: tax,
        pricesIncludeTax: order.pricesIncludeTax,
      })),
      {
        taxRate: order.shipping?.taxRate ?? 0,
        chargedMinor: shipping.shippingMinor,
        taxMinor: shipping.shippingTaxMinor,
        pricesIncludeTax: order.pricesIncludeTax,
      },
    ]),
    totalMinor: order.pricesIncludeTax ? netMinor : netMinor + taxMinor,
  };
}

/** What a way to ship costs for goods of a value after discount. */
export function shippingPriceMinor({ priceMinor, freeFromMinor }: Omit<ShippingToPrice, 'taxRate'>, goodsMinor: number): number {
  return freeFromMinor !== null && goodsMinor >= freeFromMinor ? 0 : priceMinor;
}

/** The tax in an amount, or on top of it. */
export function taxOf(chargedMinor: number, taxRate: number, isIncluded: boolean): number {
  return shareHalfUp(chargedMinor, taxRate, isIncluded ? WHOLE + taxRate : WHOLE);
}

export interface Taxed {
  readonly taxRate: number;
  readonly chargedMinor: number;
  readonly taxMinor: number;
  readonly pricesIncludeTax: boolean;
}

/** What was charged, by rate, the highest first; parts without tax are left out. */
export function taxLinesOf(parts: readonly Taxed[]): TaxLine[] {
  const byRate = new Map<number, TaxLine>();
  for (const { taxRate, chargedMinor, taxMinor, pricesIncludeTax } of parts) {
    if (taxRate === 0 || chargedMinor === 0) continue;
    const known = byRate.get(taxRate) ?? { taxRate, netMinor: 0, taxMinor: 0 };
    const netMinor = pricesIncludeTax ? chargedMinor - taxMinor : chargedMinor;
    byRate.set(taxRate, { taxRate, netMinor: known.netMinor + netMinor, taxMinor: known.taxMinor + taxMinor });
  }
  return [...byRate.values()].sort((a, b) => b.taxRate - a.taxRate);
}

function spreadDiscount({ lines, discount }: OrderToPrice, amounts: readonly number[]): number[] {
  const weights = amounts.map((amount, at) => (lines[at]?.isDiscounted ? amount : 0));
  return spread(totalDiscount(discount, sumOf(weights)), weights);
}

function totalDiscount(discount: DiscountToApply | null, discountableMinor: number): number {
  switch (discount?.kind) {
    case 'PERCENTAGE':
      return shareHalfUp(discountableMinor, discount.percentage, WHOLE);
    case 'FIXED_AMOUNT':
      return Math.min(discount.amountMinor, discountableMinor);
    case 'FREE_SHIPPING':
    case undefined:
      return 0;
  }
}

type PricedShipping = Pick<PricedOrder, 'shippingMinor' | 'shippingDiscountMinor' | 'shippingTaxMinor'>;

function priceShipping({ shipping, discount, pricesIncludeTax }: OrderToPrice, goodsMinor: number): PricedShipping {
  if (!shipping) return { shippingMinor: 0, shippingDiscountMinor: 0, shippingTaxMinor: 0 };
  const { taxRate } = shipping;
  const listMinor = shippingPriceMinor(shipping, goodsMinor);
  const shippingDiscountMinor = discount?.kind === 'FREE_SHIPPING' ? listMinor : 0;
  const shippingMinor = listMinor - shippingDiscountMinor;
  return { shippingMinor, shippingDiscountMinor, shippingTaxMinor: taxOf(shippingMinor, taxRate, pricesIncludeTax) };
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
