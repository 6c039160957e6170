import { createUnionType, Field, ObjectType } from 'type-graphql';
import { Money, UserError } from '../../../platform/federation';
import { IdempotencyKeyReused } from '../../../platform/idempotency';
import { IllegalTransition, OrderNotFound, OrderVersionConflict, QuantityUnavailable, type ChangeRefusal } from '../order';

@ObjectType('RefundTooLarge', {
  implements: UserError,
  description: 'More would be given back than was paid and not given back yet.',
})
export class RefundTooLarge extends UserError {
  @Field(() => Money, { description: 'How much can still be given back.' })
  refundable: Money;

  static make(refundableMinor: number, currency: string): RefundTooLarge {
    const refundable = Money.ofMinor(refundableMinor, currency);
    const message = `Only ${refundable.amount} ${currency} can still be given back`;
    return Object.assign(new RefundTooLarge(), { code: 'REFUND_TOO_LARGE', message, path: ['input'], refundable });
  }
}

export type RefundFailure = ChangeRefusal | QuantityUnavailable | RefundTooLarge;

export const RefundPartiallyError = createUnionType({
  name: 'RefundPartiallyError',
  description: 'Why nothing was given back.',
  types: () =>
    [OrderNotFound, IllegalTransition, OrderVersionConflict, IdempotencyKeyReused, QuantityUnavailable, RefundTooLarge] as const,
});
