import { Field, Int, ObjectType } from 'type-graphql';
import { Order, OrderEvent, OrderStatus } from '../order';

/** One entry of an order's log, as it is told to those who watch. */
@ObjectType('OrderStatusChange', { description: 'Something that happened to an order, told as it happens.' })
export class OrderStatusChange {
  @Field(() => Int, { description: 'Its place in the log; give the last one seen as afterSequence when you come back.' })
  sequence: number;

  @Field(() => String, { description: 'What happened: a status such as "SHIPPED", or "PAYMENT_CAPTURED" and the like.' })
  type: string;

  @Field(() => OrderStatus, { description: 'Where the order stood after it.' })
  status: OrderStatus;

  @Field(() => Order, { description: 'The order as it is now, which may be further on.' })
  order: Order;

  @Field(() => Date, { description: 'When it happened.' })
  at: Date;
}

export function statusAfter(event: OrderEvent, current: OrderStatus): OrderStatus {
  const to = event.data['to'] ?? event.type;
  return Object.values(OrderStatus).find((status) => status === to) ?? current;
}
