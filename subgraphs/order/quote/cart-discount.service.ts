import type { Viewer } from '../../../platform/auth';
import { Cart, CartVersionConflict, type CartOutcome, type CartService } from '../cart';
import { DiscountCodeInvalid, normalCode, type DiscountTries } from '../discount';
import { ownerKey, ownerOf } from '../guest';
import type { CartPrice } from './price-cart';

export type CartDiscountFailure = CartVersionConflict | DiscountCodeInvalid;

/** What a cart comes to, before it is known where it goes. */
export type PriceOf = (cart: Cart) => Promise<CartPrice>;

const PATH = ['input', 'code'];

/** Puts discount codes on carts. A cart keeps the code alone: what it takes off is found anew at each price. */
export class CartDiscountService {
  constructor(
    private readonly carts: CartService,
    private readonly tries: DiscountTries,
  ) {}

  /** @throws RATE_LIMITED for a viewer who tried too many codes that do not exist */
  async apply(
    viewer: Viewer,
    text: string,
    expectedVersion: number | null,
    priceOf: PriceOf,
  ): Promise<CartOutcome<CartDiscountFailure>> {
    const owner = ownerOf(viewer);
    const cart = await this.carts.active(viewer);
    if (!owner || !cart || cart.lines.length === 0) return refused(cart, DiscountCodeInvalid.make(text, 'NOT_APPLICABLE', PATH));
    if (expectedVersion !== null && expectedVersion !== cart.version) return refused(cart, CartVersionConflict.make(cart));
    const tryer = ownerKey(owner);
    await this.tries.count(tryer);
    const code = normalCode(text);
    if (code === null) return refused(cart, DiscountCodeInvalid.make(text, 'UNKNOWN', PATH));
    const { discountFailure } = await priceOf(Object.assign(new Cart(), cart, { discountCode: code }));
    if (discountFailure?.reason !== 'UNKNOWN') await this.tries.forgive(tryer);
    if (discountFailure) {
      return refused(cart, DiscountCodeInvalid.make(text, discountFailure.reason, PATH, discountFailure.minimum));
    }
    return this.carts.setDiscountCode(viewer, code, expectedVersion);
  }

  remove(viewer: Viewer, expectedVersion: number | null): Promise<CartOutcome<CartVersionConflict>> {
    return this.carts.setDiscountCode(viewer, null, expectedVersion);
  }
}

function refused(cart: Cart | null, failure: CartDiscountFailure): CartOutcome<CartDiscountFailure> {
  return { cart, errors: [failure], warnings: [] };
}
