import { countingStatements, type StatementLog } from '../../platform/db';
import { ask, codeOf, openUserSubgraph, person, type Person, type UserUnderTest } from './support/people';

const HOME = { name: 'Ada Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', countryCode: 'gb' };
const ADD = `mutation ($input: AddAddressInput!) { addAddress(input: $input) {
  address { id name company line1 city countryCode isDefault version } errors { __typename ... on TooManyAddresses { limit } } } }`;
const UPDATE = `mutation ($input: UpdateAddressInput!) { updateAddress(input: $input) {
  address { city phone version } errors { __typename ... on AddressVersionConflict { current { city version } } } } }`;
const REMOVE =
  'mutation ($addressId: ID!) { removeAddress(input: { addressId: $addressId }) { removed { id } errors { __typename } } }';
const SET_DEFAULT =
  'mutation ($addressId: ID!) { setDefaultAddress(input: { addressId: $addressId }) { address { id isDefault } errors { __typename } } }';
const BOOK = '{ me { addresses { id isDefault } defaultAddress { id } } }';

interface Book {
  me: { addresses: { id: string; isDefault: boolean }[]; defaultAddress: { id: string } | null };
}

describe('address books', () => {
  let user: UserUnderTest;
  let ada: Person;

  beforeAll(async () => {
    user = await openUserSubgraph();
  });
  beforeEach(async () => {
    ada = await person(user);
  });
  afterAll(() => user.close());

  const add = async (changes: object = {}): Promise<string> => {
    const { addAddress } = await ask<{ addAddress: { address: { id: string } } }>(
      user,
      ADD,
      { input: { ...HOME, ...changes } },
      ada.viewer,
    );
    return addAddress.address.id;
  };
  const book = async () => (await ask<Book>(user, BOOK, {}, ada.viewer)).me;

  it('adds addresses; the first is the default until another is chosen', async () => {
    expect(await ask(user, ADD, { input: HOME }, ada.viewer)).toMatchObject({
      addAddress: {
        address: { name: 'Ada Lovelace', company: null, countryCode: 'GB', isDefault: true, version: 1 },
        errors: [],
      },
    });
    const [home = ''] = (await book()).addresses.map(({ id }) => id);
    const office = await add({ company: 'Analytical Engines' });
    expect(await book()).toEqual({
      addresses: [
        { id: home, isDefault: true },
        { id: office, isDefault: false },
      ],
      defaultAddress: { id: home },
    });
    await ask(user, SET_DEFAULT, { addressId: office }, ada.viewer);
    expect((await book()).defaultAddress).toEqual({ id: office });
    const cottage = await add({ isDefault: true });
    expect((await book()).addresses.map(({ id }) => id)).toEqual([cottage, home, office]);
  });

  it('keeps exactly one default when many are chosen at once', async () => {
    const ids = [await add(), await add(), await add()];
    await Promise.all([...ids, ...ids].map((addressId) => ask(user, SET_DEFAULT, { addressId }, ada.viewer)));
    expect((await book()).addresses.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });

  it('hands the default on when it is removed', async () => {
    const [first, second] = [await add(), await add()];
    expect(await ask(user, REMOVE, { addressId: first }, ada.viewer)).toEqual({
      removeAddress: { removed: { id: first }, errors: [] },
    });
    expect(await book()).toEqual({ addresses: [{ id: second, isDefault: true }], defaultAddress: { id: second } });
    expect(await ask(user, REMOVE, { addressId: first }, ada.viewer)).toMatchObject({
      removeAddress: { errors: [{ __typename: 'AddressNotFound' }] },
    });
  });

  it('changes what is given, and tells of a change in between', async () => {
    const addressId = await add({ phone: '+44 20 7946 0958' });
    const update = (input: object) => ask(user, UPDATE, { input: { addressId, ...input } }, ada.viewer);
    expect(await update({ city: 'Ockham', expectedVersion: 1 })).toEqual({
      updateAddress: { address: { city: 'Ockham', phone: '+44 20 7946 0958', version: 2 }, errors: [] },
    });
    expect(await update({ phone: null })).toMatchObject({ updateAddress: { address: { phone: null, version: 3 } } });
    expect(await update({ city: 'Late', expectedVersion: 2 })).toEqual({
      updateAddress: {
        address: null,
        errors: [{ __typename: 'AddressVersionConflict', current: { city: 'Ockham', version: 3 } }],
      },
    });
  });

  it('belongs to its owner alone', async () => {
    const addressId = await add();
    const eve = await person(user);
    expect(await ask(user, UPDATE, { input: { addressId, city: 'Elsewhere' } }, eve.viewer)).toMatchObject({
      updateAddress: { errors: [{ __typename: 'AddressNotFound' }] },
    });
    expect(await ask(user, REMOVE, { addressId }, eve.viewer)).toMatchObject({
      removeAddress: { errors: [{ __typename: 'AddressNotFound' }] },
    });
    expect(await ask(user, SET_DEFAULT, { addressId }, eve.viewer)).toMatchObject({
      setDefaultAddress: { errors: [{ __typename: 'AddressNotFound' }] },
    });
    expect(await codeOf(user, ADD, { input: HOME })).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['name', ' '],
    ['line1', 'x'.repeat(201)],
    ['city', 'nul\u0000'],
    ['countryCode', 'England'],
    ['countryCode', 'QQ'],
    ['postalCode', 'x'.repeat(21)],
    ['phone', 'call me'],
  ])('names the field %s when it is %j', async (field, value) => {
    const { errors } = await user.execute(ADD, { input: { ...HOME, [field]: value } }, ada.viewer);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: `input.${field}` });
  });

  it('holds 50 addresses', async () => {
    await user.database.query(
      `INSERT INTO address (user_id, name, line1, city, country_code) SELECT $1, 'Ada', 'Street ' || n, 'London', 'GB' FROM generate_series(1, 50) n`,
      [ada.key],
    );
    expect(await ask(user, ADD, { input: HOME }, ada.viewer)).toEqual({
      addAddress: { address: null, errors: [{ __typename: 'TooManyAddresses', limit: 50 }] },
    });
  });

  it('reads the books of a page of users in one statement', async () => {
    const staff = await person(user, { roles: ['CUSTOMER', 'STAFF'] });
    await add();
    const statementsOf = async (first: number): Promise<number> => {
      const log: StatementLog = { statements: [] };
      await countingStatements(log, () =>
        ask(
          user,
          'query ($first: Int!) { users(first: $first) { nodes { addresses { city } defaultAddress { id } } } }',
          { first },
          staff.viewer,
        ),
      );
      return log.statements.length;
    };
    expect([await statementsOf(1), await statementsOf(5)]).toEqual([2, 2]);
  });
});
