import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader, type LoaderDefinition } from '../../../platform/loaders';
import type { Offer, StockPort } from './stock.port';

export type OfferLoader = LoaderDefinition<number, Offer | null, SubgraphContext>;

/** Offers by variant: one call to the product subgraph for all carts and lines of a request. */
export function createOfferLoader(stock: StockPort): OfferLoader {
  return defineLoader({ name: 'offerByVariant', batch: (ids, context) => stock.offersOf(ids, context.requestId) });
}
