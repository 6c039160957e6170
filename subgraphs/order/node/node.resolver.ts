import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf, Node, typeOfGlobalId, type GlobalIdType, type SubgraphContext } from '../../../platform/federation';
import type { CartResolver } from '../cart';
import type { OrderResolver } from '../order';
import { Category, Product, ProductVariant, User } from '../reference';

const MAX_NODES = 100;

/** How something that belongs to an order is found by its key. */
export interface OrderPart {
  readonly type: GlobalIdType;
  /** `null` also for what the viewer may not see although they see its order. */
  find(key: number, context: SubgraphContext): Promise<{ readonly orderId: number } | null>;
}

/** Finds anything again by its id: what this subgraph owns by its own policies, the rest as a reference to its owner. */
@Resolver(() => Node)
export class NodeResolver {
  constructor(
    private readonly orders: OrderResolver,
    private readonly carts: CartResolver,
    private readonly parts: readonly OrderPart[],
  ) {}

  @Query(() => Node, { nullable: true, description: 'Anything by its id; null when there is none that you may see.' })
  node(
    @Arg('id', () => ID, { description: 'An id that this API gave.' }) id: string,
    @Ctx() context: SubgraphContext,
  ): Promise<object | null> {
    return this.find(id, context);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: 'Many things by their ids, in the order asked; null for one that you may not see.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'Ids that this API gave, 100 at most.' }) ids: string[],
    @Ctx() context: SubgraphContext,
  ): Promise<(object | null)[]> {
    if (ids.length > MAX_NODES) throw badInput('ids', `must have ${MAX_NODES} entries at most`);
    return Promise.all(ids.map((id) => this.find(id, context)));
  }

  private async find(id: string, context: SubgraphContext): Promise<object | null> {
    const type = typeOfGlobalId(id);
    switch (type) {
      case 'Order':
        return this.orders.visible(keyOf('Order', id), context);
      case 'Cart':
        return this.carts.visible(keyOf('Cart', id), context);
      case 'User':
        return Object.assign(new User(), { id });
      case 'Product':
        return Object.assign(new Product(), { id });
      case 'ProductVariant':
        return Object.assign(new ProductVariant(), { id });
      case 'Category':
        return Object.assign(new Category(), { id });
      default:
        return this.findPart(type, id, context);
    }
  }

  private async findPart(type: GlobalIdType | null, id: string, context: SubgraphContext): Promise<object | null> {
    const known = this.parts.find((each) => each.type === type);
    const part = known ? await known.find(keyOf(known.type, id), context) : null;
    return part && (await this.orders.visible(part.orderId, context)) ? part : null;
  }
}
