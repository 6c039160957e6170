import type { DataSource, EntityManager } from 'typeorm';
import type { Viewer } from '../../../platform/auth';
import { inTransaction } from '../../../platform/db';
import { hashOfGuestToken, newGuestToken, ownerOf, type Owner } from '../guest';
import type { Offer } from '../stock';
import { MAX_LINES, MAX_QUANTITY, type Cart, type CartLine } from './cart.entity';
import {
  CartFull,
  CartLineNotFound,
  CartVersionConflict,
  InsufficientStock,
  QuantityOutOfRange,
  VariantNotForSale,
  type AddToCartFailure,
  type RemoveCartLineFailure,
  type UpdateCartLineFailure,
} from './cart.errors';
import { mergeGuestCart } from './cart.merge';
import {
  addLines,
  lockCart,
  lockOrMakeCart,
  readActiveCart,
  readActiveCartsOfUsers,
  readCarts,
  removeLines,
  setDiscountCode,
  setLine,
  touchCart,
  type LineChange,
} from './cart.rows';
import { CartWarning } from './cart.warnings';

const KEEP_GUEST_CARTS = '90 days';

/** Today's offers of these variants, in the order asked. */
export type Offers = (variantIds: readonly number[]) => Promise<(Offer | null)[]>;

export interface CartOutcome<Failure> {
  readonly cart: Cart | null;
  readonly errors: readonly Failure[];
  readonly warnings: readonly CartWarning[];
}

export interface WantedLine {
  readonly variantId: number;
  readonly quantity: number;
}

/** Reads and changes carts. Writers of one cart wait for one another at its row, so each answer is a cart that was. */
export class CartService {
  constructor(
    private readonly database: DataSource,
    private readonly currency: string,
  ) {}

  /** The viewer's active cart. A customer who still brings a guest token gets that cart's lines added to theirs. */
  async active(viewer: Viewer): Promise<Cart | null> {
    const owner = ownerOf(viewer);
    if (!owner) return null;
    await this.merge(viewer);
    return readActiveCart(this.database, owner);
  }

  byKeys(keys: readonly number[]): Promise<(Cart | null)[]> {
    return readCarts(this.database, keys);
  }

  activeOfUsers(userIds: readonly number[]): Promise<(Cart | null)[]> {
    return readActiveCartsOfUsers(this.database, userIds);
  }

  /** Puts lines in, all or nothing; what exceeds the stock is reduced and said. A guest without a token gets one. */
  async add(
    viewer: Viewer,
    wanted: readonly WantedLine[],
    expectedVersion: number | null,
    offers: Offers,
  ): Promise<CartOutcome<AddToCartFailure> & { guestToken: string | null }> {
    await this.merge(viewer);
    const known = ownerOf(viewer);
    const guestToken = known ? null : newGuestToken();
    const owner: Owner = known ?? { userId: null, guestTokenHash: hashOfGuestToken(guestToken) ?? '' };
    const current = known ? await readActiveCart(this.database, known) : null;
    const plan = planAddition(wanted, await offers(wanted.map((line) => line.variantId)), current);
    if (plan.errors.length > 0) return { cart: current, errors: plan.errors, warnings: [], guestToken: null };
    const outcome = await inTransaction(this.database, async (tx): Promise<CartOutcome<AddToCartFailure>> => {
      const cartId = await lockOrMakeCart(tx, owner, this.currency);
      const before = await theCart(tx, cartId);
      if (expectedVersion !== null && before.version !== expectedVersion)
        return refused(before, CartVersionConflict.make(before));
      const present = new Set(before.lines.map((line) => line.variantId));
      const added = plan.lines.filter((line) => !present.has(line.variantId)).length;
      if (added > 0 && before.lines.length + added > MAX_LINES) return refused(before, CartFull.make());
      await addLines(tx, cartId, plan.lines);
      await touchCart(tx, cartId);
      return { cart: await theCart(tx, cartId), errors: [], warnings: [] };
    });
    const lineOf = (variantId: number) => outcome.cart?.lines.find((line) => line.variantId === variantId) ?? null;
    const warnings =
      outcome.errors.length > 0 ? [] : plan.reduced.map((cut) => reducedWarning(cut.quantity, lineOf(cut.variantId)));
    return { ...outcome, warnings, guestToken };
  }

  /** Gives a line another quantity, reduced to what is in stock. */
  async update(
    viewer: Viewer,
    lineId: number,
    quantity: number,
    expectedVersion: number | null,
    offers: Offers,
  ): Promise<CartOutcome<UpdateCartLineFailure>> {
    const current = await this.active(viewer);
    const wanted = current?.lines.find((line) => line.id === lineId);
    if (!wanted) return refused(current, CartLineNotFound.make());
    if (quantity < 1 || quantity > MAX_QUANTITY) return refused(current, QuantityOutOfRange.make(['input', 'quantity']));
    const [offer] = await offers([wanted.variantId]);
    if (!offer?.isSellable) return refused(current, VariantNotForSale.make(wanted.variantId, ['input', 'lineId']));
    if (offer.available < 1) return refused(current, InsufficientStock.make(wanted.variantId, 0, ['input', 'quantity']));
    const possible = Math.min(quantity, offer.available);
    const outcome = await this.changeLines(viewer, expectedVersion, lineId, (tx) =>
      setLine(tx, lineId, possible, offer.unitPriceMinor),
    );
    if (outcome.errors.length > 0 || possible === quantity) return outcome;
    return { ...outcome, warnings: [reducedWarning(possible, outcome.cart?.lines.find((line) => line.id === lineId) ?? null)] };
  }

  remove(viewer: Viewer, lineId: number, expectedVersion: number | null): Promise<CartOutcome<RemoveCartLineFailure>> {
    return this.changeLines(viewer, expectedVersion, lineId, (tx, cart) => removeLines(tx, cart.id, [lineId]));
  }

  async clear(viewer: Viewer, expectedVersion: number | null): Promise<CartOutcome<CartVersionConflict>> {
    const outcome = await this.changeLines(viewer, expectedVersion, null, (tx, cart) => removeLines(tx, cart.id, null));
    return { ...outcome, errors: outcome.errors.filter((error) => error instanceof CartVersionConflict) };
  }

  /** Puts a discount code on the cart, or takes it off by `null`; whether it is a good one is for others to say. */
  async setDiscountCode(
    viewer: Viewer,
    code: string | null,
    expectedVersion: number | null,
  ): Promise<CartOutcome<CartVersionConflict>> {
    const outcome = await this.changeLines(viewer, expectedVersion, null, (tx, cart) => setDiscountCode(tx, cart.id, code));
    return { ...outcome, errors: outcome.errors.filter((error) => error instanceof CartVersionConflict) };
  }

  /** Runs `change` on the viewer's locked cart, provided that it has the version and the line that the client means. */
  private async changeLines(
    viewer: Viewer,
    expectedVersion: number | null,
    lineId: number | null,
    change: (tx: EntityManager, cart: Cart) => Promise<void>,
  ): Promise<CartOutcome<RemoveCartLineFailure>> {
    await this.merge(viewer);
    const owner = ownerOf(viewer);
    return inTransaction(this.database, async (tx) => {
      const cartId = owner && (await lockCart(tx, owner));
      if (cartId === null) {
        if (expectedVersion !== null) return refused(null, CartVersionConflict.make(null));
        return lineId === null ? { cart: null, errors: [], warnings: [] } : refused(null, CartLineNotFound.make());
      }
      const before = await theCart(tx, cartId);
      if (expectedVersion !== null && before.version !== expectedVersion)
        return refused(before, CartVersionConflict.make(before));
      if (lineId !== null && !before.lines.some((line) => line.id === lineId)) return refused(before, CartLineNotFound.make());
      await change(tx, before);
      await touchCart(tx, cartId);
      return { cart: await theCart(tx, cartId), errors: [], warnings: [] };
    });
  }

  /** Forgets carts of guests that nobody touched for long; those that were ordered from stay with their checkout. */
  async sweep(): Promise<void> {
    await this.database.query(
      `DELETE FROM cart WHERE guest_token_hash IS NOT NULL AND updated_at < now() - interval '${KEEP_GUEST_CARTS}'
         AND NOT EXISTS (SELECT 1 FROM checkout WHERE checkout.cart_id = cart.id)`,
    );
  }

  private async merge(viewer: Viewer): Promise<void> {
    const guestTokenHash = hashOfGuestToken(viewer.guestToken);
    if (viewer.userId !== null && guestTokenHash !== null)
      await mergeGuestCart(this.database, viewer.userId, guestTokenHash, this.currency);
  }
}

interface Addition {
  readonly lines: LineChange[];
  readonly reduced: WantedLine[];
  readonly errors: AddToCartFailure[];
}

/** What to write for what is wanted, at today's offers and beside what the cart holds already. */
function planAddition(wanted: readonly WantedLine[], offers: readonly (Offer | null)[], current: Cart | null): Addition {
  const plan: Addition = { lines: [], reduced: [], errors: [] };
  wanted.forEach(({ variantId, quantity }, at) => {
    const path = ['input', 'lines', String(at)];
    const offer = offers[at];
    const held = current?.lines.find((line) => line.variantId === variantId)?.quantity ?? 0;
    if (quantity < 1 || quantity > MAX_QUANTITY) return plan.errors.push(QuantityOutOfRange.make([...path, 'quantity']));
    if (!offer?.isSellable) return plan.errors.push(VariantNotForSale.make(variantId, [...path, 'variantId']));
    const room = Math.min(offer.available, MAX_QUANTITY) - held;
    if (room < 1) return plan.errors.push(InsufficientStock.make(variantId, Math.max(0, offer.available), [...path, 'quantity']));
    const possible = Math.min(quantity, room);
    if (possible < quantity) plan.reduced.push({ variantId, quantity: held + possible });
    return plan.lines.push({ variantId, productId: offer.productId, quantity: possible, seenPriceMinor: offer.unitPriceMinor });
  });
  return plan;
}

function reducedWarning(quantity: number, line: CartLine | null): CartWarning {
  return CartWarning.make('QUANTITY_REDUCED', `Only ${quantity} can be had now, so the line has ${quantity}`, line);
}

function refused<Failure>(cart: Cart | null, failure: Failure): CartOutcome<Failure> {
  return { cart, errors: [failure], warnings: [] };
}

async function theCart(tx: EntityManager, cartId: number): Promise<Cart> {
  const [cart] = await readCarts(tx, [cartId]);
  if (!cart) throw new Error(`cart ${cartId} vanished while it was held`);
  return cart;
}
