import { Field, ObjectType } from 'type-graphql';
import { connectionType } from '../../../platform/federation';
import { Order } from './order.entity';
import { OrderChangeError, type OrderChangeFailure } from './order.errors';

export const OrderConnection = connectionType(Order, 'Order');

@ObjectType()
class OrderChangePayload {
  @Field(() => Order, { nullable: true, description: 'The order after the change; null when nothing happened.' })
  order: Order | null;

  @Field(() => [OrderChangeError], { description: 'Why nothing happened; empty when it did.' })
  errors: readonly OrderChangeFailure[];
}

@ObjectType('CancelOrderPayload', { description: 'The answer of cancelOrder.' })
export class CancelOrderPayload extends OrderChangePayload {}

@ObjectType('PackOrderPayload', { description: 'The answer of packOrder.' })
export class PackOrderPayload extends OrderChangePayload {}

@ObjectType('ShipOrderPayload', { description: 'The answer of shipOrder.' })
export class ShipOrderPayload extends OrderChangePayload {}

@ObjectType('DeliverOrderPayload', { description: 'The answer of deliverOrder.' })
export class DeliverOrderPayload extends OrderChangePayload {}

@ObjectType('RefundOrderPayload', { description: 'The answer of refundOrder.' })
export class RefundOrderPayload extends OrderChangePayload {}
