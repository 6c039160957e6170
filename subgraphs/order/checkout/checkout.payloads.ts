import { Field, ObjectType } from 'type-graphql';
import { Money } from '../../../platform/federation';
import { Order } from '../order';
import { PlaceOrderError, type PlaceOrderFailure } from './checkout.errors';

@ObjectType('CheckoutQuote', { description: 'What an order comes to.', simpleResolvers: true })
export class CheckoutQuote {
  @Field(() => Money, { description: 'The sum of the lines.' })
  subtotal: Money;

  @Field(() => Money, { description: 'What the shipping costs.' })
  shipping: Money;

  @Field(() => Money, { description: 'Tax on top of the prices; zero where prices include it.' })
  tax: Money;

  @Field(() => Money, { description: 'What is taken off.' })
  discount: Money;

  @Field(() => Money, { description: 'What is to be paid.' })
  total: Money;
}

@ObjectType('PlaceOrderPayload', { description: 'The answer of placeOrder.' })
export class PlaceOrderPayload {
  @Field(() => Order, { nullable: true, description: 'The order; null when none was placed.' })
  order: Order | null;

  @Field(() => [PlaceOrderError], { description: 'Why none was placed; empty when it was.' })
  errors: readonly PlaceOrderFailure[];

  @Field(() => Boolean, { description: 'Whether this is the answer of an earlier request with the same key.' })
  replayed: boolean;

  @Field(() => CheckoutQuote, { nullable: true, description: 'What it would come to, with dryRun; else null.' })
  quote: CheckoutQuote | null;
}
