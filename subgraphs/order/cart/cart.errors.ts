import { createUnionType, Field, ID, Int, ObjectType } from 'type-graphql';
import { globalId, UserError } from '../../../platform/federation';
import { ProductVariant, variantOf } from '../reference';
import { Cart, MAX_LINES, MAX_QUANTITY } from './cart.entity';

@ObjectType('CartVersionConflict', {
  implements: UserError,
  description: 'Somebody changed the cart since you read it, perhaps in another tab.',
})
export class CartVersionConflict extends UserError {
  @Field(() => Cart, { nullable: true, description: 'The cart as it is now; null when there is none any more.' })
  current: Cart | null;

  static make(current: Cart | null): CartVersionConflict {
    const message = current ? `The cart changed; its version is now ${current.version}` : 'The cart is gone';
    return Object.assign(new CartVersionConflict(), {
      code: 'VERSION_CONFLICT',
      message,
      path: ['input', 'expectedVersion'],
      current,
    });
  }
}

@ObjectType('CartLineNotFound', { implements: UserError, description: 'Your cart has no such line.' })
export class CartLineNotFound extends UserError {
  static make(): CartLineNotFound {
    return Object.assign(new CartLineNotFound(), {
      code: 'CART_LINE_NOT_FOUND',
      message: 'Your cart has no such line',
      path: ['input', 'lineId'],
    });
  }
}

@ObjectType('VariantNotForSale', { implements: UserError, description: 'There is no such variant, or it is not sold now.' })
export class VariantNotForSale extends UserError {
  @Field(() => ID, { description: 'The id that was sent.' })
  variantId: string;

  static make(variantKey: number, path: string[]): VariantNotForSale {
    const variantId = globalId('ProductVariant', variantKey);
    return Object.assign(new VariantNotForSale(), {
      code: 'VARIANT_NOT_FOR_SALE',
      message: 'This is not for sale',
      path,
      variantId,
    });
  }
}

@ObjectType('QuantityOutOfRange', { implements: UserError, description: 'A quantity is not from 1 to 999.' })
export class QuantityOutOfRange extends UserError {
  @Field(() => Int, { description: 'The smallest quantity that a line may have.' })
  minimum: number;

  @Field(() => Int, { description: 'The largest quantity that a line may have.' })
  maximum: number;

  static make(path: string[]): QuantityOutOfRange {
    const message = `A quantity is from 1 to ${MAX_QUANTITY}; to take a line out, use removeCartLine`;
    return Object.assign(new QuantityOutOfRange(), {
      code: 'QUANTITY_OUT_OF_RANGE',
      message,
      path,
      minimum: 1,
      maximum: MAX_QUANTITY,
    });
  }
}

@ObjectType('InsufficientStock', { implements: UserError, description: 'Less is in stock than is asked for.' })
export class InsufficientStock extends UserError {
  @Field(() => ProductVariant, { description: 'What runs short.' })
  variant: ProductVariant;

  @Field(() => Int, { description: 'How many can be had now.' })
  available: number;

  static make(variantKey: number, available: number, path: string[]): InsufficientStock {
    const message = available > 0 ? `Only ${available} can be had now` : 'It is sold out';
    return Object.assign(new InsufficientStock(), {
      code: 'INSUFFICIENT_STOCK',
      message,
      path,
      variant: variantOf(variantKey),
      available,
    });
  }
}

@ObjectType('CartFull', { implements: UserError, description: 'The cart has as many different lines as it may.' })
export class CartFull extends UserError {
  @Field(() => Int, { description: 'How many lines a cart may have.' })
  maximum: number;

  static make(): CartFull {
    const message = `A cart has at most ${MAX_LINES} different lines`;
    return Object.assign(new CartFull(), { code: 'CART_FULL', message, path: ['input', 'lines'], maximum: MAX_LINES });
  }
}

export type AddToCartFailure = CartVersionConflict | VariantNotForSale | QuantityOutOfRange | InsufficientStock | CartFull;
export type UpdateCartLineFailure =
  | CartVersionConflict
  | CartLineNotFound
  | VariantNotForSale
  | QuantityOutOfRange
  | InsufficientStock;
export type RemoveCartLineFailure = CartVersionConflict | CartLineNotFound;

export const AddToCartError = createUnionType({
  name: 'AddToCartError',
  description: 'Why nothing was put into the cart.',
  types: () => [CartVersionConflict, VariantNotForSale, QuantityOutOfRange, InsufficientStock, CartFull] as const,
});
export const UpdateCartLineError = createUnionType({
  name: 'UpdateCartLineError',
  description: 'Why a line of the cart was not changed.',
  types: () => [CartVersionConflict, CartLineNotFound, VariantNotForSale, QuantityOutOfRange, InsufficientStock] as const,
});
export const RemoveCartLineError = createUnionType({
  name: 'RemoveCartLineError',
  description: 'Why a line was not taken out of the cart.',
  types: () => [CartVersionConflict, CartLineNotFound] as const,
});
export const ClearCartError = createUnionType({
  name: 'ClearCartError',
  description: 'Why the cart was not emptied.',
  types: () => [CartVersionConflict] as const,
});
