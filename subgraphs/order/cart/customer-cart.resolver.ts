import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { keyOf, type SubgraphContext } from '../../../platform/federation';
import { User } from '../reference';
import { Cart } from './cart.entity';
import type { CartLoaders } from './cart.loader';
import { maySeeCart } from './cart.policy';

/** What the order subgraph adds to a customer: their cart. */
@Resolver(() => User)
export class CustomerCartResolver {
  constructor(private readonly loaders: CartLoaders) {}

  @FieldResolver(() => Cart, {
    nullable: true,
    description: 'Their active cart; null while there is none, and for everybody else.',
  })
  async cart(@Root() user: User, @Ctx() context: SubgraphContext): Promise<Cart | null> {
    const cart = await context.loaders.of(this.loaders.activeOfUser).load(keyOf('User', user.id));
    return cart && maySeeCart(context.viewer, cart) ? cart : null;
  }
}
