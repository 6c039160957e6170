import { Field, ObjectType } from 'type-graphql';
import { Order } from '../order';
import { CheckoutQuote } from '../quote';
import { PlaceOrderError, type PlaceOrderFailure } from './checkout.errors';

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
