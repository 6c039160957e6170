import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { Cart, CartVersionConflict } from '../cart';
import { DiscountCodeInvalid } from '../discount';
import type { CartDiscountFailure } from './cart-discount.service';

@InputType({ description: 'That the discount code shall be taken off the cart.' })
export class RemoveDiscountCodeInput {
  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'A discount code for the cart; it takes the place of another.' })
export class ApplyDiscountCodeInput extends RemoveDiscountCodeInput {
  @Field(() => String, { description: 'The code, in capitals or small letters, up to 100 characters.' })
  code: string;
}

export const ApplyDiscountCodeError = createUnionType({
  name: 'ApplyDiscountCodeError',
  description: 'Why a discount code was not applied.',
  types: () => [DiscountCodeInvalid, CartVersionConflict] as const,
});
export const RemoveDiscountCodeError = createUnionType({
  name: 'RemoveDiscountCodeError',
  description: 'Why the discount code was not taken off.',
  types: () => [CartVersionConflict] as const,
});

@ObjectType('ApplyDiscountCodePayload', { description: 'The answer of applyDiscountCode.' })
export class ApplyDiscountCodePayload {
  @Field(() => Cart, { nullable: true, description: 'The cart as it is now; null when there is none.' })
  cart: Cart | null;

  @Field(() => [ApplyDiscountCodeError], { description: 'Why it was not applied; empty when it was.' })
  errors: readonly CartDiscountFailure[];
}

@ObjectType('RemoveDiscountCodePayload', { description: 'The answer of removeDiscountCode.' })
export class RemoveDiscountCodePayload {
  @Field(() => Cart, { nullable: true, description: 'The cart as it is now; null when there is none.' })
  cart: Cart | null;

  @Field(() => [RemoveDiscountCodeError], { description: 'Why it was not taken off; empty when it was, or there was none.' })
  errors: readonly CartVersionConflict[];
}
