import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Money, type SubgraphContext } from '../../../platform/federation';
import { Cart, type CartService } from '../cart';
import { readCountry } from '../place';
import { readShippingCode, ShippingOption } from '../shipping';
import { optionalText, requiredText } from '../text';
import {
  ApplyDiscountCodeInput,
  ApplyDiscountCodePayload,
  RemoveDiscountCodeInput,
  RemoveDiscountCodePayload,
} from './cart-discount.payloads';
import type { CartDiscountService } from './cart-discount.service';
import type { CartPriceLoader } from './cart-price.loader';
import type { Destination } from './pricing-facts';
import type { QuoteService } from './quote.service';
import { CartDiscount, CheckoutQuote } from './quote.types';

export interface CartPriceDependencies {
  readonly carts: CartService;
  readonly quotes: QuoteService;
  readonly discounts: CartDiscountService;
  readonly prices: CartPriceLoader;
  readonly currency: string;
}

const WHILE_AWAY = 'Null with an error while prices cannot be had.';

/** What prices add to a cart. */
@Resolver(() => Cart)
export class CartPriceResolver {
  constructor(private readonly deps: CartPriceDependencies) {}

  @Query(() => [ShippingOption], { description: 'The ways to ship your cart to a country, with what each costs for it.' })
  async shippingMethods(
    @Arg('countryCode', () => String, { description: 'The ISO 3166-1 code of the country, such as "NL".' }) countryCode: string,
    @Ctx() context: SubgraphContext,
  ): Promise<ShippingOption[]> {
    const to = { countryCode: readCountry(countryCode, 'countryCode'), region: null };
    const cart = (await this.deps.carts.active(context.viewer)) ?? this.emptyCart();
    const quote = await this.deps.quotes.quote({ cart, to, shippingMethod: null, requestId: context.requestId });
    return CheckoutQuote.of(quote, cart.currency).shippingOptions;
  }

  @Mutation(() => ApplyDiscountCodePayload, {
    description: 'Puts a discount code on your cart. Who tries too many that do not exist has to wait (RATE_LIMITED).',
  })
  async applyDiscountCode(
    @Arg('input', () => ApplyDiscountCodeInput, { description: 'The code.' }) input: ApplyDiscountCodeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ApplyDiscountCodePayload> {
    const code = requiredText(input.code, 'input.code', 100);
    const priceOf = (cart: Cart) => context.loaders.of(this.deps.prices).load(cart);
    const applied = await this.deps.discounts.apply(context.viewer, code, input.expectedVersion ?? null, priceOf);
    return Object.assign(new ApplyDiscountCodePayload(), { cart: applied.cart, errors: applied.errors });
  }

  @Mutation(() => RemoveDiscountCodePayload, { description: 'Takes the discount code off your cart.' })
  async removeDiscountCode(
    @Arg('input', () => RemoveDiscountCodeInput, { description: 'Which version of the cart.' }) input: RemoveDiscountCodeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RemoveDiscountCodePayload> {
    const { cart, errors } = await this.deps.discounts.remove(context.viewer, input.expectedVersion ?? null);
    return Object.assign(new RemoveDiscountCodePayload(), { cart, errors });
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: `The subtotal less the discount; shipping and, where prices do not include it, tax come at checkout. ${WHILE_AWAY}`,
  })
  async total(@Root() cart: Cart, @Ctx() context: SubgraphContext): Promise<Money> {
    const { priced } = await context.loaders.of(this.deps.prices).load(cart);
    return Money.ofMinor(priced.totalMinor, cart.currency);
  }

  @FieldResolver(() => [CartDiscount], {
    nullable: true,
    description: `The discount codes on it, one at most, and what each takes off. ${WHILE_AWAY}`,
  })
  async discounts(@Root() cart: Cart, @Ctx() context: SubgraphContext): Promise<CartDiscount[]> {
    if (cart.discountCode === null) return [];
    const { priced, discountFailure, rule } = await context.loaders.of(this.deps.prices).load(cart);
    const discount = Object.assign(new CartDiscount(), {
      code: cart.discountCode,
      description: rule?.description ?? '',
      amount: Money.ofMinor(priced.discountMinor, cart.currency),
      isApplied: discountFailure === null,
      reason: discountFailure?.reason ?? null,
    });
    return [discount];
  }

  @FieldResolver(() => CheckoutQuote, {
    nullable: true,
    description: `What it comes to when it goes to a place; placeOrder with dryRun also says what stands in the way. ${WHILE_AWAY}`,
  })
  async estimate(
    @Root() cart: Cart,
    @Arg('countryCode', () => String, { description: 'The ISO 3166-1 code of the country, such as "NL".' }) countryCode: string,
    @Arg('region', () => String, { nullable: true, description: 'The state or province, where taxes ask for it.' })
    region: string | null,
    @Arg('shippingMethodCode', () => String, {
      nullable: true,
      description: "How it travels; the shop's first way unless given.",
    })
    shippingMethodCode: string | null,
    @Ctx() context: SubgraphContext,
  ): Promise<CheckoutQuote> {
    const to: Destination = { countryCode: readCountry(countryCode, 'countryCode'), region: optionalText(region, 'region', 100) };
    const shippingMethod = shippingMethodCode ? readShippingCode(shippingMethodCode, 'shippingMethodCode') : null;
    const quote = await this.deps.quotes.quote({ cart, to, shippingMethod, requestId: context.requestId });
    return CheckoutQuote.of(quote, cart.currency);
  }

  /** For visitors who put nothing into a cart yet. */
  private emptyCart(): Cart {
    return Object.assign(new Cart(), { lines: [], userId: null, discountCode: null, currency: this.deps.currency });
  }
}
