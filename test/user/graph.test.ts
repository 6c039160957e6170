import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { graph, graphData } from '../support/graph';

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const REGISTER = `mutation ($email: String!) { registerAccount(input: { email: $email, name: "Ada", password: "correct horse battery" }) {
  user { id email } tokens { accessToken refreshToken } errors { __typename } } }`;
const REFRESH = `mutation ($refreshToken: String!) { refreshSession(input: { refreshToken: $refreshToken }) {
  tokens { accessToken refreshToken } user { email } errors { __typename ... on UserError { code message } } } }`;
const ME = '{ me { email } }';

async function register(): Promise<{ id: string; email: string; tokens: Tokens }> {
  const { registerAccount } = await graphData<{ registerAccount: { user: { id: string; email: string }; tokens: Tokens } }>(
    REGISTER,
    {
      email: `${randomUUID()}@example.com`,
    },
  );
  return { ...registerAccount.user, tokens: registerAccount.tokens };
}

describe('accounts through the gateway', () => {
  it('signs in with the token it gave', async () => {
    const ada = await register();
    expect(await graphData(ME, {}, { token: ada.tokens.accessToken })).toEqual({ me: { email: ada.email } });
    expect(await graphData(ME)).toEqual({ me: null });
  });

  it('gives two tabs the same successor, and both work', async () => {
    const ada = await register();
    const tabs = await Promise.all(
      [1, 2].map(() =>
        graphData<{ refreshSession: { tokens: Tokens; user: { email: string } } }>(REFRESH, {
          refreshToken: ada.tokens.refreshToken,
        }),
      ),
    );
    expect(new Set(tabs.map(({ refreshSession }) => refreshSession.tokens.refreshToken)).size).toBe(1);
    for (const { refreshSession } of tabs) {
      expect(refreshSession.user).toEqual({ email: ada.email });
      expect(await graphData(ME, {}, { token: refreshSession.tokens.accessToken })).toEqual({ me: { email: ada.email } });
    }
  });

  it('refuses the access token soon after its session was logged out', async () => {
    const ada = await register();
    const { accessToken: token } = ada.tokens;
    await graphData('mutation { logOut(input: {}) { endedSessions } }', {}, { token });
    let answer = await graph(ME, {}, { token });
    // The revocation travels through outbox and bus; jest's own limit ends the wait if it never comes.
    while (answer.data !== null && !answer.errors) {
      await delay(20);
      answer = await graph(ME, {}, { token });
    }
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });

  it('lets somebody who logged out everywhere in again at once', async () => {
    const ada = await register();
    await graphData('mutation { logOutEverywhere(input: {}) { endedSessions } }', {}, { token: ada.tokens.accessToken });
    const { logIn } = await graphData<{ logIn: { tokens: Tokens } }>(
      'mutation ($email: String!) { logIn(input: { email: $email, password: "correct horse battery" }) { tokens { accessToken refreshToken } } }',
      { email: ada.email },
    );
    let old = await graph(ME, {}, { token: ada.tokens.accessToken });
    while (!old.errors) {
      await delay(20);
      old = await graph(ME, {}, { token: ada.tokens.accessToken });
    }
    expect(await graphData(ME, {}, { token: logIn.tokens.accessToken })).toEqual({ me: { email: ada.email } });
  });

  it('does not show what is for our own processes', async () => {
    for (const query of ['{ userContacts(ids: []) { email } }', '{ accessTokenKeys }']) {
      expect((await graph(query)).errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    }
  });
});
