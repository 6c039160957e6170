import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Money } from '../../../platform/federation';
import { ShippingRate } from './shipping-rate.entity';
import { ShippingRateError, type ShippingRateFailure } from './shipping.errors';

@ObjectType('ShippingOption', { description: 'A way to ship that you may choose.', simpleResolvers: true })
export class ShippingOption {
  @Field(() => String, { description: 'Give it to placeOrder as shippingMethodCode.' })
  code: string;

  @Field(() => String, { description: 'What it is called.' })
  name: string;

  @Field(() => String, { description: 'More about it; may be empty.' })
  description: string;

  @Field(() => Money, { description: 'What it costs for your cart, after discounts; zero when it is free.' })
  price: Money;

  @Field(() => Money, { nullable: true, description: 'Goods of this value, after discount, travel free; null when none do.' })
  freeFrom: Money | null;

  @Field(() => Int, { description: 'How many days it takes at least.' })
  minDays: number;

  @Field(() => Int, { description: 'How many days it takes at most.' })
  maxDays: number;
}

@ObjectType('ShippingRatePayload', { description: 'What became of a change of a shipping rate.' })
export class ShippingRatePayload {
  @Field(() => ShippingRate, { nullable: true, description: 'The rate as it is now; null when nothing changed.' })
  shippingRate: ShippingRate | null;

  @Field(() => [ShippingRateError], { description: 'Why nothing changed; empty when it did.' })
  errors: readonly ShippingRateFailure[];
}

@ObjectType('DeleteShippingRatePayload', { description: 'What became of a shipping rate that was to be deleted.' })
export class DeleteShippingRatePayload {
  @Field(() => ID, { nullable: true, description: 'The id that led to it; null when nothing was deleted.' })
  deletedShippingRateId: string | null;

  @Field(() => [ShippingRateError], { description: 'Why nothing was deleted; empty when it was.' })
  errors: readonly ShippingRateFailure[];
}
