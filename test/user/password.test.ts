import { performance } from 'node:perf_hooks';
import { hashPassword, isOutdated, verifyPassword } from '../../subgraphs/user/password/password-hash';
import { Turnstile } from '../../subgraphs/user/password/turnstile';
import {
  ask,
  freshEmail,
  logIn,
  mailedToken,
  openUserSubgraph,
  PASSWORD,
  person,
  refresh,
  type UserUnderTest,
} from './support/people';

const NEW_PASSWORD = 'a much better one';
const CHANGE = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) {
  endedSessions errors { __typename ... on UserError { path } } } }`;
const REQUEST_RESET = `mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { isAccepted errors { __typename } } }`;
const RESET = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email errors { __typename } } }`;

describe('passwords', () => {
  let user: UserUnderTest;

  beforeAll(async () => {
    user = await openUserSubgraph();
  });
  afterAll(() => user.close());

  it('hashes with argon2id, a salt for each, and sees hashes of other costs', async () => {
    const hash = await hashPassword(PASSWORD);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hashPassword(PASSWORD)).not.toBe(hash);
    expect(await verifyPassword(hash, PASSWORD)).toBe(true);
    expect(await verifyPassword(hash, `${PASSWORD} `)).toBe(false);
    expect(await verifyPassword('no hash', PASSWORD)).toBe(false);
    expect([isOutdated(hash), isOutdated(hash.replace('t=2', 't=1'))]).toEqual([false, true]);
  });

  it('lets two in, some wait, and turns the rest away at once', async () => {
    const turnstile = new Turnstile({ inside: 2, waiting: 3, retryAfterSeconds: 2 });
    let inside = 0;
    let most = 0;
    const task = async (): Promise<string> => {
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return 'done';
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => turnstile.pass(task)));
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), ...Array(3).fill('rejected')]);
    expect((outcomes[7] as PromiseRejectedResult).reason).toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterSeconds: 2 },
    });
    expect(most).toBe(2);
    await expect(turnstile.pass(async () => Promise.reject(new Error('fails')))).rejects.toThrow('fails');
    await expect(turnstile.pass(task)).resolves.toBe('done');
  });

  it('answers a flood of log-ins within bounds', async () => {
    const ada = await person(user);
    const query = 'mutation ($input: LogInInput!) { logIn(input: $input) { errors { __typename } } }';
    const input = { email: ada.email, password: ada.password };
    const answers = await Promise.all(Array.from({ length: 90 }, () => user.execute(query, { input })));
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions?.['code'] ?? 'IN');
    expect(codes.filter((code) => code === 'IN')).toHaveLength(66);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(24);
    expect(answers.every(({ data }) => !data || JSON.stringify(data) === '{"logIn":{"errors":[]}}')).toBe(true);
  });

  it('renews a hash of other costs at the next log-in', async () => {
    const ada = await person(user);
    const { argon2Sync } = await import('node:crypto');
    const nonce = Buffer.alloc(16, 7);
    const tag = argon2Sync('argon2id', { message: PASSWORD, nonce, parallelism: 1, tagLength: 32, memory: 8_192, passes: 1 });
    const bare = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    await user.database.query('UPDATE "user" SET password_hash = $2 WHERE id = $1', [
      ada.key,
      `$argon2id$v=19$m=8192,t=1,p=1$${bare(nonce)}$${bare(tag)}`,
    ]);
    expect((await logIn(user, ada.email, PASSWORD)).errors).toEqual([]);
    const [row] = await user.database.query<{ password_hash: string }>('SELECT password_hash FROM "user" WHERE id = $1', [
      ada.key,
    ]);
    expect(isOutdated(row?.password_hash ?? '')).toBe(false);
    expect((await logIn(user, ada.email, PASSWORD)).errors).toEqual([]);
  });

  it('tells nobody whether an address has an account', async () => {
    const ada = await person(user);
    const [known, unknown] = [await logIn(user, ada.email, 'wrong password'), await logIn(user, freshEmail(), 'wrong password')];
    expect(known).toEqual(unknown);
    expect(known.errors).toMatchObject([{ __typename: 'InvalidCredentials' }]);
    const [reset, noReset] = [
      await ask(user, REQUEST_RESET, { email: ada.email }),
      await ask(user, REQUEST_RESET, { email: freshEmail() }),
    ];
    expect(reset).toEqual(noReset);
  });

  it('takes as long for an unknown address as for a wrong password', async () => {
    const people = await Promise.all([1, 2, 3, 4, 5].map(() => person(user)));
    const timed = async (email: string): Promise<number> => {
      const startMs = performance.now();
      await logIn(user, email, 'wrong password');
      return performance.now() - startMs;
    };
    const [known, unknown]: number[][] = [[], []];
    for (const { email } of people) {
      known?.push(await timed(email));
      unknown?.push(await timed(freshEmail()));
    }
    // Without the hash for nobody, an unknown address answers about five times faster.
    expect(Math.min(...(unknown ?? []))).toBeGreaterThan(Math.min(...(known ?? [])) * 0.5);
  });

  it('stops guessing after fifty wrong passwords, also parallel ones, and forgets them after a success', async () => {
    const ada = await person(user);
    const guessed = () => user.database.query('UPDATE attempt SET count = 40');
    for (let wrong = 0; wrong < 9; wrong += 1) await logIn(user, ada.email, 'wrong password');
    await guessed();
    expect((await logIn(user, ada.email, PASSWORD)).errors).toEqual([]);
    await logIn(user, ada.email, 'wrong password');
    await guessed();
    const guesses = await Promise.all(Array.from({ length: 15 }, () => logIn(user, ada.email, 'wrong password')));
    const types = guesses.map(({ errors }) => errors[0]?.__typename);
    expect(types.filter((type) => type === 'InvalidCredentials')).toHaveLength(10);
    expect(types.filter((type) => type === 'TooManyAttempts')).toHaveLength(5);
    const right = await logIn(user, ada.email, PASSWORD);
    expect(right).toMatchObject({ tokens: null, errors: [{ __typename: 'TooManyAttempts' }] });
    expect(right.errors[0]?.retryAfterSeconds).toBeGreaterThan(800);
    const EXPORT = 'mutation ($i: ExportMyDataInput!) { exportMyData(input: $i) { errors { __typename } } }';
    const confirm = (password: string) => ask(user, EXPORT, { i: { password } }, ada.viewer);
    expect(await confirm(PASSWORD)).toEqual({ exportMyData: { errors: [] } });
    await user.database.query(`UPDATE attempt SET window_ends_at = now() - interval '1 second'`);
    expect((await logIn(user, ada.email, PASSWORD)).errors).toEqual([]);
  });

  it('changes a password and ends the other sessions', async () => {
    const ada = await person(user);
    const other = (await logIn(user, ada.email, PASSWORD)).tokens;
    const change = (currentPassword: string, newPassword: string) =>
      ask(user, CHANGE, { input: { currentPassword, newPassword } }, ada.viewer);
    expect(await change('wrong password', NEW_PASSWORD)).toEqual({
      changePassword: { endedSessions: null, errors: [{ __typename: 'InvalidCredentials', path: ['input', 'currentPassword'] }] },
    });
    expect(await change(PASSWORD, 'short')).toEqual({
      changePassword: { endedSessions: null, errors: [{ __typename: 'WeakPassword', path: ['input', 'newPassword'] }] },
    });
    expect(await change(PASSWORD, NEW_PASSWORD)).toEqual({ changePassword: { endedSessions: 1, errors: [] } });
    expect((await refresh(user, other?.refreshToken ?? '')).errors).toEqual([{ __typename: 'SessionEnded' }]);
    expect((await refresh(user, ada.tokens.refreshToken)).errors).toEqual([]);
    expect((await logIn(user, ada.email, PASSWORD)).errors).toMatchObject([{ __typename: 'InvalidCredentials' }]);
    expect((await logIn(user, ada.email, NEW_PASSWORD)).errors).toEqual([]);
  });

  it('resets a password by the mailed token, once, and ends every session', async () => {
    const ada = await person(user);
    await ask(user, REQUEST_RESET, { email: ada.email.toUpperCase() });
    const token = await mailedToken(user, ada.email);
    const reset = (newPassword: string) => ask(user, RESET, { input: { token, newPassword } });
    expect(await reset('short')).toEqual({ resetPassword: { email: null, errors: [{ __typename: 'WeakPassword' }] } });
    const twice = await Promise.all([reset(NEW_PASSWORD), reset(NEW_PASSWORD)]);
    expect(twice).toContainEqual({ resetPassword: { email: ada.email, errors: [] } });
    expect(twice).toContainEqual({ resetPassword: { email: null, errors: [{ __typename: 'TokenInvalid' }] } });
    expect((await refresh(user, ada.tokens.refreshToken)).errors).toEqual([{ __typename: 'SessionEnded' }]);
    expect((await logIn(user, ada.email, NEW_PASSWORD)).errors).toEqual([]);
    expect(await ask(user, '{ me { emailVerifiedAt } }', {}, ada.viewer)).toMatchObject({
      me: { emailVerifiedAt: expect.any(String) as string },
    });
    const ended = await user.database.query(
      `SELECT data->>'reason' AS reason FROM outbox WHERE key = $1 AND type = 'account.access_ended'`,
      [ada.id],
    );
    expect(ended).toEqual([{ reason: 'PASSWORD_RESET' }]);
  });

  it('refuses old and invented reset tokens, and keeps none in the database', async () => {
    const ada = await person(user);
    await ask(user, REQUEST_RESET, { email: ada.email });
    const token = await mailedToken(user, ada.email);
    const [row] = await user.database.query<{ all: string }>(
      `SELECT string_agg(t::text, '') AS all FROM ticket t WHERE user_id = $1`,
      [ada.key],
    );
    expect(row?.all).not.toContain(token);
    await user.database.query(`UPDATE ticket SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [ada.key]);
    const reset = (value: string) => ask(user, RESET, { input: { token: value, newPassword: NEW_PASSWORD } });
    expect(await reset(token)).toEqual({ resetPassword: { email: null, errors: [{ __typename: 'TokenExpired' }] } });
    expect(await reset('x'.repeat(43))).toEqual({ resetPassword: { email: null, errors: [{ __typename: 'TokenInvalid' }] } });
  });

  it('mails no more than five resets an hour, known or not', async () => {
    for (const email of [(await person(user)).email, freshEmail()]) {
      const answers = [];
      for (let time = 0; time < 6; time += 1) answers.push(await ask(user, REQUEST_RESET, { email }));
      expect(answers.at(4)).toEqual({ requestPasswordReset: { isAccepted: true, errors: [] } });
      expect(answers.at(5)).toEqual({ requestPasswordReset: { isAccepted: null, errors: [{ __typename: 'TooManyAttempts' }] } });
    }
  });
});
