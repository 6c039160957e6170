import { Directive, ObjectType } from 'type-graphql';
import { UserError } from '../federation';

/** Shared by subgraphs, since it says the same of every mutation that takes a key. */
@Directive('@shareable')
@ObjectType('IdempotencyKeyReused', {
  implements: UserError,
  description: 'This key was used with other input; use a new key for a new request.',
})
export class IdempotencyKeyReused extends UserError {
  static make(): IdempotencyKeyReused {
    const message = 'This idempotency key was used with other input; use a new one';
    return Object.assign(new IdempotencyKeyReused(), {
      code: 'IDEMPOTENCY_KEY_REUSED',
      message,
      path: ['input', 'idempotencyKey'],
    });
  }
}
