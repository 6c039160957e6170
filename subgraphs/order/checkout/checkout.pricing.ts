import type { Cart } from '../cart';
import { InsufficientStock, VariantNotForSale } from '../cart';
import type { NewOrderItem, ShippingMethod } from '../order';
import type { Offer } from '../stock';

/** Shipping is free from this subtotal on. */
const FREE_FROM_MINOR = 50_00;
const STANDARD_MINOR = 4_90;
const EXPRESS_MINOR = 12_90;

export interface PricedCart {
  readonly items: readonly NewOrderItem[];
  readonly subtotalMinor: number;
  readonly shippingMinor: number;
  readonly shippingTaxMinor: number;
  readonly shippingTaxRate: number;
  readonly pricesIncludeTax: boolean;
  readonly shippingMethodName: string;
  /** Prices of this shop include tax, so nothing comes on top. */
  readonly taxMinor: number;
  readonly discountMinor: number;
  readonly totalMinor: number;
  readonly shippingMethod: ShippingMethod;
  readonly errors: readonly (InsufficientStock | VariantNotForSale)[];
}

/** What a cart comes to at today's offers, and what of it cannot be had. */
export function priceCart(cart: Cart, offers: readonly (Offer | null)[], wanted: ShippingMethod): PricedCart {
  const errors: (InsufficientStock | VariantNotForSale)[] = [];
  const items: NewOrderItem[] = [];
  let needsShipping = false;
  cart.lines.forEach((line, at) => {
    const offer = offers[at];
    if (!offer?.isSellable) return errors.push(VariantNotForSale.make(line.variantId, ['cart', 'lines', String(at)]));
    if (offer.available < line.quantity)
      errors.push(InsufficientStock.make(line.variantId, Math.max(0, offer.available), ['cart', 'lines', String(at)]));
    needsShipping ||= offer.requiresShipping;
    return items.push(itemOf(offer, line.quantity));
  });
  const subtotalMinor = items.reduce((sum, item) => sum + item.priceMinor * item.quantity, 0);
  const shippingMethod = needsShipping ? (wanted === 'NONE' ? 'STANDARD' : wanted) : 'NONE';
  const shippingMinor = shippingCostMinor(shippingMethod, subtotalMinor);
  return {
    items,
    subtotalMinor,
    shippingMinor,
    shippingTaxMinor: 0,
    shippingTaxRate: 0,
    pricesIncludeTax: true,
    shippingMethodName: '',
    taxMinor: 0,
    discountMinor: 0,
    totalMinor: subtotalMinor + shippingMinor,
    shippingMethod,
    errors,
  };
}

function shippingCostMinor(method: ShippingMethod, subtotalMinor: number): number {
  switch (method) {
    case 'NONE':
      return 0;
    case 'STANDARD':
    case 'OTHER':
      return subtotalMinor >= FREE_FROM_MINOR ? 0 : STANDARD_MINOR;
    case 'EXPRESS':
      return EXPRESS_MINOR;
  }
}

function itemOf(offer: Offer, quantity: number): NewOrderItem {
  return {
    productId: offer.productId,
    variantId: offer.variantId,
    name: offer.productName,
    variantTitle: offer.variantTitle,
    sku: offer.sku,
    imageUrl: offer.imageUrl,
    quantity,
    priceMinor: offer.unitPriceMinor,
    discountMinor: 0,
    taxMinor: 0,
    taxRate: 0,
  };
}
