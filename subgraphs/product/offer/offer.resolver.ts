import { Arg, Args, Directive, ID, Resolver, Root, Subscription } from 'type-graphql';
import { LiveArguments } from '../../../platform/feed';
import { keyOf, suppliedBySubgraph, type SubscriptionSource } from '../../../platform/federation';
import { Product } from '../catalog';
import type { OfferService, WatchedOffer } from './offer.service';
import { ProductOfferChange } from './product-offer-change';

@Resolver()
export class OfferResolver {
  constructor(private readonly offers: OfferService) {}

  @Directive('@resumable')
  @Directive('@cacheControl(scope: "PUBLIC")')
  @Subscription(() => ProductOfferChange, {
    subscribe: suppliedBySubgraph,
    description: 'What a product that the shop shows, and its variants, cost, and how many there are, whenever that changes.',
  })
  productOfferChanged(
    @Arg('productId', () => ID, { description: 'The product.' }) _productId: string,
    @Args(() => LiveArguments) _beginning: LiveArguments,
    @Root() { position, kind, row }: WatchedOffer,
  ): ProductOfferChange {
    return Object.assign(new ProductOfferChange(), { position, kind, product: Product.of(row) });
  }

  /** The source of `productOfferChanged`. */
  readonly watch: SubscriptionSource = (args) =>
    this.offers.watch(keyOf('Product', String(args['productId']), 'productId'), args);
}
