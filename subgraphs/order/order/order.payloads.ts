import { Field, ObjectType } from 'type-graphql';
import { connectionType } from '../../../platform/federation';
import { Order } from './order.entity';
import { OrderChangeError, type OrderChangeFailure } from './order.errors';

export const OrderConnection = connectionType(Order, 'Order');

/** What every change of an order answers; each mutation has a type of its own. */
@ObjectType()
export class OrderChangePayload {
  @Field(() => Order, { nullable: true, description: 'The order after the change; null when nothing happened.' })
  order: Order | null;

  @Field(() => [OrderChangeError], { description: 'Why nothing happened; empty when it did.' })
  errors: readonly OrderChangeFailure[];
}
