import { randomUUID } from 'node:crypto';
import { adminOnly, everyone, ownerAndStaff, signedIn, signedInOwner, staffOnly, type Row } from './matrix';
import { PASSWORD, type World } from './world';

const ERRORS = 'errors { __typename }';
const ADDRESS = { name: 'Ada', line1: 'Kade 1', city: 'Utrecht', countryCode: 'NL' };
const newEmail = (): string => `${randomUUID()}@example.com`;
const somebody = async (world: World) => ({ input: { userId: (await world.throwaway('customer'))?.id } });

/** Mutation rows differ in their input alone. */
function mutation(
  name: string,
  answer: string,
  row: Pick<Row, 'variables' | 'expected' | 'isThrowaway'>,
  inputType?: string,
): Row {
  const type = inputType ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return {
    field: `Mutation.${name}`,
    operation: `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} ${ERRORS} } }`,
    ...row,
  };
}

/** Accounts, sessions, passwords, e-mail, addresses, the directory. */
export const accountRows: readonly Row[] = [
  { field: 'Query.me', operation: '{ me { id email } }', expected: { ...everyone(), anonymous: 'null' } },
  {
    field: 'Query.user',
    operation: 'query ($id: ID!) { user(id: $id) { id email } }',
    variables: ({ customer }) => ({ id: customer.id }),
    expected: ownerAndStaff('null'),
  },
  { field: 'Query.users', operation: '{ users(first: 1) { nodes { id } totalCount } }', expected: staffOnly },

  mutation('registerAccount', 'user { id }', {
    variables: () => ({ input: { email: newEmail(), name: 'Bob', password: PASSWORD } }),
    expected: everyone(),
  }),
  mutation('logIn', 'user { id }', {
    variables: ({ customer }) => ({ input: { email: customer.email, password: PASSWORD } }),
    expected: everyone(),
  }),
  mutation('refreshSession', 'tokens { accessToken }', {
    variables: async (world) => ({ input: { refreshToken: (await world.throwaway('customer'))?.refreshToken } }),
    expected: everyone(),
  }),
  mutation('logOut', 'endedSessions', {
    variables: () => ({ input: {} }),
    isThrowaway: true,
    expected: { ...everyone(), anonymous: 'TokenInvalid' },
  }),
  mutation('logOutEverywhere', 'endedSessions', { variables: () => ({ input: {} }), isThrowaway: true, expected: signedIn }),

  mutation('changePassword', 'endedSessions', {
    variables: () => ({ input: { currentPassword: PASSWORD, newPassword: 'another horse battery' } }),
    isThrowaway: true,
    expected: signedIn,
  }),
  mutation('requestPasswordReset', 'isAccepted', { variables: () => ({ input: { email: newEmail() } }), expected: everyone() }),
  mutation('resetPassword', 'email', {
    variables: () => ({ input: { token: 'x'.repeat(43), newPassword: PASSWORD } }),
    expected: everyone('TokenInvalid'),
  }),
  mutation('requestEmailVerification', 'isAccepted', {
    variables: () => ({ input: { email: newEmail() } }),
    expected: everyone(),
  }),
  mutation('verifyEmail', 'email', {
    variables: () => ({ input: { token: 'x'.repeat(43) } }),
    expected: everyone('TokenInvalid'),
  }),
  mutation('requestEmailChange', 'isAccepted', {
    variables: () => ({ input: { newEmail: newEmail(), password: PASSWORD } }),
    expected: signedIn,
  }),
  mutation('confirmEmailChange', 'email', {
    variables: () => ({ input: { token: 'x'.repeat(43) } }),
    expected: everyone('TokenInvalid'),
  }),

  mutation('updateProfile', 'user { id }', { variables: () => ({ input: { name: 'Ada King' } }), expected: signedIn }),
  mutation('exportMyData', 'dataExport { id }', { variables: () => ({ input: { password: PASSWORD } }), expected: signedIn }),
  mutation('eraseMyAccount', 'erasedUserId', {
    variables: () => ({ input: { password: PASSWORD } }),
    isThrowaway: true,
    expected: signedIn,
  }),

  mutation('addAddress', 'address { id }', { variables: () => ({ input: ADDRESS }), expected: signedIn }),
  mutation('updateAddress', 'address { id }', {
    variables: ({ address }) => ({ input: { addressId: address, city: 'Zeist' } }),
    expected: signedInOwner('AddressNotFound'),
  }),
  mutation('setDefaultAddress', 'address { id }', {
    variables: ({ address }) => ({ input: { addressId: address } }),
    expected: signedInOwner('AddressNotFound'),
  }),
  mutation('removeAddress', 'removed { id }', {
    variables: async (world) => ({ input: { addressId: await world.newAddress() } }),
    expected: signedInOwner('AddressNotFound'),
  }),

  mutation('setUserRoles', 'user { id }', {
    variables: async (world) => ({ input: { ...(await somebody(world)).input, roles: ['CUSTOMER', 'STAFF'] } }),
    expected: adminOnly,
  }),
  mutation('disableUser', 'user { id }', { variables: somebody, expected: adminOnly }),
  mutation('enableUser', 'user { id }', { variables: somebody, expected: adminOnly }),
];
