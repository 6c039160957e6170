import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { AccountDisabled, User } from '../account';
import { TokenExpired, TokenInvalid } from '../ticket';
import { SessionEnded } from './session.errors';

@ObjectType({ description: 'What a client keeps while somebody is signed in.' })
export class AuthTokens {
  @Field(() => String, { description: 'Send it with each request as "Authorization: Bearer ...". Lives for minutes.' })
  accessToken: string;

  @Field(() => Date, { description: 'When the access token stops being good; refresh a little before.' })
  accessTokenExpiresAt: Date;

  @Field(() => String, { description: 'Give it to refreshSession for the next pair. Keep it secret, and forget it once used.' })
  refreshToken: string;

  @Field(() => Date, { description: 'When the refresh token stops being good unless it is used before.' })
  refreshTokenExpiresAt: Date;

  @Field(() => String, { description: 'Always "Bearer".' })
  tokenType: string;
}

export const RefreshSessionError = createUnionType({
  name: 'RefreshSessionError',
  description: 'Why a session was not refreshed. In each case: log in again.',
  types: () => [TokenInvalid, TokenExpired, SessionEnded, AccountDisabled] as const,
});

@ObjectType({ description: 'The answer to refreshSession.' })
export class RefreshSessionPayload {
  @Field(() => AuthTokens, { nullable: true, description: 'The next pair of tokens; null when it failed.' })
  tokens?: AuthTokens | null;

  @Field(() => User, { nullable: true, description: 'Whose session it is; null when it failed.' })
  user?: User | null;

  @Field(() => [RefreshSessionError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof RefreshSessionError)[];
}

export const LogOutError = createUnionType({
  name: 'LogOutError',
  description: 'Why nobody was logged out.',
  types: () => [TokenInvalid] as const,
});

@ObjectType({ description: 'The answer to logOut and logOutEverywhere.' })
export class LogOutPayload {
  @Field(() => Int, {
    nullable: true,
    description: 'How many sessions were ended; zero when they had ended before; null when it failed.',
  })
  endedSessions?: number | null;

  @Field(() => [LogOutError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof LogOutError)[];
}
