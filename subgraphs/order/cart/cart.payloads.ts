import { Field, ObjectType } from 'type-graphql';
import { Cart } from './cart.entity';
import {
  AddToCartError,
  ClearCartError,
  RemoveCartLineError,
  UpdateCartLineError,
  type AddToCartFailure,
  type CartVersionConflict,
  type RemoveCartLineFailure,
  type UpdateCartLineFailure,
} from './cart.errors';
import { CartWarning } from './cart.warnings';

@ObjectType()
class CartPayload {
  @Field(() => Cart, { nullable: true, description: 'The cart as it is now; null when there is none.' })
  cart: Cart | null;

  @Field(() => [CartWarning], { description: 'What happened otherwise than asked for, without failing.' })
  warnings: readonly CartWarning[];
}

@ObjectType('AddToCartPayload', { description: 'The answer of addToCart.' })
export class AddToCartPayload extends CartPayload {
  @Field(() => [AddToCartError], { description: 'Why nothing was put in; empty when it was.' })
  errors: readonly AddToCartFailure[];

  @Field(() => String, {
    nullable: true,
    description:
      'For a guest without one: the token of the new cart. Keep it and send it as the header x-guest-token; it is shown once.',
  })
  guestToken: string | null;
}

@ObjectType('UpdateCartLinePayload', { description: 'The answer of updateCartLine.' })
export class UpdateCartLinePayload extends CartPayload {
  @Field(() => [UpdateCartLineError], { description: 'Why nothing was changed; empty when it was.' })
  errors: readonly UpdateCartLineFailure[];
}

@ObjectType('RemoveCartLinePayload', { description: 'The answer of removeCartLine.' })
export class RemoveCartLinePayload extends CartPayload {
  @Field(() => [RemoveCartLineError], { description: 'Why nothing was taken out; empty when it was.' })
  errors: readonly RemoveCartLineFailure[];
}

@ObjectType('ClearCartPayload', { description: 'The answer of clearCart.' })
export class ClearCartPayload extends CartPayload {
  @Field(() => [ClearCartError], { description: 'Why it was not emptied; empty when it was.' })
  errors: readonly CartVersionConflict[];
}
