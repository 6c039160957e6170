import { service } from '../../platform/auth';
import { countingStatements, type StatementLog } from '../../platform/db';
import { viewerOf } from '../support/component';
import { ask, codeOf, freshEmail, openUserSubgraph, PASSWORD, person, type UserUnderTest } from './support/people';

const REGISTER = `mutation ($input: RegisterAccountInput!) { registerAccount(input: $input) {
  user { email name roles isDisabled emailVerifiedAt version } tokens { tokenType }
  errors { __typename ... on UserError { code message path } ... on WeakPassword { reason } } } }`;
const USER = 'query ($id: ID!) { user(id: $id) { email name } }';

describe('accounts', () => {
  let user: UserUnderTest;

  beforeAll(async () => {
    user = await openUserSubgraph();
  });
  afterAll(() => user.close());

  it('opens an account, signs in, and mails a link', async () => {
    const email = freshEmail();
    const answer = await ask(user, REGISTER, { input: { email: `  ${email} `, name: ' Zoe\u0308 ', password: PASSWORD } });
    expect(answer).toEqual({
      registerAccount: {
        user: { email, name: 'Zoë', roles: ['CUSTOMER'], isDisabled: false, emailVerifiedAt: null, version: 1 },
        tokens: { tokenType: 'Bearer' },
        errors: [],
      },
    });
    const mails = await user.module.mailbox.list(100);
    expect(mails.filter(({ to }) => to === email).map(({ subject }) => subject)).toEqual(['Please confirm your e-mail address']);
  });

  it('opens one account for an address, whatever its case, also when many try at once', async () => {
    const email = freshEmail();
    const input = { email, name: 'Ada', password: PASSWORD };
    const answers = await Promise.all(
      [email, email.toUpperCase(), email, email].map((address) =>
        ask<{ registerAccount: { user: object | null; errors: { code: string }[] } }>(user, REGISTER, {
          input: { ...input, email: address },
        }),
      ),
    );
    expect(answers.filter((answer) => answer.registerAccount.user !== null)).toHaveLength(1);
    expect(answers.flatMap((answer) => answer.registerAccount.errors.map(({ code }) => code))).toEqual(
      Array(3).fill('EMAIL_TAKEN'),
    );
  });

  it.each([
    ['short', 'TOO_SHORT'],
    ['x'.repeat(129), 'TOO_LONG'],
    ['Password123', 'TOO_COMMON'],
    ['abcabcabcabc', 'TOO_COMMON'],
    ['ada.lovelace@example.com', 'SAME_AS_EMAIL'],
    ['ADA.lovelace', 'SAME_AS_EMAIL'],
  ])('refuses the password %s', async (password, reason) => {
    const { registerAccount } = await ask<{ registerAccount: object }>(user, REGISTER, {
      input: { email: 'ada.lovelace@example.com', name: 'Ada', password },
    });
    expect(registerAccount).toMatchObject({
      user: null,
      tokens: null,
      errors: [{ code: 'WEAK_PASSWORD', reason, path: ['input', 'password'] }],
    });
  });

  it.each([
    ['email', 'no address'],
    ['email', 'two@at@example.com'],
    ['email', `${'x'.repeat(250)}@example.com`],
    ['email', 'ada@example.com\u0000'],
    ['name', ''],
    ['name', 'x'.repeat(201)],
    ['name', 'two\nlines'],
    ['name', 'nul\u0000'],
    ['name', '\ud800'],
    ['password', 'x'.repeat(2_000)],
  ])('names the field %s when it is %j', async (field, value) => {
    const { errors } = await user.execute(REGISTER, {
      input: { email: freshEmail(), name: 'Ada', password: PASSWORD, [field]: value },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: `input.${field}` });
  });

  it('shows people themself, and others only to staff and services', async () => {
    const [ada, bob] = [await person(user), await person(user)];
    const staff = await person(user, { roles: ['CUSTOMER', 'STAFF'] });
    expect(await ask(user, '{ me { id email } }', {}, ada.viewer)).toEqual({ me: { id: ada.id, email: ada.email } });
    expect(await ask(user, '{ me { id } }')).toEqual({ me: null });
    expect(await ask(user, USER, { id: ada.id })).toEqual({ user: null });
    expect(await ask(user, USER, { id: ada.id }, bob.viewer)).toEqual({ user: null });
    expect(await ask(user, USER, { id: ada.id }, staff.viewer)).toMatchObject({ user: { email: ada.email } });
    expect(await ask(user, USER, { id: ada.id }, service)).toMatchObject({ user: { email: ada.email } });
    expect(await codeOf(user, USER, { id: 'usr_nonsense' }, staff.viewer)).toBe('BAD_USER_INPUT');
  });

  it('resolves references in one statement, and to null for who may not see', async () => {
    const people = await Promise.all([1, 2, 3, 4, 5].map(() => person(user)));
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id addresses { id } defaultAddress { id } } } }`;
    const variables = { r: people.map(({ id }) => ({ __typename: 'User', id })) };
    const log: StatementLog = { statements: [] };
    const seen = await countingStatements(log, () => ask<{ _entities: unknown[] }>(user, query, variables, service));
    expect(seen._entities.filter(Boolean)).toHaveLength(5);
    expect(log.statements).toHaveLength(2);
    const own = await ask<{ _entities: ({ id: string } | null)[] }>(user, query, variables, people[1]?.viewer);
    expect(own._entities.map((entity) => entity?.id ?? null)).toEqual([null, people[1]?.id, null, null, null]);
  });

  it('changes a profile, and tells of a change in between', async () => {
    const ada = await person(user);
    const UPDATE = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) {
      user { name version } errors { __typename ... on AccountVersionConflict { current { name version } } } } }`;
    const input = { name: 'Countess Lovelace', expectedVersion: 1 };
    expect(await ask(user, UPDATE, { input }, ada.viewer)).toEqual({
      updateProfile: { user: { name: 'Countess Lovelace', version: 2 }, errors: [] },
    });
    expect(await ask(user, '{ me { name } }', {}, ada.viewer)).toEqual({ me: { name: 'Countess Lovelace' } });
    expect(await ask(user, UPDATE, { input: { name: 'Late', expectedVersion: 1 } }, ada.viewer)).toEqual({
      updateProfile: {
        user: null,
        errors: [{ __typename: 'AccountVersionConflict', current: { name: 'Countess Lovelace', version: 2 } }],
      },
    });
    expect(await codeOf(user, UPDATE, { input })).toBe('UNAUTHENTICATED');
    const events = await user.database.query(`SELECT type, touches FROM outbox WHERE key = $1 ORDER BY id`, [ada.id]);
    expect(events).toEqual([
      { type: 'account.registered', touches: [{ type: 'User', id: ada.id }] },
      { type: 'account.changed', touches: [{ type: 'User', id: ada.id }] },
    ]);
  });

  it('gives contacts and keys to services only', async () => {
    const ada = await person(user);
    const CONTACTS = 'query ($ids: [ID!]!) { userContacts(ids: $ids) { id email name } }';
    const ids = [ada.id, 'usr_000000000', 'nonsense'];
    expect(await ask(user, CONTACTS, { ids }, service)).toEqual({
      userContacts: [{ id: ada.id, email: ada.email, name: 'Ada Lovelace' }, null, null],
    });
    expect(await codeOf(user, CONTACTS, { ids }, viewerOf(1, ['ADMIN']))).toBe('NOT_FOUND');
    expect(await codeOf(user, '{ accessTokenKeys }', {}, viewerOf(1, ['ADMIN']))).toBe('NOT_FOUND');
    expect(await ask(user, '{ accessTokenKeys }', {}, service)).toEqual({ accessTokenKeys: await user.module.jwks() });
  });
});
