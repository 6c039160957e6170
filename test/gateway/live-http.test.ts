import { setTimeout as delay } from 'node:timers/promises';
import { testGateway, type TestGateway } from './support/gateway';
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

  it('end within a second of their token, with the code', async () => {
    const soon = Math.floor(Date.now() / 1000) - 4;
    const stream = await signedIn(1, { query: MAIL, variables: CATS }, { expiresAtSeconds: soon + 1 });
    await stream.until(() => stream.ended !== null);
    expect(stream.ended).toBe('end');
    expect(stream.payloads().at(-1)?.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });
});
