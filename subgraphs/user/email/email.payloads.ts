import { createUnionType, Field, ObjectType } from 'type-graphql';
import { AccountDisabled, EmailTaken, InvalidCredentials } from '../account';
import { TooManyAttempts } from '../attempt';
import { TokenExpired, TokenInvalid } from '../ticket';

export const RequestEmailVerificationError = createUnionType({
  name: 'RequestEmailVerificationError',
  description: 'Why no mail will be sent. Whether the address is known is never told.',
  types: () => [TooManyAttempts] as const,
});

@ObjectType({ description: 'The answer to requestEmailVerification: the same for known and unknown addresses.' })
export class RequestEmailVerificationPayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: if the address has an account and waits for confirmation, a mail is under way. Null when it failed.',
  })
  isAccepted?: boolean | null;

  @Field(() => [RequestEmailVerificationError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof RequestEmailVerificationError)[];
}

export const VerifyEmailError = createUnionType({
  name: 'VerifyEmailError',
  description: 'Why an address was not confirmed.',
  types: () => [TokenInvalid, TokenExpired] as const,
});

@ObjectType({ description: 'The answer to verifyEmail.' })
export class VerifyEmailPayload {
  @Field(() => String, { nullable: true, description: 'The address that is confirmed now; null when it failed.' })
  email?: string | null;

  @Field(() => [VerifyEmailError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof VerifyEmailError)[];
}

export const RequestEmailChangeError = createUnionType({
  name: 'RequestEmailChangeError',
  description: 'Why no mail will be sent to the new address.',
  types: () => [InvalidCredentials, TooManyAttempts, AccountDisabled] as const,
});

@ObjectType({ description: 'The answer to requestEmailChange: the same whether or not somebody has the new address.' })
export class RequestEmailChangePayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: unless somebody has the new address, a mail to it is under way. Null when it failed.',
  })
  isAccepted?: boolean | null;

  @Field(() => [RequestEmailChangeError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof RequestEmailChangeError)[];
}

export const ConfirmEmailChangeError = createUnionType({
  name: 'ConfirmEmailChangeError',
  description: 'Why the address was not changed.',
  types: () => [TokenInvalid, TokenExpired, EmailTaken] as const,
});

@ObjectType({ description: 'The answer to confirmEmailChange.' })
export class ConfirmEmailChangePayload {
  @Field(() => String, { nullable: true, description: 'The address that the account has now; null when it failed.' })
  email?: string | null;

  @Field(() => [ConfirmEmailChangeError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof ConfirmEmailChangeError)[];
}
