import type { DataSource } from 'typeorm';
import type { SubgraphClient } from '../../platform/federation';
import type { CartService } from './cart';
import {
  createDiscountLoader,
  DiscountCode,
  DiscountResolver,
  DiscountService,
  DiscountTries,
  OrderDiscountsResolver,
} from './discount';
import { Prices1764000300000 } from './migrations/1764000300000-prices';
import { PriceRules1764000310000 } from './migrations/1764000310000-price-rules';
import { CartDiscountService, CartPriceResolver, createAssortmentPort, createCartPriceLoader, QuoteService } from './quote';
import { ShippingRate, ShippingRateResolver, ShippingService } from './shipping';
import type { OfferLoader, StockPort } from './stock';
import { TaxResolver, TaxService, TaxZone } from './tax';

export const PRICING_ENTITIES = [DiscountCode, ShippingRate, TaxZone];
export const PRICING_MIGRATIONS = [Prices1764000300000, PriceRules1764000310000];

/** What prices carts: see `quote/`. */
export function createQuotes(database: DataSource, stock: StockPort, product: SubgraphClient): QuoteService {
  return new QuoteService(database, stock, createAssortmentPort(product));
}

export interface PricingResolverDependencies {
  readonly database: DataSource;
  readonly carts: CartService;
  readonly quotes: QuoteService;
  readonly offers: OfferLoader;
  readonly currency: string;
}

/** The fields of taxes, shipping and discounts, and what they add to carts and orders. */
export function createPricingResolvers({ database, carts, quotes, offers, currency }: PricingResolverDependencies) {
  const discounts = new CartDiscountService(carts, new DiscountTries(database));
  const prices = createCartPriceLoader(quotes, offers);
  return [
    new CartPriceResolver({ carts, quotes, discounts, prices, currency }),
    new TaxResolver(new TaxService(database)),
    new ShippingRateResolver(new ShippingService(database), currency),
    new DiscountResolver(new DiscountService(database), currency),
    new OrderDiscountsResolver(createDiscountLoader(database)),
  ] as const;
}

/** Lets go of tries that count no more. */
export function sweepPricing(database: DataSource): Promise<void> {
  return new DiscountTries(database).sweep();
}
