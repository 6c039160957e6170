import { Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';

@ObjectType({
  implements: UserError,
  description: 'Too many tries for this e-mail address in a short time.',
})
export class TooManyAttempts extends UserError {
  override code = 'TOO_MANY_ATTEMPTS';
  override message = 'Too many attempts; wait before you try again';

  @Field(() => Int, { description: 'How many seconds to wait.' })
  retryAfterSeconds: number;

  static after(retryAfterSeconds: number): TooManyAttempts {
    return Object.assign(new TooManyAttempts(), { retryAfterSeconds });
  }
}
