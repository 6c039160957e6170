import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { Cart } from './cart.entity';
import type { CartService } from './cart.service';

/** The batches of the cart slice. */
export function createCartLoaders(carts: CartService) {
  return {
    byKey: defineLoader<number, Cart | null, SubgraphContext>({ name: 'cartByKey', batch: (keys) => carts.byKeys(keys) }),
    activeOfUser: defineLoader<number, Cart | null, SubgraphContext>({
      name: 'cartOfUser',
      batch: (userIds) => carts.activeOfUsers(userIds),
    }),
  };
}

export type CartLoaders = ReturnType<typeof createCartLoaders>;
