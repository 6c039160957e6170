import { Field, InputType, Int } from 'type-graphql';
import { MoneyInput } from '../../../platform/federation';
import { ShippingMethod } from '../order';

@InputType({ description: 'An address to send goods or a bill to.' })
export class OrderAddressInput {
  @Field(() => String, { description: 'Who receives it, 1 to 200 characters.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The company, up to 200 characters.' })
  company?: string | null;

  @Field(() => String, { description: 'Street and number, 1 to 200 characters.' })
  line1: string;

  @Field(() => String, { nullable: true, description: 'More, such as a floor, up to 200 characters.' })
  line2?: string | null;

  @Field(() => String, { description: 'The town, 1 to 100 characters.' })
  city: string;

  @Field(() => String, { nullable: true, description: 'The state, province or county, up to 100 characters.' })
  region?: string | null;

  @Field(() => String, { nullable: true, description: 'The postal code, up to 20 characters.' })
  postalCode?: string | null;

  @Field(() => String, { description: 'The ISO 3166-1 code of the country, such as "NL".' })
  countryCode: string;

  @Field(() => String, { nullable: true, description: 'For the carrier to call, up to 40 characters.' })
  phone?: string | null;
}

@InputType({ description: 'Your order of what is in your cart.' })
export class PlaceOrderInput {
  @Field(() => String, {
    description:
      'Your name for this order, 8 to 200 characters, such as a UUID: however often it is sent, one order is placed at most.',
  })
  idempotencyKey: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where news goes. Guests must give it; for customers it is the one of the account.',
  })
  email?: string | null;

  @Field(() => OrderAddressInput, { description: 'Where it goes.' })
  shippingAddress: OrderAddressInput;

  @Field(() => OrderAddressInput, { nullable: true, description: 'Where the bill goes, when not with the goods.' })
  billingAddress?: OrderAddressInput | null;

  @Field(() => ShippingMethod, {
    defaultValue: 'STANDARD',
    description: 'How it travels, when shippingMethodCode does not say.',
    deprecationReason: 'Shops have ways of their own: use shippingMethodCode.',
  })
  shippingMethod: ShippingMethod;

  @Field(() => String, {
    nullable: true,
    description: 'How it travels: a code that shippingMethods gave, such as "EXPRESS". Goods that need no shipping ignore it.',
  })
  shippingMethodCode?: string | null;

  @Field(() => String, {
    description:
      'What the payment form gave. In the sandbox: "tok_ok", "tok_hold" (taken when shipped), "tok_declined", "tok_insufficient_funds", "tok_expired_card".',
  })
  paymentToken: string;

  @Field(() => MoneyInput, {
    nullable: true,
    description: 'The total that the customer saw; when it is another, nothing is ordered.',
  })
  expectedTotal?: MoneyInput | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The version of the cart that the customer saw; when it is another, nothing is ordered.',
  })
  expectedCartVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'A word to the shop, up to 1000 characters.' })
  note?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only tell what it would come to; order nothing.' })
  dryRun: boolean;
}
