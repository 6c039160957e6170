import { Field, ID, ObjectType } from 'type-graphql';
import { Money } from '../../../platform/federation';
import { DiscountCode } from './discount-code.entity';
import type { TakenDiscount } from './discount-use';
import { DiscountCodeError, type DiscountCodeFailure } from './discount.errors';

@ObjectType('AppliedDiscount', { description: 'A discount and what it took off.', simpleResolvers: true })
export class AppliedDiscount {
  @Field(() => String, { description: 'The code that was entered.' })
  code: string;

  @Field(() => Money, { description: 'What it takes off the goods.' })
  amount: Money;

  @Field(() => Money, { description: 'What it takes off the shipping, which is told after it.' })
  shippingAmount: Money;

  static of({ code, amountMinor, shippingAmountMinor }: Omit<TakenDiscount, 'id'>, currency: string): AppliedDiscount {
    const amount = Money.ofMinor(amountMinor, currency);
    return Object.assign(new AppliedDiscount(), { code, amount, shippingAmount: Money.ofMinor(shippingAmountMinor, currency) });
  }
}

@ObjectType('DiscountCodePayload', { description: 'What became of a change of a discount code.' })
export class DiscountCodePayload {
  @Field(() => DiscountCode, { nullable: true, description: 'The code as it is now; null when nothing changed.' })
  discountCode: DiscountCode | null;

  @Field(() => [DiscountCodeError], { description: 'Why nothing changed; empty when it did.' })
  errors: readonly DiscountCodeFailure[];
}

@ObjectType('DeleteDiscountCodePayload', { description: 'What became of a discount code that was to be deleted.' })
export class DeleteDiscountCodePayload {
  @Field(() => ID, { nullable: true, description: 'The id that led to it; null when nothing was deleted.' })
  deletedDiscountCodeId: string | null;

  @Field(() => [DiscountCodeError], { description: 'Why nothing was deleted; empty when it was.' })
  errors: readonly DiscountCodeFailure[];
}
