import { createUnionType, Field, ObjectType } from 'type-graphql';
import { AccountDisabled, EmailTaken, InvalidCredentials, User } from '../account';
import { TooManyAttempts } from '../attempt';
import { WeakPassword } from '../password';
import { AuthTokens } from '../session';

export const RegisterAccountError = createUnionType({
  name: 'RegisterAccountError',
  description: 'Why an account was not opened.',
  types: () => [EmailTaken, WeakPassword] as const,
});

@ObjectType({ description: 'The answer to registerAccount.' })
export class RegisterAccountPayload {
  @Field(() => User, { nullable: true, description: 'The new account; null when it failed.' })
  user?: User | null;

  @Field(() => AuthTokens, { nullable: true, description: 'You are signed in at once; null when it failed.' })
  tokens?: AuthTokens | null;

  @Field(() => [RegisterAccountError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof RegisterAccountError)[];
}

export const LogInError = createUnionType({
  name: 'LogInError',
  description: 'Why somebody was not signed in.',
  types: () => [InvalidCredentials, AccountDisabled, TooManyAttempts] as const,
});

@ObjectType({ description: 'The answer to logIn.' })
export class LogInPayload {
  @Field(() => User, { nullable: true, description: 'Who you are; null when it failed.' })
  user?: User | null;

  @Field(() => AuthTokens, { nullable: true, description: 'What to keep while you are signed in; null when it failed.' })
  tokens?: AuthTokens | null;

  @Field(() => [LogInError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof LogInError)[];
}
