import { Field, Int, ObjectType } from 'type-graphql';
import { LiveKind } from '../../../platform/feed';
import { Order, OrderStatus } from '../order';

/** One entry of an order's log, as it is told to those who watch. */
@ObjectType('OrderStatusChange', {
  description: 'Something that happened to an order, told as it happens.',
  simpleResolvers: true,
})
export class OrderStatusChange {
  @Field(() => String, {
    description: 'Where it stands among all that happens in the shop; give the last one as after when you come back.',
  })
  position: string;

  @Field(() => LiveKind, { description: 'Whether it happened, or only says how things stand.' })
  kind: LiveKind;

  @Field(() => Int, { description: 'Its place in the log of the order, from 1 without gaps.' })
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

@ObjectType('OrdersChange', {
  description: 'Something that happened to one of many orders, told as it happens.',
  simpleResolvers: true,
})
export class OrdersChange {
  @Field(() => String, {
    description: 'Where it stands among all that happens in the shop; give the last one as after when you come back.',
  })
  position: string;

  @Field(() => LiveKind, { description: 'Whether something happened, or this only says how things stand.' })
  kind: LiveKind;

  @Field(() => OrderStatusChange, { nullable: true, description: 'What happened; null in a snapshot.' })
  change: OrderStatusChange | null;

  @Field(() => [Order], { description: 'The order that changed; in a snapshot the newest ones, the newest first.' })
  orders: Order[];
}
