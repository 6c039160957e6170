import { randomBytes } from 'node:crypto';
import { ask, codeOf, logIn, openUserSubgraph, person, refresh, type Person, type UserUnderTest } from './support/people';

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $search: String, $role: Role, $isDisabled: Boolean, $sort: UserSort = NEWEST) {
  users(first: $first, after: $after, last: $last, before: $before, search: $search, role: $role, isDisabled: $isDisabled, sort: $sort) {
    nodes { name } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const SET_ROLES = `mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) {
  user { roles version } errors { __typename ... on AccountVersionConflict { current { roles } } } } }`;
const DISABLE =
  'mutation ($userId: ID!) { disableUser(input: { userId: $userId }) { user { isDisabled } errors { __typename } } }';
const ENABLE = 'mutation ($userId: ID!) { enableUser(input: { userId: $userId }) { user { isDisabled } errors { __typename } } }';

interface Listed {
  users: {
    nodes: { name: string }[];
    totalCount: number;
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  };
}

describe('the directory', () => {
  let user: UserUnderTest;
  let admin: Person;

  beforeAll(async () => {
    user = await openUserSubgraph();
    admin = await person(user, { name: 'Root', roles: ['CUSTOMER', 'ADMIN'] });
  });
  afterAll(() => user.close());

  const list = (variables: object): Promise<Listed> => ask<Listed>(user, LIST, { first: 10, ...variables }, admin.viewer);
  const namesOf = ({ users }: Listed): string[] => users.nodes.map(({ name }) => name);
  const mark = () => randomBytes(5).toString('hex');

  it('finds people by part of name or address, and takes wildcards as they are', async () => {
    const word = mark();
    await person(user, { name: `Ada ${word}` });
    await person(user, { email: `${word.toUpperCase()}@example.com`, name: 'Bob' });
    expect(namesOf(await list({ search: ` ${word} `, sort: 'NAME' }))).toEqual([`Ada ${word}`, 'Bob']);
    expect(namesOf(await list({ search: '%' }))).toEqual([]);
    expect(await codeOf(user, LIST, { first: 1, search: 'x'.repeat(101) }, admin.viewer)).toBe('BAD_USER_INPUT');
  });

  it.each(['NEWEST', 'OLDEST', 'NAME', 'EMAIL'])('pages by %s in both directions without gap or repetition', async (sort) => {
    const word = mark();
    for (const letter of ['b', 'a', 'c', 'a', 'd']) await person(user, { name: `${letter} ${word}` });
    const all = namesOf(await list({ search: word, sort }));
    expect(all).toHaveLength(5);
    const paged: string[] = [];
    let page = await list({ search: word, sort, first: 2 });
    for (;;) {
      paged.push(...namesOf(page));
      if (!page.users.pageInfo.hasNextPage) break;
      page = await list({ search: word, sort, first: 2, after: page.users.pageInfo.endCursor });
    }
    expect(paged).toEqual(all);
    const back = await list({ search: word, sort, first: null, last: 4, before: page.users.pageInfo.startCursor });
    expect(namesOf(back)).toEqual(all.slice(0, 4));
    expect(back.users.totalCount).toBe(5);
    const other = await user.execute(
      LIST,
      { first: 2, search: word, sort: sort === 'NAME' ? 'EMAIL' : 'NAME', after: page.users.pageInfo.endCursor },
      admin.viewer,
    );
    expect(other.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', reason: 'CURSOR_OF_ANOTHER_LIST' });
  });

  it('filters by role and by whether an account is disabled', async () => {
    const word = mark();
    const ada = await person(user, { name: `Ada ${word}`, roles: ['CUSTOMER', 'STAFF'] });
    await person(user, { name: `Bob ${word}` });
    await ask(user, DISABLE, { userId: ada.id }, admin.viewer);
    expect(namesOf(await list({ search: word, role: 'STAFF' }))).toEqual([`Ada ${word}`]);
    expect(namesOf(await list({ search: word, isDisabled: true }))).toEqual([`Ada ${word}`]);
    expect(namesOf(await list({ search: word, isDisabled: false }))).toEqual([`Bob ${word}`]);
  });

  it('opens to staff for reading and to admins for writing', async () => {
    const [ada, staff] = [await person(user), await person(user, { roles: ['CUSTOMER', 'STAFF'] })];
    expect(await codeOf(user, LIST, { first: 1 })).toBe('UNAUTHENTICATED');
    expect(await codeOf(user, LIST, { first: 1 }, ada.viewer)).toBe('FORBIDDEN');
    expect(await codeOf(user, LIST, { first: 1 }, staff.viewer)).toBeNull();
    for (const operation of [DISABLE, ENABLE])
      expect(await codeOf(user, operation, { userId: ada.id }, staff.viewer)).toBe('FORBIDDEN');
    expect(await codeOf(user, SET_ROLES, { input: { userId: ada.id, roles: ['ADMIN'] } }, staff.viewer)).toBe('FORBIDDEN');
    expect(await codeOf(user, SET_ROLES, { input: { userId: ada.id, roles: [] } }, admin.viewer)).toBe('BAD_USER_INPUT');
  });

  it('gives roles, ends the access tokens with the old ones, and the next refresh has the new', async () => {
    const ada = await person(user);
    const input = { userId: ada.id, roles: ['STAFF', 'CUSTOMER', 'STAFF'], expectedVersion: 1 };
    expect(await ask(user, SET_ROLES, { input }, admin.viewer)).toEqual({
      setUserRoles: { user: { roles: ['CUSTOMER', 'STAFF'], version: 2 }, errors: [] },
    });
    expect(await ask(user, SET_ROLES, { input }, admin.viewer)).toMatchObject({
      setUserRoles: { user: null, errors: [{ __typename: 'AccountVersionConflict', current: { roles: ['CUSTOMER', 'STAFF'] } }] },
    });
    const events = await user.database.query(`SELECT data FROM outbox WHERE key = $1 AND type = 'account.access_ended'`, [
      ada.id,
    ]);
    expect(events).toEqual([{ data: { userId: ada.id, reason: 'ROLES_CHANGED' } }]);
    const { tokens } = await refresh(user, ada.tokens.refreshToken);
    expect(JSON.parse(Buffer.from(tokens?.accessToken.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      roles: ['CUSTOMER', 'STAFF'],
    });
  });

  it('shuts an account at once, and opens it again', async () => {
    const ada = await person(user);
    expect(await ask(user, DISABLE, { userId: ada.id }, admin.viewer)).toEqual({
      disableUser: { user: { isDisabled: true }, errors: [] },
    });
    expect((await refresh(user, ada.tokens.refreshToken)).errors).toEqual([{ __typename: 'SessionEnded' }]);
    expect((await logIn(user, ada.email, ada.password)).errors).toMatchObject([{ __typename: 'AccountDisabled' }]);
    expect((await logIn(user, ada.email, 'wrong password')).errors).toMatchObject([{ __typename: 'InvalidCredentials' }]);
    expect(await ask(user, ENABLE, { userId: ada.id }, admin.viewer)).toEqual({
      enableUser: { user: { isDisabled: false }, errors: [] },
    });
    expect((await logIn(user, ada.email, ada.password)).errors).toEqual([]);
  });

  it('keeps an administrator: not against oneself, and never the last two against each other', async () => {
    const own = await openUserSubgraph();
    try {
      const [ada, bob] = [
        await person(own, { roles: ['CUSTOMER', 'ADMIN'] }),
        await person(own, { roles: ['CUSTOMER', 'ADMIN'] }),
      ];
      expect(await ask(own, DISABLE, { userId: ada.id }, ada.viewer)).toMatchObject({
        disableUser: { errors: [{ __typename: 'NotToYourself' }] },
      });
      const step = { input: { userId: ada.id, roles: ['CUSTOMER'] } };
      expect(await ask(own, SET_ROLES, step, ada.viewer)).toMatchObject({
        setUserRoles: { errors: [{ __typename: 'NotToYourself' }] },
      });
      // One round may happen to run one after the other; without the locks, one of twenty does not.
      for (let round = 0; round < 20; round += 1) {
        const duel = await Promise.all([
          ask(own, DISABLE, { userId: ada.id }, bob.viewer),
          ask(own, DISABLE, { userId: bob.id }, ada.viewer),
        ]);
        expect(JSON.stringify(duel).match(/LastAdmin/g)).toHaveLength(1);
        expect(await own.database.query(`SELECT 1 FROM "user" WHERE roles @> '{ADMIN}' AND disabled_at IS NULL`)).toHaveLength(1);
        await own.database.query('UPDATE "user" SET disabled_at = NULL');
      }
    } finally {
      await own.close();
    }
  });

  it('says so for accounts that do not exist', async () => {
    const { id } = await person(user);
    await user.database.query(
      `UPDATE "user" SET erased_at = now() WHERE email = (SELECT email FROM "user" ORDER BY id DESC LIMIT 1)`,
    );
    expect(await ask(user, DISABLE, { userId: id }, admin.viewer)).toMatchObject({
      disableUser: { errors: [{ __typename: 'UserNotFound' }] },
    });
  });
});
