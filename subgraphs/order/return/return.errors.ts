import { createUnionType, Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { IdempotencyKeyReused } from '../../../platform/idempotency';
import { IllegalTransition, OrderNotFound, OrderVersionConflict, QuantityUnavailable, type ChangeRefusal } from '../order';
import { ReturnStatus } from './return.entity';

@ObjectType('ReturnNotFound', { implements: UserError, description: 'There is no such return, or you may not see it.' })
export class ReturnNotFound extends UserError {
  static make(): ReturnNotFound {
    const message = 'There is no such return, or you may not see it';
    return Object.assign(new ReturnNotFound(), { code: 'RETURN_NOT_FOUND', message, path: ['input', 'returnId'] });
  }
}

@ObjectType('ReturnWindowClosed', {
  implements: UserError,
  description: 'The time in which goods can be sent back is over; ask the shop.',
})
export class ReturnWindowClosed extends UserError {
  @Field(() => Date, { description: 'When it was over.' })
  closedAt: Date;

  static make(closedAt: Date): ReturnWindowClosed {
    const message = 'The time in which these goods can be sent back is over; ask the shop';
    return Object.assign(new ReturnWindowClosed(), {
      code: 'RETURN_WINDOW_CLOSED',
      message,
      path: ['input', 'orderId'],
      closedAt,
    });
  }
}

@ObjectType('IllegalReturnStep', { implements: UserError, description: 'The return stands where this cannot be done.' })
export class IllegalReturnStep extends UserError {
  @Field(() => ReturnStatus, { description: 'Where the return stands.' })
  status: ReturnStatus;

  @Field(() => ReturnStatus, { description: 'Where this would have led.' })
  wanted: ReturnStatus;

  static make(status: ReturnStatus, wanted: ReturnStatus): IllegalReturnStep {
    const message = `A return that is ${status} cannot become ${wanted}`;
    const path = ['input', 'returnId'];
    return Object.assign(new IllegalReturnStep(), { code: 'ILLEGAL_RETURN_STEP', message, path, status, wanted });
  }
}

export type ReturnFailure = ChangeRefusal | QuantityUnavailable | ReturnNotFound | ReturnWindowClosed | IllegalReturnStep;

export const OrderReturnError = createUnionType({
  name: 'OrderReturnError',
  description: 'Why a step of a return did not happen.',
  types: () =>
    [
      OrderNotFound,
      IllegalTransition,
      OrderVersionConflict,
      IdempotencyKeyReused,
      QuantityUnavailable,
      ReturnNotFound,
      ReturnWindowClosed,
      IllegalReturnStep,
    ] as const,
});
