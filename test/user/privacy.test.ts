import { service } from '../../platform/auth';
import { ask, codeOf, logIn, openUserSubgraph, PASSWORD, person, refresh, type UserUnderTest } from './support/people';

const EXPORT = `mutation ($password: String!) { exportMyData(input: { password: $password }) {
  dataExport { id exportedAt account user { email } } errors { __typename } } }`;
const ERASE =
  'mutation ($password: String!) { eraseMyAccount(input: { password: $password }) { erasedUserId errors { __typename } } }';
const ADDRESS = `mutation { addAddress(input: { name: "Ada Lovelace", line1: "12 St James Square", city: "London", countryCode: "GB" }) { address { id } } }`;

describe('privacy', () => {
  let user: UserUnderTest;

  beforeAll(async () => {
    user = await openUserSubgraph();
  });
  afterAll(() => user.close());

  it('exports everything about a person, and no secret', async () => {
    const ada = await person(user);
    await ask(user, ADDRESS, {}, ada.viewer);
    const { exportMyData } = await ask<{ exportMyData: { dataExport: { account: object } } }>(
      user,
      EXPORT,
      { password: PASSWORD },
      ada.viewer,
    );
    expect(exportMyData).toMatchObject({
      dataExport: {
        id: ada.id,
        user: { email: ada.email },
        account: { user: { id: ada.id, email: ada.email }, addresses: [{ city: 'London' }], sessions: [{ endedAt: null }] },
      },
      errors: [],
    });
    expect(JSON.stringify(exportMyData)).not.toMatch(/argon2|passwordHash/);
    expect(await ask(user, EXPORT, { password: 'wrong password' }, ada.viewer)).toEqual({
      exportMyData: { dataExport: null, errors: [{ __typename: 'InvalidCredentials' }] },
    });
    expect(await codeOf(user, EXPORT, { password: PASSWORD })).toBe('UNAUTHENTICATED');
  });

  it('gives the export of a person to nobody else, not by reference either', async () => {
    const [ada, eve] = [await person(user), await person(user)];
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on DataExport { account } } }';
    const r = [{ __typename: 'DataExport', id: ada.id }];
    expect(await ask(user, query, { r }, eve.viewer)).toEqual({ _entities: [null] });
    expect(await ask(user, query, { r }, ada.viewer)).toMatchObject({ _entities: [{ account: { user: { email: ada.email } } }] });
  });

  it('erases an account: nothing personal is left, sessions end, others are told', async () => {
    const ada = await person(user, { name: 'Augusta Ada King' });
    await ask(user, ADDRESS, {}, ada.viewer);
    expect(await ask(user, '{ me { name } }', {}, ada.viewer)).toEqual({ me: { name: 'Augusta Ada King' } });
    expect(await ask(user, ERASE, { password: 'wrong password' }, ada.viewer)).toMatchObject({
      eraseMyAccount: { errors: [{ __typename: 'InvalidCredentials' }] },
    });
    expect(await ask(user, ERASE, { password: PASSWORD }, ada.viewer)).toEqual({
      eraseMyAccount: { erasedUserId: ada.id, errors: [] },
    });
    expect(await ask(user, '{ me { name } }', {}, ada.viewer)).toEqual({ me: null });
    expect(await ask(user, 'query ($ids: [ID!]!) { userContacts(ids: $ids) { email } }', { ids: [ada.id] }, service)).toEqual({
      userContacts: [null],
    });
    expect((await refresh(user, ada.tokens.refreshToken)).errors).toEqual([{ __typename: 'SessionEnded' }]);
    expect((await logIn(user, ada.email, PASSWORD)).errors).toMatchObject([{ __typename: 'InvalidCredentials' }]);
    const events = await user.database.query<{ type: string }>('SELECT type FROM outbox WHERE key = $1 ORDER BY id', [ada.id]);
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['account.erased', 'account.access_ended']);
    const tables = ['"user"', 'address', 'session', 'refresh_token', 'ticket', 'attempt', 'outbox'];
    for (const table of tables) {
      const found = await user.database.query(
        `SELECT 1 FROM ${table} t WHERE t::text ILIKE '%' || $1 || '%' OR t::text ILIKE '%Augusta%'`,
        [ada.email],
      );
      expect({ table, found }).toEqual({ table, found: [] });
    }
    const mails = await user.module.mailbox.list(500);
    expect(mails.filter(({ to }) => to === ada.email).map(({ subject }) => subject)).toEqual(['Your account was erased']);
  });

  it('lets the address be used again', async () => {
    const ada = await person(user);
    await ask(user, ERASE, { password: PASSWORD }, ada.viewer);
    expect((await person(user, { email: ada.email })).id).not.toBe(ada.id);
  });

  it('keeps the last administrator', async () => {
    const admin = await person(user, { roles: ['CUSTOMER', 'ADMIN'] });
    expect(await ask(user, ERASE, { password: PASSWORD }, admin.viewer)).toEqual({
      eraseMyAccount: { erasedUserId: null, errors: [{ __typename: 'LastAdmin' }] },
    });
  });
});
