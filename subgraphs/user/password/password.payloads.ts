import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { AccountDisabled, InvalidCredentials } from '../account';
import { TooManyAttempts } from '../attempt';
import { TokenExpired, TokenInvalid } from '../ticket';
import { WeakPassword } from './password.errors';

export const ChangePasswordError = createUnionType({
  name: 'ChangePasswordError',
  description: 'Why a password was not changed.',
  types: () => [InvalidCredentials, WeakPassword, TooManyAttempts, AccountDisabled] as const,
});

@ObjectType({ description: 'The answer to changePassword.' })
export class ChangePasswordPayload {
  @Field(() => Int, { nullable: true, description: 'How many other sessions were ended; yours goes on. Null when it failed.' })
  endedSessions?: number | null;

  @Field(() => [ChangePasswordError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof ChangePasswordError)[];
}

export const RequestPasswordResetError = createUnionType({
  name: 'RequestPasswordResetError',
  description: 'Why no mail will be sent. Whether the address is known is never told.',
  types: () => [TooManyAttempts] as const,
});

@ObjectType({ description: 'The answer to requestPasswordReset: the same for known and unknown addresses.' })
export class RequestPasswordResetPayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: if the address has an account, a mail is under way. Null when it failed.',
  })
  isAccepted?: boolean | null;

  @Field(() => [RequestPasswordResetError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof RequestPasswordResetError)[];
}

export const ResetPasswordError = createUnionType({
  name: 'ResetPasswordError',
  description: 'Why a password was not reset.',
  types: () => [TokenInvalid, TokenExpired, WeakPassword] as const,
});

@ObjectType({ description: 'The answer to resetPassword.' })
export class ResetPasswordPayload {
  @Field(() => String, { nullable: true, description: 'The e-mail address to log in with now; null when it failed.' })
  email?: string | null;

  @Field(() => [ResetPasswordError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof ResetPasswordError)[];
}
