import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { DiscountCode } from './discount-code.entity';

@ObjectType('DiscountCodeNotFound', { implements: UserError, description: 'There is no such discount code.' })
export class DiscountCodeNotFound extends UserError {
  static make(): DiscountCodeNotFound {
    const message = 'There is no such discount code; read the list again';
    const path = ['input', 'discountCodeId'];
    return Object.assign(new DiscountCodeNotFound(), { code: 'DISCOUNT_CODE_NOT_FOUND', message, path });
  }
}

@ObjectType('DiscountCodeTaken', { implements: UserError, description: 'There is such a discount code already.' })
export class DiscountCodeTaken extends UserError {
  static make(): DiscountCodeTaken {
    const message = 'There is such a discount code already; choose another';
    return Object.assign(new DiscountCodeTaken(), { code: 'DISCOUNT_CODE_TAKEN', message, path: ['input', 'code'] });
  }
}

@ObjectType('DiscountCodeVersionConflict', {
  implements: UserError,
  description: 'Somebody changed the discount code since you read it.',
})
export class DiscountCodeVersionConflict extends UserError {
  @Field(() => DiscountCode, { description: 'The code as it is now.' })
  current: DiscountCode;

  static make(current: DiscountCode): DiscountCodeVersionConflict {
    const message = `The discount code changed; its version is now ${current.version}`;
    const path = ['input', 'expectedVersion'];
    return Object.assign(new DiscountCodeVersionConflict(), { code: 'DISCOUNT_CODE_VERSION_CONFLICT', message, path, current });
  }
}

@ObjectType('DiscountLimitBelowUse', {
  implements: UserError,
  description: 'More orders use the discount code already than the new limit allows.',
})
export class DiscountLimitBelowUse extends UserError {
  @Field(() => Int, { description: 'How many use it now.' })
  usedCount: number;

  static make(usedCount: number): DiscountLimitBelowUse {
    const message = `${usedCount} orders use it already; give at least that as the limit, or switch the code off`;
    const path = ['input', 'usageLimit'];
    return Object.assign(new DiscountLimitBelowUse(), { code: 'DISCOUNT_LIMIT_BELOW_USE', message, path, usedCount });
  }
}

@ObjectType('DiscountCodeUsed', {
  implements: UserError,
  description: 'Orders used the discount code, so it can only be switched off.',
})
export class DiscountCodeUsed extends UserError {
  static make(): DiscountCodeUsed {
    const message = 'Orders used this code; switch it off instead';
    return Object.assign(new DiscountCodeUsed(), { code: 'DISCOUNT_CODE_USED', message, path: ['input', 'discountCodeId'] });
  }
}

export type DiscountCodeFailure =
  | DiscountCodeNotFound
  | DiscountCodeTaken
  | DiscountCodeVersionConflict
  | DiscountLimitBelowUse
  | DiscountCodeUsed;

export const DiscountCodeError = createUnionType({
  name: 'DiscountCodeError',
  description: 'Why a discount code was not changed.',
  types: () =>
    [DiscountCodeNotFound, DiscountCodeTaken, DiscountCodeVersionConflict, DiscountLimitBelowUse, DiscountCodeUsed] as const,
});
