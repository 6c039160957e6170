import { Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import { globalId, Money, type SubgraphContext } from '../../../platform/federation';
import { Product, productOf, ProductVariant, variantOf } from '../reference';
import type { Offer, OfferLoader } from '../stock';
import { CartLine } from './cart.entity';

const WHILE_AWAY = 'Null with an error while prices cannot be had.';

@Resolver(() => CartLine)
export class CartLineResolver {
  constructor(private readonly offers: OfferLoader) {}

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() line: CartLine): string {
    return globalId('CartLine', line.id);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product; null when it is gone.' })
  product(@Root() line: CartLine): Product {
    return productOf(line.productId);
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'The variant; null when it is gone.' })
  variant(@Root() line: CartLine): ProductVariant {
    return variantOf(line.variantId);
  }

  @FieldResolver(() => Money, { nullable: true, description: `The price of one now; null when it is not sold. ${WHILE_AWAY}` })
  async unitPrice(@Root() line: CartLine, @Ctx() context: SubgraphContext): Promise<Money | null> {
    const offer = await this.offerOf(line, context);
    return offer && Money.ofMinor(offer.unitPriceMinor, offer.currency);
  }

  @FieldResolver(() => Money, { nullable: true, description: `Price times quantity; null when it is not sold. ${WHILE_AWAY}` })
  async lineTotal(@Root() line: CartLine, @Ctx() context: SubgraphContext): Promise<Money | null> {
    const offer = await this.offerOf(line, context);
    return offer && Money.ofMinor(offer.unitPriceMinor * line.quantity, offer.currency);
  }

  @FieldResolver(() => Boolean, { nullable: true, description: `Whether at least one can be bought now. ${WHILE_AWAY}` })
  async availableForSale(@Root() line: CartLine, @Ctx() context: SubgraphContext): Promise<boolean> {
    const offer = await this.offerOf(line, context);
    return offer !== null && offer.available > 0;
  }

  @FieldResolver(() => Int, { nullable: true, description: `How many can be had now, 999 at most. ${WHILE_AWAY}` })
  async quantityAvailable(@Root() line: CartLine, @Ctx() context: SubgraphContext): Promise<number> {
    const offer = await this.offerOf(line, context);
    return Math.max(0, Math.min(999, offer?.available ?? 0));
  }

  private async offerOf(line: CartLine, context: SubgraphContext): Promise<Offer | null> {
    const offer = await context.loaders.of(this.offers).load(line.variantId);
    return offer?.isSellable ? offer : null;
  }
}
