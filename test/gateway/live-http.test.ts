import { setTimeout as delay } from 'node:timers/promises';
import { testGateway, type TestGateway } from './support/gateway';
import { LiveSocket } from './support/live-socket';
import { LiveStreamClient, MULTIPART, SSE, type StreamRequest } from './support/live-stream';
import { Newsroom, newsSupergraph } from './support/newsroom';

const NEWS = `subscription ($topic: String!, $after: String, $snapshot: Boolean) {
  news(topic: $topic, after: $after, snapshot: $snapshot) { position kind text author { name } } }`;
const MAIL = NEWS.replace('news(', 'mail(').replace('kind', 'kind for');
const CATS = { topic: 'cats' };

describe.each([
  ['server-sent events', SSE],
  ['multipart HTTP', MULTIPART],
])('subscriptions over %s', (_name, accept) => {
  const isSse = accept === SSE;
  let room: Newsroom;
  let gateway: TestGateway;
  const streams: LiveStreamClient[] = [];

  beforeEach(async () => {
    room = new Newsroom();
    gateway = await testGateway({ supergraphSdl: newsSupergraph(), subgraphs: room.subgraphs() });
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close();
    await gateway.stop();
  });

  const open = async (body: object, request: StreamRequest = {}): Promise<LiveStreamClient> => {
    const stream = await LiveStreamClient.open(gateway.url, body, { accept, ...request });
    streams.push(stream);
    return stream;
  };
  const signedIn = async (user: number, body: object, claims: object = {}): Promise<LiveStreamClient> =>
    open(body, { headers: { authorization: `Bearer ${await gateway.token({ user, sid: `s${user}`, ...claims })}` } });
  const positions = (stream: LiveStreamClient): number[] =>
    stream.payloads().map(({ extensions }) => Number(extensions.position));
  const live = async (count: number): Promise<void> => {
    while (room.streams.size !== count) await delay(5);
    await delay(20);
  };

  it('tell events as they come, and end at their source when the client goes', async () => {
    const stream = await open({ query: NEWS, variables: CATS });
    expect(stream.headers).toMatchObject({ 'x-accel-buffering': 'no', 'cache-control': 'no-store' });
    expect(stream.headers['x-mercato-stream']).toMatch(/^[\w-]{32}$/);
    await live(1);
    room.append('cats');
    await stream.told(1);
    expect(stream.payloads()).toMatchObject([
      { data: { news: { text: 'cats 1', author: { name: 'Author of cats' } } }, extensions: { position: '1' } },
    ]);
    if (isSse) expect(stream.events.find(({ event }) => event === 'next')?.id).toBe('1');
    stream.close();
    while (room.streams.size > 0) await delay(20);
  }, 15_000);

  it('go on after the position that the client names', async () => {
    for (let n = 0; n < 5; n += 1) room.append('cats');
    const byBody = await open({ query: NEWS, variables: CATS, extensions: { after: '3' } });
    await byBody.told(2);
    expect(positions(byBody)).toEqual([4, 5]);
    const byHeader = await open(
      { query: NEWS, variables: CATS, extensions: { after: '1' } },
      { headers: { 'last-event-id': '4' } },
    );
    await byHeader.told(1);
    expect(positions(byHeader)).toEqual([5]);
    const byQuery = await open(
      { query: NEWS, variables: { ...CATS, after: '2' } },
      { method: 'GET', headers: { 'apollo-require-preflight': '1' } },
    );
    await byQuery.told(3);
    expect(positions(byQuery)).toEqual([3, 4, 5]);
  });

  it('end within a second of their token or its session, with the code', async () => {
    const soon = Math.floor(Date.now() / 1000) - 4;
    const expiring = await signedIn(1, { query: MAIL, variables: CATS }, { expiresAtSeconds: soon + 1 });
    const revoked = await signedIn(2, { query: MAIL, variables: CATS });
    const other = await signedIn(3, { query: MAIL, variables: CATS });
    await expiring.until(() => expiring.ended !== null);
    const at = new Date().toISOString();
    await gateway.bus.publish([{ id: 'e1', type: 'session.revoked', key: 's2', touches: [], at, data: { sessionId: 's2' } }]);
    await revoked.until(() => revoked.ended !== null);
    for (const stream of [expiring, revoked]) {
      expect(stream.ended).toBe('end');
      expect(stream.payloads().at(-1)?.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
    }
    expect(other.ended).toBeNull();
  });

  it('are kept by a new token of the same user', async () => {
    const soon = Math.floor(Date.now() / 1000) - 2;
    const stream = await signedIn(1, { query: MAIL, variables: CATS }, { expiresAtSeconds: soon });
    await live(1);
    room.append('cats');
    await stream.told(1);
    const renew = async (authorization: string, id = String(stream.headers['x-mercato-stream'])): Promise<number> =>
      (await fetch(`${gateway.url}/graphql/streams/${id}`, { method: 'POST', headers: { authorization } })).status;
    const own = `Bearer ${await gateway.token({ user: 1, sid: 's1' })}`;
    expect(await renew(`Bearer ${await gateway.token({ user: 2 })}`)).toBe(404);
    expect(await renew(own, 'x'.repeat(32))).toBe(404);
    expect(await renew('Bearer wrong')).toBe(401);
    expect(await renew(own)).toBe(204);
    await delay(3_500);
    expect(stream.ended).toBeNull();
    // Other rights are judged at once, and the stream goes on where it was.
    expect(await renew(`Bearer ${await gateway.token({ user: 1, sid: 's1', roles: ['STAFF'] })}`)).toBe(204);
    room.append('cats');
    await stream.told(2);
    expect(positions(stream)).toEqual([1, 2]);
    expect(room.opened.at(-1)?.viewer.roles).toEqual(['STAFF']);
  }, 15_000);

  it('end without a last word when the gateway stops, so that clients come back', async () => {
    const own = await testGateway({ supergraphSdl: newsSupergraph(), subgraphs: room.subgraphs() });
    const stream = await LiveStreamClient.open(own.url, { query: NEWS, variables: CATS }, { accept });
    await live(1);
    await own.stop();
    await stream.until(() => stream.ended !== null);
    expect(stream.ended).toBe('end');
    expect(stream.text).not.toMatch(/complete|--graphql--/);
    if (isSse) expect(Number(/retry: (\d+)\n\n$/.exec(stream.text)?.[1])).toBeGreaterThanOrEqual(200);
  });

  it('are cut where nobody reads them, the others go on', async () => {
    const [slow, quick] = [await open({ query: NEWS, variables: CATS }), await open({ query: NEWS, variables: CATS })];
    await live(1);
    slow.socket.pause();
    const text = 'x'.repeat(100_000);
    for (let n = 0; n < 100; n += 1) {
      room.append('cats', text);
      await quick.told(n + 1);
    }
    slow.socket.resume();
    await slow.until(() => slow.ended !== null);
    expect(slow.ended).toBe('cut');
    const seen = positions(slow);
    expect(seen).toEqual(Array.from(seen, (_, at) => at + 1));
    expect(quick.ended).toBeNull();
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/subscriptions_dropped_total\{why="slow"\} 1/);
    expect(metrics).toMatch(/mercato_gateway_streams 1/);
  }, 30_000);

  it('count on what one address may hold, together with its sockets, and on no other requests', async () => {
    const own = await testGateway({
      supergraphSdl: newsSupergraph(),
      subgraphs: room.subgraphs(),
      live: { maxPerAddress: 2 },
      admission: { maximum: 1, minimum: 1 },
    });
    const socket = await LiveSocket.open(own.url);
    const stream = await LiveStreamClient.open(own.url, { query: NEWS, variables: CATS }, { accept });
    const third = await LiveStreamClient.open(own.url, { query: NEWS, variables: CATS }, { accept });
    expect(third.status).toBe(429);
    await third.until(() => third.ended !== null);
    expect(third.text).toContain('RATE_LIMITED');
    // One request is all that may be in work here, and a stream is none.
    expect((await own.query('{ headline }')).body.data).toEqual({ headline: null });
    stream.close();
    await delay(100);
    const fourth = await LiveStreamClient.open(own.url, { query: NEWS, variables: CATS }, { accept });
    expect(fourth.status).toBe(200);
    for (const each of [socket, fourth]) each.close();
    await own.stop();
  });

  it('answer queries and mistakes in the same form', async () => {
    const only = accept.split(', ')[0] ?? '';
    const query = await open({ query: '{ headline }' }, { accept: only });
    await query.until(() => query.ended !== null);
    expect(query.payloads()).toMatchObject([{ data: { headline: null } }]);
    expect(query.text).toMatch(isSse ? /event: complete\ndata:\n\n$/ : /--graphql--\r\n$/);
    const mistake = await open({ query: 'subscription { nothing }' }, { accept: only });
    await mistake.until(() => mistake.ended !== null);
    expect(mistake.status).toBe(200);
    expect(mistake.payloads()[0]?.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    const secret = await open({ query: NEWS, variables: { topic: 'secret' } });
    await secret.until(() => secret.ended !== null);
    expect(secret.payloads()[0]?.errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
    const stranger = await open({ query: MAIL, variables: CATS }, { headers: { authorization: 'Bearer wrong' } });
    expect(stranger.status).toBe(401);
  });

  it('are plain HTTP: not compressed, not begun by HEAD, and guarded against pages of other sites', async () => {
    const plain = await open({ query: NEWS, variables: CATS }, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    await live(1);
    const asked = { query: NEWS, variables: CATS };
    const head = await open(asked, { method: 'HEAD' });
    await head.until(() => head.ended !== null);
    expect(head.headers['content-type']).toBe(plain.headers['content-type']);
    const foreign = await open(asked, { method: 'GET', headers: { 'sec-fetch-site': 'cross-site' } });
    await foreign.until(() => foreign.ended !== null);
    expect(foreign.text).toContain('BAD_REQUEST');
    expect(room.opened).toHaveLength(1);
  });
});

it('subscriptions as plain JSON are refused with the ways that there are', async () => {
  const gateway = await testGateway();
  const { status, body } = await gateway.query('subscription { stalled { id } }');
  expect([status, body.errors?.[0]?.message]).toEqual([400, expect.stringMatching(/WebSocket.*text\/event-stream.*multipart/)]);
  await gateway.stop();
});

it('streams tell pages of other origins their id, and take new tokens from these', async () => {
  const room = new Newsroom();
  const origin = 'https://shop.example';
  const cors = { origins: [origin], credentials: false, maxAgeSeconds: 60 };
  const gateway = await testGateway({ supergraphSdl: newsSupergraph(), subgraphs: room.subgraphs(), cors });
  const stream = await LiveStreamClient.open(gateway.url, { query: NEWS, variables: CATS }, { headers: { origin } });
  expect(stream.headers['access-control-expose-headers']).toContain('x-mercato-stream');
  const preflight = await fetch(`${gateway.url}/graphql/streams/any`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization']);
  stream.close();
  await gateway.stop();
});
