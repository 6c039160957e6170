import { InsufficientStock, VariantNotForSale, type Cart, type CartLine } from '../cart';
import { DiscountCodeInvalid, refusalOf, type DiscountRule, type TakenDiscount } from '../discount';
import { Money } from '../../../platform/federation';
import type { NewOrderItem } from '../order';
import { priceOrder, type DiscountToApply, type PricedOrder, type PricedTaxLine } from '../pricing';
import { ShippingMethodUnavailable, type ShippingChoice } from '../shipping';
import type { Offer } from '../stock';
import { rateOf, shippingRateOf } from '../tax';
import type { PricingFacts } from './pricing-facts';

export type PriceFailure = InsufficientStock | VariantNotForSale | DiscountCodeInvalid | ShippingMethodUnavailable;

/** The way to ship when nothing needs shipping. */
const NOTHING_TO_SHIP = 'NONE';
const USUAL = 'STANDARD';

/** What an order of the cart would say, and what stands in its way. */
export interface PricedCart {
  readonly items: readonly NewOrderItem[];
  readonly subtotalMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly shippingTaxMinor: number;
  readonly shippingTaxRate: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
  readonly pricesIncludeTax: boolean;
  readonly shippingMethod: string;
  readonly shippingMethodName: string;
  readonly discount: TakenDiscount | null;
}

export interface CartPrice {
  readonly priced: PricedCart;
  readonly taxLines: readonly PricedTaxLine[];
  readonly failures: readonly PriceFailure[];
  /** Why the cart's code takes nothing off; `null` when it does, or there is none. */
  readonly discountFailure: DiscountCodeInvalid | null;
  /** Of the cart's code; `null` without one that exists. */
  readonly rule: DiscountRule | null;
}

export interface CartToPrice {
  readonly cart: Cart;
  /** In the order of the cart's lines. */
  readonly offers: readonly (Offer | null)[];
  readonly facts: PricingFacts;
  /** The products that the code is for; `null` for all. */
  readonly discounted: ReadonlySet<number> | null;
  /** The code of the way to ship; `null` for the shop's first. */
  readonly shippingMethod: string | null;
}

interface SoldLine {
  readonly line: CartLine;
  readonly offer: Offer;
}

/** What a cart comes to at today's offers: the one way to a price, for estimates, dry runs and orders. */
export function priceCart({ cart, offers, facts, discounted, shippingMethod }: CartToPrice): CartPrice {
  const { sold, failures } = judgeLines(cart, offers);
  const isDiscounted = ({ offer }: SoldLine): boolean => discounted === null || discounted.has(offer.productId);
  const needsShipping = sold.some(({ offer }) => offer.requiresShipping);
  const choice = needsShipping ? chosen(facts.shipping, shippingMethod) : null;
  const discountFailure = judgeDiscount(cart, facts.discount, sold, needsShipping, sold.some(isDiscounted));
  const price = priceOrder({
    lines: sold.map(({ line, offer }) => ({
      unitMinor: offer.unitPriceMinor,
      quantity: line.quantity,
      taxRate: rateOf(facts.tax, offer.taxCategory),
      isDiscounted: isDiscounted({ line, offer }),
    })),
    pricesIncludeTax: facts.tax.pricesIncludeTax,
    discount: facts.discount && !discountFailure ? effectOf(facts.discount) : null,
    shipping: choice && { ...choice, taxRate: shippingRateOf(facts.tax) },
  });
  if (discountFailure) failures.push(discountFailure);
  if (needsShipping && !choice) failures.push(ShippingMethodUnavailable.make(facts.shipping.map(({ code }) => code)));
  const taken = discountFailure ? null : facts.discount;
  const priced = summaryOf(sold, facts, price, choice, taken);
  return { priced, taxLines: price.taxLines, failures, discountFailure, rule: facts.discount };
}

function judgeLines(cart: Cart, offers: readonly (Offer | null)[]): { sold: SoldLine[]; failures: PriceFailure[] } {
  const failures: PriceFailure[] = [];
  const sold = cart.lines.flatMap((line, at): SoldLine[] => {
    const offer = offers[at];
    const path = ['cart', 'lines', String(at)];
    if (!offer?.isSellable) {
      failures.push(VariantNotForSale.make(line.variantId, path));
      return [];
    }
    if (offer.available < line.quantity) {
      failures.push(InsufficientStock.make(line.variantId, Math.max(0, offer.available), path));
    }
    return [{ line, offer }];
  });
  return { sold, failures };
}

/** Clients that do not know what needs shipping say "NONE"; then it travels in the usual way. */
function chosen(choices: readonly ShippingChoice[], wanted: string | null): ShippingChoice | null {
  if (wanted === null) return choices[0] ?? null;
  const code = wanted === NOTHING_TO_SHIP ? USUAL : wanted;
  return choices.find((choice) => choice.code === code) ?? null;
}

function judgeDiscount(
  cart: Cart,
  rule: DiscountRule | null,
  sold: readonly SoldLine[],
  needsShipping: boolean,
  hasDiscountedLine: boolean,
): DiscountCodeInvalid | null {
  if (cart.discountCode === null) return null;
  const subtotalMinor = sold.reduce((sum, { line, offer }) => sum + offer.unitPriceMinor * line.quantity, 0);
  const isApplicable = hasDiscountedLine && (rule?.kind !== 'FREE_SHIPPING' || needsShipping);
  const reason = refusalOf(rule, { subtotalMinor, isApplicable });
  if (reason === null) return null;
  const minimumMinor = reason === 'BELOW_MINIMUM' ? rule?.minimumSubtotalMinor : null;
  const minimum = typeof minimumMinor === 'number' ? Money.ofMinor(minimumMinor, cart.currency) : null;
  return DiscountCodeInvalid.make(cart.discountCode, reason, ['cart', 'discountCode'], minimum);
}

function effectOf({ kind, percentage, amountMinor }: DiscountRule): DiscountToApply {
  switch (kind) {
    case 'PERCENTAGE':
      return { kind, percentage: percentage ?? 0 };
    case 'FIXED_AMOUNT':
      return { kind, amountMinor: amountMinor ?? 0 };
    case 'FREE_SHIPPING':
      return { kind };
  }
}

function summaryOf(
  sold: readonly SoldLine[],
  { tax }: PricingFacts,
  price: PricedOrder,
  choice: ShippingChoice | null,
  taken: DiscountRule | null,
): PricedCart {
  const { subtotalMinor, discountMinor, shippingMinor, shippingTaxMinor, taxMinor, totalMinor, shippingDiscountMinor } = price;
  return {
    items: sold.map((entry, at) => itemOf(entry, rateOf(tax, entry.offer.taxCategory), price.lines[at])),
    subtotalMinor,
    discountMinor,
    shippingMinor,
    shippingTaxMinor,
    shippingTaxRate: choice ? shippingRateOf(tax) : 0,
    taxMinor,
    totalMinor,
    pricesIncludeTax: tax.pricesIncludeTax,
    shippingMethod: choice?.code ?? NOTHING_TO_SHIP,
    shippingMethodName: choice?.name ?? '',
    discount: taken && { id: taken.id, code: taken.code, amountMinor: discountMinor, shippingAmountMinor: shippingDiscountMinor },
  };
}

function itemOf({ line, offer }: SoldLine, taxRate: number, price: PricedOrder['lines'][number] | undefined): NewOrderItem {
  return {
    productId: offer.productId,
    variantId: offer.variantId,
    name: offer.productName,
    variantTitle: offer.variantTitle,
    sku: offer.sku,
    imageUrl: offer.imageUrl,
    quantity: line.quantity,
    priceMinor: offer.unitPriceMinor,
    discountMinor: price?.discountMinor ?? 0,
    taxMinor: price?.taxMinor ?? 0,
    taxRate,
  };
}
