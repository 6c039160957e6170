import pg from 'pg';
import { hashPassword } from '../../subgraphs/user/password/password-hash';
import { ask, claimsOf, logIn, openUserSubgraph, PASSWORD, person, refresh, type UserUnderTest } from './support/people';

const WAITING = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** What happens to an account while somebody signs in or refreshes: each change is held open until the other waits for it. */
describe('a session that is opened or refreshed beside a change of its account', () => {
  let user: UserUnderTest;

  beforeAll(async () => {
    user = await openUserSubgraph();
  });
  afterAll(() => user.close());

  /** Runs `change` uncommitted, starts `request`, and commits once the request waits, or has not waited. */
  async function meanwhile<Answer>(change: string, values: unknown[], request: () => Promise<Answer>): Promise<Answer> {
    const client = new pg.Client({ connectionString: user.database.url });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(change, values);
      let isDone = false;
      const answer = request().finally(() => (isDone = true));
      const waits = async () => (await user.database.query(WAITING)).length > 0;
      while (!isDone && !(await waits())) await new Promise((resolve) => setTimeout(resolve, 10));
      await client.query('COMMIT');
      return await answer;
    } finally {
      await client.end();
    }
  }

  it('gives a refreshed token the roles that the account has now, and dates it after the change', async () => {
    const ada = await person(user, { roles: ['CUSTOMER', 'ADMIN'] });
    const demote = `WITH told AS (INSERT INTO outbox (type, key, data) VALUES ('account.access_ended', $1::text, '{}'))
      UPDATE "user" SET roles = '{CUSTOMER}' WHERE id = $1::text::integer`;
    const { tokens } = await meanwhile(demote, [String(ada.key)], () => refresh(user, ada.tokens.refreshToken));
    const claims = claimsOf(tokens?.accessToken ?? '');
    expect(claims['roles']).toEqual(['CUSTOMER']);
    const [told] = await user.database.query<{ at: Date }>(
      `SELECT created_at AS at FROM outbox WHERE type = 'account.access_ended' AND key = $1`,
      [String(ada.key)],
    );
    expect(Number(claims['iat']) * 1000).toBeGreaterThanOrEqual(told?.at.getTime() ?? Infinity);
  });

  it('lets nobody in with a password that is replaced at this moment', async () => {
    const ada = await person(user);
    const change = 'UPDATE "user" SET password_hash = $2 WHERE id = $1';
    const values = [ada.key, await hashPassword('a much better one')];
    const { tokens, errors } = await meanwhile(change, values, () => logIn(user, ada.email, PASSWORD));
    expect({ tokens, errors }).toMatchObject({ tokens: null, errors: [{ __typename: 'InvalidCredentials' }] });
  });

  it('lets nobody in who is disabled at this moment', async () => {
    const ada = await person(user);
    const change = 'UPDATE "user" SET disabled_at = now() WHERE id = $1';
    const { errors } = await meanwhile(change, [ada.key], () => logIn(user, ada.email, PASSWORD));
    expect(errors).toMatchObject([{ __typename: 'AccountDisabled' }]);
  });

  it('does not let the old password change the password that is replaced at this moment', async () => {
    const ada = await person(user);
    const hash = await hashPassword('a much better one');
    const CHANGE = 'mutation ($i: ChangePasswordInput!) { changePassword(input: $i) { errors { __typename } } }';
    const input = { currentPassword: PASSWORD, newPassword: 'the password of a thief' };
    const change = 'UPDATE "user" SET password_hash = $2 WHERE id = $1';
    const answer = await meanwhile(change, [ada.key, hash], () => ask(user, CHANGE, { i: input }, ada.viewer));
    expect(answer).toEqual({ changePassword: { errors: [{ __typename: 'InvalidCredentials' }] } });
    expect((await logIn(user, ada.email, 'a much better one')).errors).toEqual([]);
  });
});
