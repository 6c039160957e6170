import { Arg, Args, Directive, ID, Int, Resolver, Root, Subscription } from 'type-graphql';
import { requireScope, requireUser } from '../../../platform/auth';
import { badInput } from '../../../platform/errors';
import { LiveArguments } from '../../../platform/feed';
import { keyOf, MAX_PAGE, suppliedBySubgraph, type SubscriptionSource } from '../../../platform/federation';
import { OrderStatus } from '../order';
import { OrdersChange, OrderStatusChange } from './order-status-change';
import type { TrackingService, WatchedChange, WatchedOrders } from './tracking.service';

const FIRST = { defaultValue: 50, description: `How many orders a snapshot shows, 1 to ${MAX_PAGE}.` };

@Resolver()
export class TrackingResolver {
  constructor(private readonly tracking: TrackingService) {}

  @Directive('@resumable')
  @Subscription(() => OrderStatusChange, {
    subscribe: suppliedBySubgraph,
    description: 'What happens to an order that you may see, each thing once and in order.',
  })
  orderStatusChanged(
    @Arg('orderId', () => ID, { description: 'The order.' }) _orderId: string,
    @Args(() => LiveArguments) _beginning: LiveArguments,
    @Root() change: WatchedChange,
  ): WatchedChange {
    return change;
  }

  @Directive('@resumable')
  @Subscription(() => OrdersChange, {
    subscribe: suppliedBySubgraph,
    description: 'What happens to all orders of your account, those that you are yet to place included.',
  })
  myOrdersChanged(
    @Args(() => LiveArguments) _beginning: LiveArguments,
    @Arg('first', () => Int, FIRST) _first: number,
    @Root() change: WatchedOrders,
  ): WatchedOrders {
    return change;
  }

  @Directive('@resumable')
  @Subscription(() => OrdersChange, {
    subscribe: suppliedBySubgraph,
    description: 'What happens to the orders of the shop, for staff (scope orders:read).',
  })
  ordersChanged(
    @Arg('statuses', () => [OrderStatus], {
      nullable: true,
      description: 'Only what happens to orders in one of these statuses, when they enter and leave it included; all without it.',
    })
    _statuses: OrderStatus[] | null,
    @Args(() => LiveArguments) _beginning: LiveArguments,
    @Arg('first', () => Int, FIRST) _first: number,
    @Root() change: WatchedOrders,
  ): WatchedOrders {
    return change;
  }

  /** The sources of these fields. */
  readonly sources: Readonly<Record<string, SubscriptionSource>> = {
    orderStatusChanged: (args, { viewer }) =>
      this.tracking.watchOrder(viewer, keyOf('Order', String(args['orderId']), 'orderId'), args),
    myOrdersChanged: (args, { viewer }) => this.tracking.watchOrdersOf(viewer, requireUser(viewer), firstOf(args), args),
    ordersChanged: (args, { viewer }) => {
      requireScope(viewer, 'orders:read');
      return this.tracking.watchOrders(viewer, statusesOf(args), firstOf(args), args);
    },
  };
}

function firstOf(args: Readonly<Record<string, unknown>>): number {
  const first = Number(args['first']);
  if (first < 1 || first > MAX_PAGE) throw badInput('first', `must be from 1 to ${MAX_PAGE}`);
  return first;
}

function statusesOf(args: Readonly<Record<string, unknown>>): OrderStatus[] | null {
  const statuses = (args['statuses'] ?? null) as OrderStatus[] | null;
  const count = Object.values(OrderStatus).length;
  if (statuses && (statuses.length < 1 || statuses.length > count))
    throw badInput('statuses', `must name from 1 to ${count} statuses`);
  return statuses;
}
