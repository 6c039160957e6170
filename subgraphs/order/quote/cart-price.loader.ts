import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader, type LoaderDefinition } from '../../../platform/loaders';
import type { Cart } from '../cart';
import type { OfferLoader } from '../stock';
import type { CartPrice } from './price-cart';
import type { QuoteService } from './quote.service';

export type CartPriceLoader = LoaderDefinition<Cart, CartPrice, SubgraphContext>;

/** What carts come to before it is known where they go. */
export function createCartPriceLoader(quotes: QuoteService, offers: OfferLoader): CartPriceLoader {
  return defineLoader({
    name: 'cartPrice',
    batch: async (carts, context) => {
      const offered = carts.map(async (cart) => ({
        cart,
        offers: await Promise.all(cart.lines.map(({ variantId }) => context.loaders.of(offers).load(variantId))),
      }));
      return quotes.priceOfGoods(await Promise.all(offered), context.requestId);
    },
    cacheKey: ({ id, version, discountCode }) => `${id}|${version}|${discountCode}`,
  });
}
