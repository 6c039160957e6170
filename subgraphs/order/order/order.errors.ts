import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { IdempotencyKeyReused } from '../../../platform/idempotency';
import { Order } from './order.entity';
import { OrderItem } from './order-item.entity';
import { OrderStatus } from './order.status';
import { TARGET_OF, type OrderAction } from './order.transitions';

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

  static make(from: OrderStatus, action: OrderAction): IllegalTransition {
    const to = TARGET_OF[action] ?? from;
    const message = `You cannot ${WORDS_FOR[action]} an order that is ${from}; see allowedActions`;
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

@ObjectType('QuantityUnavailable', {
  implements: UserError,
  description: 'More of a line is asked for than is left to ship, to give back or to refund at this moment.',
})
export class QuantityUnavailable extends UserError {
  @Field(() => OrderItem, { nullable: true, description: 'The line; null when the order has no such line.' })
  item: OrderItem | null;

  @Field(() => Int, { description: 'How many are left.' })
  left: number;

  /** @param why where more than the number is to be said */
  static make(item: OrderItem | null, left: number, why: string | null = null): QuantityUnavailable {
    const message = why ?? (item ? `Only ${left} of "${item.name}" are left for this` : 'The order has no such line');
    const path = ['input', 'lines'];
    return Object.assign(new QuantityUnavailable(), { code: 'QUANTITY_UNAVAILABLE', message, path, item, left });
  }
}

@ObjectType('ShipmentNotFound', { implements: UserError, description: 'The order has no such parcel, or it arrived already.' })
export class ShipmentNotFound extends UserError {
  static make(): ShipmentNotFound {
    const message = 'The order has no such parcel under way';
    return Object.assign(new ShipmentNotFound(), { code: 'SHIPMENT_NOT_FOUND', message, path: ['input', 'shipmentId'] });
  }
}

const WORDS_FOR: Readonly<Record<OrderAction, string>> = {
  CANCEL: 'cancel',
  PACK: 'pack',
  SHIP: 'ship',
  DELIVER: 'deliver',
  REFUND: 'refund',
  REFUND_PART: 'refund a part of',
  RETURN: 'return goods of',
};

export type OrderChangeFailure =
  | OrderNotFound
  | IllegalTransition
  | OrderVersionConflict
  | IdempotencyKeyReused
  | QuantityUnavailable
  | ShipmentNotFound;

export const OrderChangeError = createUnionType({
  name: 'OrderChangeError',
  description: 'Why a change of an order did not happen.',
  types: () =>
    [
      OrderNotFound,
      IllegalTransition,
      OrderVersionConflict,
      IdempotencyKeyReused,
      QuantityUnavailable,
      ShipmentNotFound,
    ] as const,
});
