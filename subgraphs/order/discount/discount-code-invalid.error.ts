import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Money, UserError } from '../../../platform/federation';

export const DiscountRefusal = {
  UNKNOWN: 'UNKNOWN',
  EXPIRED: 'EXPIRED',
  NOT_YET_VALID: 'NOT_YET_VALID',
  USED_UP: 'USED_UP',
  BELOW_MINIMUM: 'BELOW_MINIMUM',
  NOT_APPLICABLE: 'NOT_APPLICABLE',
} as const;
export type DiscountRefusal = (typeof DiscountRefusal)[keyof typeof DiscountRefusal];
registerEnumType(DiscountRefusal, {
  name: 'DiscountRefusal',
  description: 'Why a discount code cannot be used. More values may come: have a default branch.',
  valuesConfig: {
    UNKNOWN: { description: 'There is no such code.' },
    EXPIRED: { description: 'Its time is over.' },
    NOT_YET_VALID: { description: 'Its time has not come.' },
    USED_UP: { description: 'It was used as often as it may be, by all or by this customer.' },
    BELOW_MINIMUM: { description: 'The goods are worth less than it asks for; see minimum.' },
    NOT_APPLICABLE: { description: 'Nothing in the cart is what it is for.' },
  },
});

const MESSAGES: Readonly<Record<DiscountRefusal, string>> = {
  UNKNOWN: 'There is no such discount code',
  EXPIRED: 'This discount code has expired',
  NOT_YET_VALID: 'This discount code is not valid yet',
  USED_UP: 'This discount code was used as often as it may be',
  BELOW_MINIMUM: 'Your cart is below the value that this discount code asks for',
  NOT_APPLICABLE: 'Nothing in your cart is what this discount code is for',
};

@ObjectType('DiscountCodeInvalid', {
  implements: UserError,
  description: 'The discount code cannot be used for this cart. removeDiscountCode takes it off.',
})
export class DiscountCodeInvalid extends UserError {
  @Field(() => String, { description: 'The code as it was entered.' })
  discountCode: string;

  @Field(() => DiscountRefusal, { description: 'Why.' })
  reason: DiscountRefusal;

  @Field(() => Money, {
    nullable: true,
    description: 'The value of goods that it asks for, when the cart is below it; else null.',
  })
  minimum: Money | null;

  static make(discountCode: string, reason: DiscountRefusal, path: string[], minimum: Money | null = null): DiscountCodeInvalid {
    return Object.assign(new DiscountCodeInvalid(), {
      code: 'DISCOUNT_CODE_INVALID',
      message: MESSAGES[reason],
      path,
      discountCode,
      reason,
      minimum,
    });
  }
}
