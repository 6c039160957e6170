import { taxLinesOf, type TaxLine } from './price-order';
import type { SoldLine } from './refundable';

export interface SoldShipping {
  readonly shippingMinor: number;
  readonly shippingTaxMinor: number;
  /** In basis points. */
  readonly shippingTaxRate: number;
  readonly pricesIncludeTax: boolean;
}

/** The tax of an order that was placed, by rate, from what its rows say. */
export function taxLinesOfOrder(order: SoldShipping, items: readonly (SoldLine & { readonly taxRate: number })[]): TaxLine[] {
  const { pricesIncludeTax } = order;
  const goods = items.map(({ priceMinor, quantity, discountMinor, taxMinor, taxRate }) => ({
    taxRate,
    taxMinor,
    chargedMinor: priceMinor * quantity - discountMinor,
    pricesIncludeTax,
  }));
  const shipping = {
    taxRate: order.shippingTaxRate,
    taxMinor: order.shippingTaxMinor,
    chargedMinor: order.shippingMinor,
    pricesIncludeTax,
  };
  return taxLinesOf([...goods, shipping]);
}
