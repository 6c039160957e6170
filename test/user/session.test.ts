import { createLocalJWKSet, jwtVerify } from 'jose';
import { runJobNow } from '../support/jobs';
import { ask, claimsOf, logIn, openUserSubgraph, PASSWORD, person, refresh, type UserUnderTest } from './support/people';

describe('sessions', () => {
  let user: UserUnderTest;

  beforeAll(async () => {
    user = await openUserSubgraph({ settings: { refreshGraceSeconds: 20 } });
  });
  afterAll(() => user.close());

  /** Moves the rotation of a session's used tokens into the past, as if the grace window had ended. */
  const passGrace = (userKey: number) =>
    user.database.query(
      `UPDATE refresh_token SET rotated_at = rotated_at - interval '21 seconds' WHERE session_id IN (SELECT id FROM session WHERE user_id = $1)`,
      [userKey],
    );
  const eventsOf = (userId: string) =>
    user.database.query<{ type: string; data: Record<string, unknown> }>(
      `SELECT type, data FROM outbox WHERE data->>'userId' = $1 ORDER BY id`,
      [userId],
    );

  it('gives access tokens that the published keys verify', async () => {
    const ada = await person(user);
    const keys = await user.module.jwks();
    expect(keys.keys.every((key) => key['d'] === undefined)).toBe(true);
    const { payload, protectedHeader } = await jwtVerify(ada.tokens.accessToken, createLocalJWKSet(keys), { issuer: 'mercato' });
    expect(protectedHeader.alg).toBe('EdDSA');
    expect(payload).toMatchObject({ sub: ada.id, roles: ['CUSTOMER'], sid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
  });

  it('gives two tabs that refresh at the same instant the same successor', async () => {
    for (let round = 0; round < 10; round += 1) {
      const ada = await person(user);
      const tabs = await Promise.all([1, 2, 3].map(() => refresh(user, ada.tokens.refreshToken)));
      const successors = new Set(tabs.map(({ tokens }) => tokens?.refreshToken));
      expect(tabs.flatMap(({ errors }) => errors)).toEqual([]);
      expect(successors.size).toBe(1);
      const next = await refresh(user, [...successors][0] ?? '');
      expect(next.errors).toEqual([]);
    }
  });

  it('repeats the successor for an answer that was lost', async () => {
    const ada = await person(user);
    const lost = await refresh(user, ada.tokens.refreshToken);
    const again = await refresh(user, ada.tokens.refreshToken);
    expect(again.tokens?.refreshToken).toBe(lost.tokens?.refreshToken);
  });

  it('gives a tab that comes late, but within the grace window, the newest token', async () => {
    const ada = await person(user);
    const first = await refresh(user, ada.tokens.refreshToken);
    const second = await refresh(user, first.tokens?.refreshToken ?? '');
    const late = await refresh(user, ada.tokens.refreshToken);
    expect(late.tokens?.refreshToken).toBe(second.tokens?.refreshToken);
    await passGrace(ada.key);
    expect((await refresh(user, late.tokens?.refreshToken ?? '')).errors).toEqual([]);
  });

  it('ends the session when a used token comes back after the grace window', async () => {
    const ada = await person(user);
    const honest = await refresh(user, ada.tokens.refreshToken);
    await passGrace(ada.key);
    const thief = await refresh(user, ada.tokens.refreshToken);
    expect(thief).toEqual({ tokens: null, errors: [{ __typename: 'SessionEnded' }] });
    const owner = await refresh(user, honest.tokens?.refreshToken ?? '');
    expect(owner.errors).toEqual([{ __typename: 'SessionEnded' }]);
    const revoked = (await eventsOf(ada.id)).filter(({ type }) => type === 'session.revoked');
    expect(revoked.map(({ data }) => data)).toEqual([
      { userId: ada.id, sessionId: claimsOf(ada.tokens.accessToken)['sid'], reason: 'TOKEN_REUSED' },
    ]);
  });

  it('sees an old token again however many times it was rotated since', async () => {
    const ada = await person(user);
    let newest = ada.tokens.refreshToken;
    for (let step = 0; step < 5; step += 1) newest = (await refresh(user, newest)).tokens?.refreshToken ?? '';
    await passGrace(ada.key);
    expect((await refresh(user, ada.tokens.refreshToken)).errors).toEqual([{ __typename: 'SessionEnded' }]);
    expect((await refresh(user, newest)).errors).toEqual([{ __typename: 'SessionEnded' }]);
  });

  it('takes any second use for theft when there is no grace window', async () => {
    const strict = await openUserSubgraph({ settings: { refreshGraceSeconds: 0 } });
    try {
      const ada = await person(strict);
      const tabs = await Promise.all([1, 2].map(() => refresh(strict, ada.tokens.refreshToken)));
      expect(tabs.flatMap(({ errors }) => errors)).toEqual([{ __typename: 'SessionEnded' }]);
    } finally {
      await strict.close();
    }
  });

  it('keeps no usable token in the database', async () => {
    const ada = await person(user);
    await refresh(user, ada.tokens.refreshToken);
    const [row] = await user.database.query<{ everything: string }>(
      `SELECT string_agg(t::text, '') AS everything FROM refresh_token t WHERE session_id IN (SELECT id FROM session WHERE user_id = $1)`,
      [ada.key],
    );
    expect(row?.everything).not.toContain(ada.tokens.refreshToken);
    expect(row?.everything).not.toContain(Buffer.from(ada.tokens.refreshToken).toString('hex'));
  });

  it('refuses unknown and expired tokens', async () => {
    const ada = await person(user);
    expect((await refresh(user, 'x'.repeat(43))).errors).toEqual([{ __typename: 'TokenInvalid' }]);
    await user.database.query(`UPDATE session SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [ada.key]);
    expect((await refresh(user, ada.tokens.refreshToken)).errors).toEqual([{ __typename: 'TokenExpired' }]);
  });

  it('logs out one session, and then all but the one that asks', async () => {
    const ada = await person(user);
    const phone = (await logIn(user, ada.email, PASSWORD)).tokens;
    const tablet = (await logIn(user, ada.email, PASSWORD)).tokens;
    const LOG_OUT = 'mutation ($input: LogOutInput!) { logOut(input: $input) { endedSessions errors { __typename } } }';
    const input = { refreshToken: phone?.refreshToken };
    expect(await ask(user, LOG_OUT, { input })).toEqual({ logOut: { endedSessions: 1, errors: [] } });
    expect(await ask(user, LOG_OUT, { input })).toEqual({ logOut: { endedSessions: 0, errors: [] } });
    expect((await refresh(user, phone?.refreshToken ?? '')).errors).toEqual([{ __typename: 'SessionEnded' }]);
    const EVERYWHERE = 'mutation { logOutEverywhere(input: { keepCurrent: true }) { endedSessions errors { __typename } } }';
    expect(await ask(user, EVERYWHERE, {}, ada.viewer)).toEqual({ logOutEverywhere: { endedSessions: 1, errors: [] } });
    expect((await refresh(user, tablet?.refreshToken ?? '')).errors).toEqual([{ __typename: 'SessionEnded' }]);
    expect((await refresh(user, ada.tokens.refreshToken)).errors).toEqual([]);
  });

  it('publishes a new signing key before it signs, and the old one while its tokens live', async () => {
    const kid = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
    const upkeep = async (): Promise<void> => {
      const work = await user.module.startWork();
      await runJobNow(user.database, 'user.upkeep');
      await work.stop();
    };
    const ada = await person(user);
    await user.database.query(`UPDATE signing_key SET created_at = now() - interval '31 days'`);
    await upkeep();
    expect((await user.module.jwks()).keys.length).toBe(2);
    expect(kid((await person(user)).tokens.accessToken)).toBe(kid(ada.tokens.accessToken));
    await user.database.query(
      `UPDATE signing_key SET signs_from = signs_from - interval '20 minutes', retired_at = retired_at - interval '20 minutes'`,
    );
    await upkeep();
    expect(kid((await person(user)).tokens.accessToken)).not.toBe(kid(ada.tokens.accessToken));
    const keys = createLocalJWKSet(await user.module.jwks());
    await expect(jwtVerify(ada.tokens.accessToken, keys)).resolves.toBeDefined();
    await user.database.query(`UPDATE signing_key SET retired_at = retired_at - interval '1 day'`);
    await upkeep();
    expect((await user.module.jwks()).keys.map((key) => key.kid)).not.toContain(kid(ada.tokens.accessToken));
  });
});
