import type { DataSource } from 'typeorm';
import type { Cart } from '../cart';
import type { DiscountRule } from '../discount';
import type { Offer, StockPort } from '../stock';
import { NO_TAX } from '../tax';
import type { AssortmentPort } from './assortment.port';
import { priceCart, type CartPrice } from './price-cart';
import { readDiscountRules, readPricingFacts, type Destination, type PricingFacts } from './pricing-facts';

export interface QuoteRequest {
  readonly cart: Cart;
  readonly to: Destination;
  /** `null` for the shop's first. */
  readonly shippingMethod: string | null;
  readonly requestId: string;
}

/** A price with what it was made from. */
export interface Quote extends CartPrice {
  readonly facts: PricingFacts;
}

/** Prices carts at the offers, taxes, shipping rates and discount codes of the moment. */
export class QuoteService {
  constructor(
    private readonly database: DataSource,
    private readonly stock: StockPort,
    private readonly assortment: AssortmentPort,
  ) {}

  /** What an order of the cart to a place would come to. */
  async quote({ cart, to, shippingMethod, requestId }: QuoteRequest): Promise<Quote> {
    const [offers, facts] = await Promise.all([
      this.stock.offersOf(
        cart.lines.map((line) => line.variantId),
        requestId,
      ),
      readPricingFacts(this.database, to, { code: cart.discountCode, userId: cart.userId }),
    ]);
    const discounted = await this.discountedProducts(cart, facts.discount, requestId);
    return { ...priceCart({ cart, offers, facts, discounted, shippingMethod }), facts };
  }

  /** What carts come to while it is not known where they go: goods and their discount, no shipping and no tax. */
  async priceOfGoods(
    carts: readonly { readonly cart: Cart; readonly offers: readonly (Offer | null)[] }[],
    requestId: string,
  ): Promise<CartPrice[]> {
    const rules = await readDiscountRules(
      this.database,
      carts.map(({ cart }) => ({ code: cart.discountCode, userId: cart.userId })),
    );
    return Promise.all(
      carts.map(async ({ cart, offers }, at) => {
        const discount = rules[at] ?? null;
        const discounted = await this.discountedProducts(cart, discount, requestId);
        return priceCart({ cart, offers, facts: { tax: NO_TAX, shipping: [], discount }, discounted, shippingMethod: null });
      }),
    );
  }

  /** The products of a cart that a code is for; `null` when it is for all. */
  private async discountedProducts(
    cart: Cart,
    rule: DiscountRule | null,
    requestId: string,
  ): Promise<ReadonlySet<number> | null> {
    if (!rule || (rule.productIds.length === 0 && rule.categoryIds.length === 0)) return null;
    if (rule.categoryIds.length === 0) return new Set(rule.productIds);
    const products = cart.lines.map(({ productId }) => productId);
    const inCategories = await this.assortment.productsIn(rule.categoryIds, [...new Set(products)], requestId);
    return new Set([...rule.productIds, ...inCategories]);
  }
}
