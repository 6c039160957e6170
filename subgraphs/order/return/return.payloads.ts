import { Field, ObjectType } from 'type-graphql';
import { Order } from '../order';
import { OrderReturn } from './return.entity';
import { OrderReturnError, type ReturnFailure } from './return.errors';

@ObjectType()
class ReturnPayload {
  @Field(() => OrderReturn, { nullable: true, description: 'The return after it; null when nothing happened.' })
  return: OrderReturn | null;

  @Field(() => Order, { nullable: true, description: 'Its order; null when nothing happened.' })
  order: Order | null;

  @Field(() => [OrderReturnError], { description: 'Why nothing happened; empty when it did.' })
  errors: readonly ReturnFailure[];
}

@ObjectType('RequestReturnPayload', { description: 'The answer of requestReturn.' })
export class RequestReturnPayload extends ReturnPayload {}

@ObjectType('ApproveReturnPayload', { description: 'The answer of approveReturn.' })
export class ApproveReturnPayload extends ReturnPayload {}

@ObjectType('RefuseReturnPayload', { description: 'The answer of refuseReturn.' })
export class RefuseReturnPayload extends ReturnPayload {}

@ObjectType('ReceiveReturnPayload', { description: 'The answer of receiveReturn.' })
export class ReceiveReturnPayload extends ReturnPayload {}
