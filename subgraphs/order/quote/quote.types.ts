import { Field, Int, ObjectType } from 'type-graphql';
import { Money } from '../../../platform/federation';
import { AppliedDiscount, DiscountRefusal } from '../discount';
import type { NewOrderItem } from '../order';
import { paidMinor, shippingPriceMinor, TaxLine } from '../pricing';
import { ProductVariant, variantOf } from '../reference';
import { ShippingOption, type ShippingChoice } from '../shipping';
import type { PricedCart } from './price-cart';
import type { Quote } from './quote.service';

@ObjectType('QuoteLine', { description: 'One line of what an order would come to.', simpleResolvers: true })
export class QuoteLine {
  @Field(() => ProductVariant, { nullable: true, description: 'What it is.' })
  variant: ProductVariant;

  @Field(() => Int, { description: 'How many.' })
  quantity: number;

  @Field(() => Money, { description: 'The price of one.' })
  price: Money;

  @Field(() => Money, { description: 'Price times quantity, before discount.' })
  lineTotal: Money;

  @Field(() => Money, { description: 'What is taken off.' })
  discount: Money;

  @Field(() => Money, { description: 'Its tax: in the price, or on top of it, as pricesIncludeTax says.' })
  tax: Money;

  @Field(() => Int, { description: 'The rate of its tax in hundredths of a percent: 1900 are 19 %.' })
  taxRate: number;

  @Field(() => Money, { description: 'What is to be paid for it: after discount, with tax.' })
  paid: Money;

  static of(item: NewOrderItem, pricesIncludeTax: boolean, currency: string): QuoteLine {
    return Object.assign(new QuoteLine(), {
      variant: variantOf(item.variantId),
      quantity: item.quantity,
      price: Money.ofMinor(item.priceMinor, currency),
      lineTotal: Money.ofMinor(item.priceMinor * item.quantity, currency),
      discount: Money.ofMinor(item.discountMinor, currency),
      tax: Money.ofMinor(item.taxMinor, currency),
      taxRate: item.taxRate,
      paid: Money.ofMinor(paidMinor(item, pricesIncludeTax), currency),
    });
  }
}

@ObjectType('CheckoutQuote', { description: 'What an order comes to.', simpleResolvers: true })
export class CheckoutQuote {
  @Field(() => [QuoteLine], { description: 'The lines that are sold, in the order of the cart.' })
  lines: QuoteLine[];

  @Field(() => Money, { description: 'The sum of the lines, before discount.' })
  subtotal: Money;

  @Field(() => Money, { description: 'What the shipping costs, after discounts.' })
  shipping: Money;

  @Field(() => Money, { description: 'The tax of the shipping: in it, or on top of it, as pricesIncludeTax says.' })
  shippingTax: Money;

  @Field(() => Money, {
    description: 'The tax of all lines and the shipping: in the total in any case, in the prices if pricesIncludeTax.',
  })
  tax: Money;

  @Field(() => [TaxLine], { description: 'The tax by rate, the highest first.' })
  taxLines: TaxLine[];

  @Field(() => Boolean, {
    description: 'Whether prices, shipping and discounts have the tax in them; otherwise it is added to the total.',
  })
  pricesIncludeTax: boolean;

  @Field(() => Money, { description: 'What is taken off the lines.' })
  discount: Money;

  @Field(() => [AppliedDiscount], { description: 'The discount codes that apply, and what each takes off.' })
  discounts: AppliedDiscount[];

  @Field(() => Money, { description: 'What is to be paid.' })
  total: Money;

  @Field(() => String, { description: 'The code of the way that it travels; "NONE" when nothing needs shipping.' })
  shippingMethodCode: string;

  @Field(() => String, { description: 'What that way is called; may be empty.' })
  shippingMethodName: string;

  @Field(() => [ShippingOption], { description: 'The ways that it could travel, with what each would cost.' })
  shippingOptions: ShippingOption[];

  static of({ priced, taxLines, facts }: Quote, currency: string): CheckoutQuote {
    const money = (minor: number): Money => Money.ofMinor(minor, currency);
    return Object.assign(new CheckoutQuote(), {
      lines: priced.items.map((item) => QuoteLine.of(item, priced.pricesIncludeTax, currency)),
      subtotal: money(priced.subtotalMinor),
      shipping: money(priced.shippingMinor),
      shippingTax: money(priced.shippingTaxMinor),
      tax: money(priced.taxMinor),
      taxLines: taxLines.map((line) => TaxLine.of(line, currency)),
      pricesIncludeTax: priced.pricesIncludeTax,
      discount: money(priced.discountMinor),
      discounts: priced.discount ? [AppliedDiscount.of(priced.discount, currency)] : [],
      total: money(priced.totalMinor),
      shippingMethodCode: priced.shippingMethod,
      shippingMethodName: priced.shippingMethodName,
      shippingOptions: facts.shipping.map((choice) =>
        optionOf(choice, priced, facts.discount?.kind === 'FREE_SHIPPING', currency),
      ),
    });
  }
}

/** A way to ship at what it would cost for this cart. */
function optionOf(choice: ShippingChoice, priced: PricedCart, isFreeByCode: boolean, currency: string): ShippingOption {
  const { code, name, description, minDays, maxDays, freeFromMinor } = choice;
  const isFree = isFreeByCode && priced.discount !== null;
  const priceMinor = isFree ? 0 : shippingPriceMinor(choice, priced.subtotalMinor - priced.discountMinor);
  return Object.assign(new ShippingOption(), {
    code,
    name,
    description,
    price: Money.ofMinor(priceMinor, currency),
    freeFrom: freeFromMinor === null ? null : Money.ofMinor(freeFromMinor, currency),
    minDays,
    maxDays,
  });
}

@ObjectType('CartDiscount', { description: 'A discount code on a cart.', simpleResolvers: true })
export class CartDiscount {
  @Field(() => String, { description: 'The code.' })
  code: string;

  @Field(() => String, { description: 'What the shop says of it; may be empty.' })
  description: string;

  @Field(() => Money, { description: 'What it takes off the goods now.' })
  amount: Money;

  @Field(() => Boolean, { description: 'Whether it can be used now; otherwise placeOrder refuses until it can or is removed.' })
  isApplied: boolean;

  @Field(() => DiscountRefusal, { nullable: true, description: 'Why it cannot be used; null when it can.' })
  reason: DiscountRefusal | null;
}
