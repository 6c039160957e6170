import { createUnionType, Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { IdempotencyKeyReused } from '../../../platform/idempotency';
import { Order } from './order.entity';
import { OrderStatus } from './order.status';

@ObjectType('OrderNotFound', { implements: UserError, description: 'There is no such order, or you may not see it.' })
export class OrderNotFound extends UserError {
  static make(): OrderNotFound {
    const message = 'There is no such order, or you may not see it';
    return Object.assign(new OrderNotFound(), { code: 'ORDER_NOT_FOUND', message, path: ['input', 'orderId'] });
  }
}

@ObjectType('IllegalTransition', {
  implements: UserError,
  description: 'The order stands where this cannot be done, or not by you.',
})
export class IllegalTransition extends UserError {
  @Field(() => OrderStatus, { description: 'Where the order stands.' })
  from: OrderStatus;

  @Field(() => OrderStatus, { description: 'Where this would have led.' })
  to: OrderStatus;

  static make(from: OrderStatus, to: OrderStatus): IllegalTransition {
    const message = `An order that is ${from} cannot become ${to} by you; see allowedActions`;
    return Object.assign(new IllegalTransition(), { code: 'ILLEGAL_TRANSITION', message, path: ['input', 'orderId'], from, to });
  }
}

@ObjectType('OrderVersionConflict', { implements: UserError, description: 'Somebody changed the order since you read it.' })
export class OrderVersionConflict extends UserError {
  @Field(() => Order, { description: 'The order as it is now.' })
  current: Order;

  static make(current: Order): OrderVersionConflict {
    const message = `The order changed; its version is now ${current.version}`;
    return Object.assign(new OrderVersionConflict(), {
      code: 'VERSION_CONFLICT',
      message,
      path: ['input', 'expectedVersion'],
      current,
    });
  }
}

export type OrderChangeFailure = OrderNotFound | IllegalTransition | OrderVersionConflict | IdempotencyKeyReused;

export const OrderChangeError = createUnionType({
  name: 'OrderChangeError',
  description: 'Why a change of an order did not happen.',
  types: () => [OrderNotFound, IllegalTransition, OrderVersionConflict, IdempotencyKeyReused] as const,
});
