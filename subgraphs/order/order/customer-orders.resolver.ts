import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { notFound } from '../../../platform/errors';
import {
  ConnectionArgs,
  keyOf,
  readPage,
  toConnection,
  type ConnectionOf,
  type SubgraphContext,
} from '../../../platform/federation';
import { User } from '../reference';
import type { Order } from './order.entity';
import { OrderFilterInput, OrderSortName, readFilter } from './order.inputs';
import type { OrderLoaders } from './order.loader';
import { OrderConnection } from './order.payloads';
import { maySeeOrdersOf } from './order.policy';

/** What the order subgraph adds to a customer: their orders. */
@Resolver(() => User)
export class CustomerOrdersResolver {
  constructor(
    private readonly loaders: OrderLoaders,
    private readonly currency: string,
  ) {}

  @FieldResolver(() => OrderConnection, { description: 'Their orders, newest first; for themself and for staff.' })
  async orders(
    @Root() user: User,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Arg('filter', () => OrderFilterInput, { nullable: true, description: 'Which ones.' }) filter: OrderFilterInput | null,
    @Arg('sort', () => OrderSortName, { defaultValue: 'NEWEST', description: 'In which order.' }) sort: OrderSortName,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<Order>> {
    const userId = keyOf('User', user.id);
    if (!maySeeOrdersOf(context.viewer, userId)) throw notFound('This list of orders');
    const request = { page: readPage(page), filter: readFilter(filter, this.currency), sort };
    return toConnection(await context.loaders.of(this.loaders.pageOfUser).load({ userId, request }));
  }
}
