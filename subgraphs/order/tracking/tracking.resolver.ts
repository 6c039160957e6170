import { Arg, ID, Int, Resolver, Root, Subscription } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf, suppliedBySubgraph, type SubscriptionSource } from '../../../platform/federation';
import { OrderStatusChange, statusAfter } from './order-status-change';
import type { TrackingService, WatchedEvent } from './tracking.service';

@Resolver(() => OrderStatusChange)
export class TrackingResolver {
  constructor(private readonly tracking: TrackingService) {}

  @Subscription(() => OrderStatusChange, {
    subscribe: suppliedBySubgraph,
    description:
      'What happens to an order that you may see: first what you missed after afterSequence, then each thing as it happens, once and in order.',
  })
  orderStatusChanged(
    @Arg('orderId', () => ID, { description: 'The order.' }) _orderId: string,
    @Arg('afterSequence', () => Int, {
      nullable: true,
      description: 'The last sequence that you saw; 0 or absent tells everything from the start.',
    })
    _afterSequence: number | null,
    @Root() watched: WatchedEvent,
  ): OrderStatusChange {
    const { event, order } = watched;
    return Object.assign(new OrderStatusChange(), {
      sequence: event.sequence,
      type: event.type,
      status: statusAfter(event, order.status),
      order,
      at: event.at,
    });
  }

  /** The source of `orderStatusChanged`. */
  readonly watch: SubscriptionSource = (args, { viewer }) => {
    const afterSequence = Number(args['afterSequence'] ?? 0);
    if (afterSequence < 0) throw badInput('afterSequence', 'must be 0 or more');
    return this.tracking.watch(viewer, keyOf('Order', String(args['orderId']), 'orderId'), afterSequence);
  };
}
