import { Field, ObjectType } from 'type-graphql';
import { Order, OrderChangePayload } from '../order';
import { Refund } from './refund.entity';
import { RefundPartiallyError, type RefundFailure } from './refund.errors';

@ObjectType('CancelOrderPayload', { description: 'The answer of cancelOrder.' })
export class CancelOrderPayload extends OrderChangePayload {}

@ObjectType('RefundOrderPayload', { description: 'The answer of refundOrder.' })
export class RefundOrderPayload extends OrderChangePayload {}

@ObjectType('RefundPartiallyPayload', { description: 'The answer of refundPartially.' })
export class RefundPartiallyPayload {
  @Field(() => Order, { nullable: true, description: 'The order after it; null when nothing happened.' })
  order: Order | null;

  @Field(() => Refund, { nullable: true, description: 'The refund; null when nothing happened.' })
  refund: Refund | null;

  @Field(() => [RefundPartiallyError], { description: 'Why nothing happened; empty when it did.' })
  errors: readonly RefundFailure[];
}
