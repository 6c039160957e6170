import { generateKeyPair, SignJWT } from 'jose';
import { globalId, type SubgraphClient } from '../../platform/federation';
import type { Viewer } from '../../platform/auth';
import { ISSUER, testGateway, type TestGateway } from './support/gateway';

describe('identity', () => {
  let gateway: TestGateway;
  let seen: Viewer | null = null;
  const wrap = (client: SubgraphClient): SubgraphClient => ({
    ...client,
    execute: (request) => {
      seen = request.viewer;
      return client.execute(request);
    },
  });

  beforeAll(async () => {
    gateway = await testGateway({ wrap });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    seen = null;
  });

  const ask = async (headers: Record<string, string>) => gateway.query('{ me { name } }', {}, headers);
  const bearer = async (claims: Parameters<TestGateway['token']>[0] = {}) => ({
    authorization: `Bearer ${await gateway.token(claims)}`,
  });

  it('of nobody is anonymous', async () => {
    await ask({});
    expect(seen).toEqual({ kind: 'anonymous', userId: null, roles: [], scopes: [], sessionId: null, guestToken: null });
  });

  it('of a token reaches the subgraphs, with the scopes of its roles', async () => {
    await ask(await bearer({ user: 7, roles: ['CUSTOMER', 'STAFF'], sid: 's7' }));
    expect(seen).toMatchObject({ kind: 'user', userId: 7, roles: ['CUSTOMER', 'STAFF'], sessionId: 's7' });
    expect(seen?.scopes).toContain('orders:read');
  });

  it('of a guest token stands beside', async () => {
    await ask({ 'x-guest-token': 'cart_1-x' });
    expect(seen).toMatchObject({ kind: 'anonymous', guestToken: 'cart_1-x' });
    const wrong = await ask({ 'x-guest-token': 'a b' });
    expect([wrong.status, wrong.body.errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('is refused with 401 for a token that is expired, of another issuer, unsigned, forged or no token', async () => {
    const past = Math.floor(Date.now() / 1000) - 60;
    const forgers = await generateKeyPair('EdDSA');
    const forged = await new SignJWT({ roles: ['ADMIN'] })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setSubject(globalId('User', 1))
      .setIssuer(ISSUER)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(forgers.privateKey);
    const secret = new TextEncoder().encode('0123456789012345678901234567890123456789');
    const symmetric = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setSubject(globalId('User', 1))
      .setIssuer(ISSUER)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(secret);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${forged.split('.')[1]}.`;
    const tokens = [
      await gateway.token({ expiresAtSeconds: past }),
      await gateway.token({ issuer: 'https://other.example' }),
      forged,
      symmetric,
      unsigned,
      'x',
    ];
    for (const authorization of [...tokens.map((token) => `Bearer ${token}`), 'Basic dXNlcg==']) {
      const answer = await ask({ authorization });
      expect([answer.status, answer.body.errors?.[0]?.extensions['code'], answer.body.data]).toEqual([
        401,
        'UNAUTHENTICATED',
        undefined,
      ]);
    }
    expect(seen).toBeNull();
  });

  it('ends with the session, and only with that one', async () => {
    const doomed = await bearer({ sid: 'doomed' });
    expect((await ask(doomed)).status).toBe(200);
    await publish('session.revoked', { sessionId: 'doomed' });
    expect((await ask(doomed)).status).toBe(401);
    expect((await ask(await bearer({ sid: 'spared' }))).status).toBe(200);
  });

  it('ends with the account, for tokens issued before', async () => {
    const now = Date.now() / 1000;
    const before = await bearer({ user: 8, issuedAtSeconds: now - 0.5 });
    const whole = await bearer({ user: 8, issuedAtSeconds: Math.floor(now) - 1 });
    await publish('account.access_ended', { userId: globalId('User', 8) });
    expect((await ask(before)).status).toBe(401);
    expect((await ask(whole)).status).toBe(401);
    expect((await ask(await bearer({ user: 8, issuedAtSeconds: Date.now() / 1000 + 0.01 }))).status).toBe(200);
  });

  it.each([
    ['cannot be had', () => Promise.reject(new Error('away'))],
    ['are no keys', async () => ({ error: 'internal error' }) as never],
  ])('is unavailable, not refused, when the keys %s', async (_name, keySource) => {
    const other = await testGateway({ keySource });
    const answer = await other.query('{ me { name } }', {}, { authorization: `Bearer ${await other.token()}` });
    expect([answer.status, answer.body.errors?.[0]?.extensions['code']]).toEqual([503, 'UPSTREAM_UNAVAILABLE']);
    expect((await other.query('{ me { name } }')).status).toBe(200);
    await other.stop();
  });

  const publish = (type: string, data: Record<string, unknown>) =>
    gateway.bus.publish([{ id: type, type, key: 'k', touches: [], at: new Date().toISOString(), data }]);
});
