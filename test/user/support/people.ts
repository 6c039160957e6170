import { randomUUID } from 'node:crypto';
import type { Role, Viewer } from '../../../platform/auth';
import { keyOf } from '../../../platform/federation';
import { createUserSubgraph, type UserSubgraph } from '../../../subgraphs/user';
import { openSubgraph, viewerOf, type ComponentOptions, type SubgraphUnderTest } from '../../support/component';

export type UserUnderTest = SubgraphUnderTest<UserSubgraph>;

export interface Tokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  refreshTokenExpiresAt: string;
  tokenType: string;
}

export interface Person {
  readonly id: string;
  readonly key: number;
  readonly email: string;
  readonly password: string;
  readonly tokens: Tokens;
  readonly viewer: Viewer;
}

export function openUserSubgraph(options: ComponentOptions<object> = {}): Promise<UserUnderTest> {
  return openSubgraph('user', createUserSubgraph, options);
}

export const TOKENS = 'tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt tokenType }';
export const PASSWORD = 'correct horse battery';

/** Data of an operation that must succeed. @throws with the errors when there are any */
export async function ask<Data = Record<string, unknown>>(
  user: UserUnderTest,
  query: string,
  variables: Record<string, unknown> = {},
  viewer?: Viewer,
): Promise<Data> {
  const { data, errors } = await user.execute(query, variables, viewer);
  if (errors || !data) throw new Error(`the operation failed: ${JSON.stringify(errors)}`);
  return data as Data;
}

/** The code of an operation's first error; `null` when it has none. */
export async function codeOf(
  user: UserUnderTest,
  query: string,
  variables: Record<string, unknown> = {},
  viewer?: Viewer,
): Promise<unknown> {
  const { errors } = await user.execute(query, variables, viewer);
  return errors?.[0]?.extensions?.['code'] ?? null;
}

export function freshEmail(): string {
  return `${randomUUID()}@example.com`;
}

/** Somebody who has just opened an account. Further roles are written into the database. */
export async function person(
  user: UserUnderTest,
  changes: { email?: string; name?: string; roles?: readonly Role[] } = {},
): Promise<Person> {
  const { email = freshEmail(), name = 'Ada Lovelace', roles = ['CUSTOMER'] } = changes;
  const { registerAccount } = await ask<{ registerAccount: { user: { id: string }; tokens: Tokens; errors: unknown[] } }>(
    user,
    `mutation ($input: RegisterAccountInput!) { registerAccount(input: $input) { user { id } ${TOKENS} errors { __typename } } }`,
    { input: { email, name, password: PASSWORD } },
  );
  if (registerAccount.errors.length > 0) throw new Error(`not registered: ${JSON.stringify(registerAccount.errors)}`);
  const { user: account, tokens } = registerAccount;
  const key = keyOf('User', account.id);
  if (roles.length > 1) await user.database.query('UPDATE "user" SET roles = $2 WHERE id = $1', [key, [...roles]]);
  const sessionId = String(claimsOf(tokens.accessToken)['sid']);
  return { id: account.id, key, email, password: PASSWORD, tokens, viewer: viewerOf(key, roles, sessionId) };
}

export function claimsOf(accessToken: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

export interface Refreshed {
  tokens: Tokens | null;
  errors: { __typename: string }[];
}

export async function refresh(user: UserUnderTest, refreshToken: string): Promise<Refreshed> {
  const { refreshSession } = await ask<{ refreshSession: Refreshed }>(
    user,
    `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${TOKENS} errors { __typename } } }`,
    { input: { refreshToken } },
  );
  return refreshSession;
}

export interface LoggedIn {
  tokens: Tokens | null;
  errors: { __typename: string; message: string; retryAfterSeconds?: number }[];
}

export async function logIn(user: UserUnderTest, email: string, password: string): Promise<LoggedIn> {
  const { logIn: answer } = await ask<{ logIn: LoggedIn }>(
    user,
    `mutation ($input: LogInInput!) { logIn(input: $input) {
      ${TOKENS} errors { __typename ... on UserError { message } ... on TooManyAttempts { retryAfterSeconds } } } }`,
    { input: { email, password } },
  );
  return answer;
}

/** The token in the newest mail to somebody. */
export async function mailedToken(user: UserUnderTest, email: string): Promise<string> {
  const mail = (await user.module.mailbox.list(500)).find(({ to }) => to === email);
  const token = /token=([\w-]+)/.exec(mail?.text ?? '')?.[1];
  if (!token) throw new Error(`there is no mail with a token for ${email}`);
  return token;
}
