import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { globalId, keyOf, Money, type SubgraphContext } from '../../../platform/federation';
import type { Offer, OfferLoader } from '../stock';
import { Cart, CartLine, MAX_LINES } from './cart.entity';
import { AddToCartInput, ClearCartInput, RemoveCartLineInput, UpdateCartLineInput } from './cart.inputs';
import type { CartLoaders } from './cart.loader';
import { AddToCartPayload, ClearCartPayload, RemoveCartLinePayload, UpdateCartLinePayload } from './cart.payloads';
import { maySeeCart } from './cart.policy';
import type { CartService, WantedLine } from './cart.service';
import { CartWarning, warningsOf } from './cart.warnings';

@Resolver(() => Cart)
export class CartResolver {
  constructor(
    private readonly carts: CartService,
    private readonly loaders: CartLoaders,
    private readonly offers: OfferLoader,
  ) {}

  @Query(() => Cart, {
    nullable: true,
    description: 'Your active cart, as a customer or by your guest token; null while there is none.',
  })
  cart(@Ctx() context: SubgraphContext): Promise<Cart | null> {
    return this.carts.active(context.viewer);
  }

  @Mutation(() => AddToCartPayload, { description: 'Puts variants into your cart, made if there is none.' })
  async addToCart(
    @Arg('input', () => AddToCartInput, { description: 'What to put in.' }) input: AddToCartInput,
    @Ctx() context: SubgraphContext,
  ): Promise<AddToCartPayload> {
    const added = await this.carts.add(context.viewer, readLines(input), input.expectedVersion ?? null, (ids) =>
      this.offersOf(ids, context),
    );
    return Object.assign(new AddToCartPayload(), added);
  }

  @Mutation(() => UpdateCartLinePayload, { description: 'Gives a line of your cart another quantity.' })
  async updateCartLine(
    @Arg('input', () => UpdateCartLineInput, { description: 'Which line, and how many.' }) input: UpdateCartLineInput,
    @Ctx() context: SubgraphContext,
  ): Promise<UpdateCartLinePayload> {
    const lineId = keyOf('CartLine', input.lineId, 'input.lineId');
    const offers = (ids: readonly number[]) => this.offersOf(ids, context);
    const updated = await this.carts.update(context.viewer, lineId, input.quantity, input.expectedVersion ?? null, offers);
    return Object.assign(new UpdateCartLinePayload(), updated);
  }

  @Mutation(() => RemoveCartLinePayload, { description: 'Takes a line out of your cart.' })
  async removeCartLine(
    @Arg('input', () => RemoveCartLineInput, { description: 'Which line.' }) input: RemoveCartLineInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RemoveCartLinePayload> {
    const removed = await this.carts.remove(
      context.viewer,
      keyOf('CartLine', input.lineId, 'input.lineId'),
      input.expectedVersion ?? null,
    );
    return Object.assign(new RemoveCartLinePayload(), removed);
  }

  @Mutation(() => ClearCartPayload, { description: 'Empties your cart.' })
  async clearCart(
    @Arg('input', () => ClearCartInput, { description: 'Which version of it.' }) input: ClearCartInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ClearCartPayload> {
    return Object.assign(new ClearCartPayload(), await this.carts.clear(context.viewer, input.expectedVersion ?? null));
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() cart: Cart): string {
    return globalId('Cart', cart.id);
  }

  @FieldResolver(() => [CartLine], { description: 'What is in it, in the order of putting in; at most 100 can be put in.' })
  lines(@Root() cart: Cart): CartLine[] {
    return cart.lines;
  }

  @FieldResolver(() => Int, { description: 'How many things are in it, quantities added.' })
  itemCount(@Root() cart: Cart): number {
    return cart.lines.reduce((sum, line) => sum + line.quantity, 0);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'The sum of the lines that are sold. Null with an error while prices cannot be had.',
  })
  async subtotal(@Root() cart: Cart, @Ctx() context: SubgraphContext): Promise<Money> {
    return Money.ofMinor(await this.subtotalMinor(cart, context), cart.currency);
  }

  @FieldResolver(() => [CartWarning], {
    nullable: true,
    description: 'What its owner should know. Null with an error while prices cannot be had.',
  })
  async warnings(@Root() cart: Cart, @Ctx() context: SubgraphContext): Promise<CartWarning[]> {
    return warningsOf(cart, await this.offersByVariant(cart, context));
  }

  /** `__resolveReference` of Cart. */
  resolveReference(reference: Record<string, unknown>, context: SubgraphContext): Promise<Cart | null> {
    return this.visible(keyOf('Cart', String(reference['id'])), context);
  }

  /** The cart, if the viewer may see it. */
  async visible(key: number, context: SubgraphContext): Promise<Cart | null> {
    const cart = await context.loaders.of(this.loaders.byKey).load(key);
    return cart && maySeeCart(context.viewer, cart) ? cart : null;
  }

  private async subtotalMinor(cart: Cart, context: SubgraphContext): Promise<number> {
    const offers = await this.offersByVariant(cart, context);
    return cart.lines.reduce((sum, line) => sum + priceOf(offers.get(line.variantId)) * line.quantity, 0);
  }

  private async offersByVariant(cart: Cart, context: SubgraphContext): Promise<Map<number, Offer | null>> {
    const ids = cart.lines.map((line) => line.variantId);
    const offers = await this.offersOf(ids, context);
    return new Map(ids.map((id, at) => [id, offers[at] ?? null]));
  }

  private offersOf(ids: readonly number[], context: SubgraphContext): Promise<(Offer | null)[]> {
    return Promise.all(ids.map((id) => context.loaders.of(this.offers).load(id)));
  }
}

/** Lines of one variant are taken together. @throws BAD_USER_INPUT unless there are 1 to 100 */
function readLines(input: AddToCartInput): WantedLine[] {
  if (input.lines.length < 1 || input.lines.length > MAX_LINES)
    throw badInput('input.lines', `must have 1 to ${MAX_LINES} entries`);
  const wanted = new Map<number, number>();
  input.lines.forEach(({ variantId, quantity }, at) => {
    const key = keyOf('ProductVariant', variantId, `input.lines.${at}.variantId`);
    // A bad quantity must not be hidden by a good one of the same variant.
    const isBad = quantity < 1 || (wanted.get(key) ?? 1) < 1;
    wanted.set(key, isBad ? 0 : (wanted.get(key) ?? 0) + quantity);
  });
  return [...wanted].map(([variantId, quantity]) => ({ variantId, quantity }));
}

function priceOf(offer: Offer | null | undefined): number {
  return offer?.isSellable ? offer.unitPriceMinor : 0;
}
