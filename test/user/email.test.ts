import {
  ask,
  codeOf,
  freshEmail,
  logIn,
  mailedToken,
  openUserSubgraph,
  PASSWORD,
  person,
  type UserUnderTest,
} from './support/people';

const VERIFY = 'mutation ($token: String!) { verifyEmail(input: { token: $token }) { email errors { __typename } } }';
const REQUEST =
  'mutation ($email: String!) { requestEmailVerification(input: { email: $email }) { isAccepted errors { __typename } } }';
const CHANGE = `mutation ($newEmail: String!, $password: String!) {
  requestEmailChange(input: { newEmail: $newEmail, password: $password }) { isAccepted errors { __typename } } }`;
const CONFIRM = 'mutation ($token: String!) { confirmEmailChange(input: { token: $token }) { email errors { __typename } } }';

describe('e-mail addresses', () => {
  let user: UserUnderTest;

  beforeAll(async () => {
    user = await openUserSubgraph();
  });
  afterAll(() => user.close());

  const mailsTo = async (email: string) => (await user.module.mailbox.list(500)).filter(({ to }) => to === email);

  it('proves an address once', async () => {
    const ada = await person(user);
    const token = await mailedToken(user, ada.email);
    expect(await ask(user, VERIFY, { token })).toEqual({ verifyEmail: { email: ada.email, errors: [] } });
    expect(await ask(user, VERIFY, { token })).toEqual({
      verifyEmail: { email: null, errors: [{ __typename: 'TokenInvalid' }] },
    });
    const { me } = await ask<{ me: { emailVerifiedAt: string } }>(user, '{ me { emailVerifiedAt } }', {}, ada.viewer);
    expect(Date.parse(me.emailVerifiedAt)).not.toBeNaN();
  });

  it('mails another link only to who waits for it, and answers all alike', async () => {
    const [waiting, proven] = [await person(user), await person(user)];
    await ask(user, VERIFY, { token: await mailedToken(user, proven.email) });
    for (const email of [waiting.email, proven.email, freshEmail()]) {
      expect(await ask(user, REQUEST, { email })).toEqual({ requestEmailVerification: { isAccepted: true, errors: [] } });
    }
    expect((await mailsTo(waiting.email)).length).toBe(2);
    expect((await mailsTo(proven.email)).length).toBe(1);
  });

  it('changes an address when the new one is proven; links to the old one die', async () => {
    const ada = await person(user);
    const old = await mailedToken(user, ada.email);
    const newEmail = freshEmail();
    expect(await ask(user, CHANGE, { newEmail, password: 'wrong password' }, ada.viewer)).toMatchObject({
      requestEmailChange: { errors: [{ __typename: 'InvalidCredentials' }] },
    });
    expect(await ask(user, CHANGE, { newEmail, password: PASSWORD }, ada.viewer)).toMatchObject({
      requestEmailChange: { isAccepted: true },
    });
    expect(await ask(user, '{ me { email } }', {}, ada.viewer)).toEqual({ me: { email: ada.email } });
    const token = await mailedToken(user, newEmail);
    expect(await ask(user, CONFIRM, { token })).toEqual({ confirmEmailChange: { email: newEmail, errors: [] } });
    expect(await ask(user, '{ me { email } }', {}, ada.viewer)).toEqual({ me: { email: newEmail } });
    expect(await ask(user, VERIFY, { token: old })).toMatchObject({ verifyEmail: { errors: [{ __typename: 'TokenInvalid' }] } });
    expect((await mailsTo(ada.email)).map(({ subject }) => subject)).toContain('Your e-mail address was changed');
    expect((await logIn(user, newEmail, PASSWORD)).errors).toEqual([]);
  });

  it('does not tell whether somebody has the new address, and gives it to the first who proves it', async () => {
    const [ada, bob, eve] = [await person(user), await person(user), await person(user)];
    expect(await ask(user, CHANGE, { newEmail: bob.email, password: PASSWORD }, ada.viewer)).toMatchObject({
      requestEmailChange: { isAccepted: true },
    });
    expect((await mailsTo(bob.email)).length).toBe(1);
    const wanted = freshEmail();
    await ask(user, CHANGE, { newEmail: wanted, password: PASSWORD }, ada.viewer);
    const first = await mailedToken(user, wanted);
    await ask(user, CHANGE, { newEmail: wanted, password: PASSWORD }, eve.viewer);
    const second = await mailedToken(user, wanted);
    const both = await Promise.all(
      [first, second].map((token) =>
        ask<{ confirmEmailChange: { email: string | null; errors: object[] } }>(user, CONFIRM, { token }),
      ),
    );
    expect(both.flatMap(({ confirmEmailChange }) => confirmEmailChange.email ?? [])).toEqual([wanted]);
    expect(both.flatMap(({ confirmEmailChange }) => confirmEmailChange.errors)).toEqual([{ __typename: 'EmailTaken' }]);
  });

  it('asks anonymous viewers to sign in', async () => {
    expect(await codeOf(user, CHANGE, { newEmail: freshEmail(), password: PASSWORD })).toBe('UNAUTHENTICATED');
  });
});
