import { setTimeout as delay } from 'node:timers/promises';
import { testGateway, type TestGateway } from './support/gateway';
import { LiveSocket } from './support/live-socket';
import { Newsroom, newsSupergraph } from './support/newsroom';

const NEWS = `subscription ($topic: String!, $after: String, $snapshot: Boolean) {
  news(topic: $topic, after: $after, snapshot: $snapshot) { position kind text author { name } } }`;
const MAIL = NEWS.replace('news(', 'mail(').replace('kind', 'kind for');

interface Payload {
  readonly data: Record<
    'news' | 'mail',
    { readonly position: string; readonly kind: string; readonly text: string; readonly for: string }
  >;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  readonly extensions: { readonly position: string; readonly requestId: string };
}

describe('live subscriptions', () => {
  let room: Newsroom;
  let gateway: TestGateway;
  const sockets: LiveSocket[] = [];

  beforeEach(async () => {
    room = new Newsroom();
    gateway = await testGateway({ supergraphSdl: newsSupergraph(), subgraphs: room.subgraphs() });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await gateway.stop();
  });

  const open = async (payload: Record<string, unknown> = {}): Promise<LiveSocket> => {
    const socket = await LiveSocket.open(gateway.url, payload);
    sockets.push(socket);
    return socket;
  };
  const signedIn = async (user: number, claims: object = {}): Promise<LiveSocket> =>
    open({ authorization: `Bearer ${await gateway.token({ user, sid: `s${user}`, ...claims })}` });
  const told = (socket: LiveSocket, count: number, id = '1'): Promise<void> =>
    socket.until(() => socket.payloads(id).length >= count || socket.closed !== null);
  const positions = (socket: LiveSocket, id = '1'): number[] =>
    socket.payloads<Payload>(id).map(({ extensions }) => Number(extensions.position));
  /** Waits until the stream's source told that it is live. */
  const live = async (streams: number): Promise<void> => {
    while (room.streams.size !== streams) await delay(5);
    await delay(20);
  };

  it('that are equal share one stream and one execution of each event, whoever watches what is public', async () => {
    const watchers = await Promise.all([open(), open(), signedIn(1), signedIn(2)]);
    for (const [at, socket] of watchers.entries()) {
      socket.subscribe('1', NEWS, { topic: 'cats' });
      if (at === 0) await live(1);
    }
    await live(2);
    // Authors are equal for equal rights: those of guests, and those of customers.
    expect(room.opened.map(({ viewer }) => [viewer.userId, viewer.roles])).toEqual([
      [null, []],
      [null, ['CUSTOMER']],
    ]);
    room.append('cats');
    await Promise.all(watchers.map((socket) => told(socket, 1)));
    for (const socket of watchers)
      expect(socket.payloads('1')).toMatchObject([
        { data: { news: { kind: 'CHANGE', text: 'cats 1', author: { name: 'Author of cats' } } }, extensions: { position: '1' } },
      ]);
    expect(room.authorCalls).toEqual([
      { viewer: null, ids: ['cats'] },
      { viewer: null, ids: ['cats'] },
    ]);
    const ids = watchers.map((socket) => socket.payloads<Payload>('1')[0]?.extensions.requestId);
    expect(new Set(ids).size).toBe(4);
  });

  it('of what is not public are shared by one viewer alone, over all of their devices', async () => {
    const watchers = await Promise.all([signedIn(1), signedIn(1, { sid: 'other' }), signedIn(2), open()]);
    for (const socket of watchers) socket.subscribe('1', MAIL, { topic: 'cats' });
    await delay(100);
    room.append('cats');
    await Promise.all(watchers.map((socket) => told(socket, 1)));
    expect(watchers.map((socket) => socket.payloads<Payload>('1')[0]?.data.mail.for)).toEqual(['1', '1', '2', null]);
    expect(room.streams.size).toBe(3);
  });

  it('end their source when the last of them leaves, but not for a moment’s absence', async () => {
    const [one, two] = [await open(), await open()];
    for (const socket of [one, two]) socket.subscribe('1', NEWS, { topic: 'cats' });
    await live(1);
    one.close();
    two.send({ id: '1', type: 'complete' });
    await delay(300);
    expect(room.streams.size).toBe(1);
    const back = await open();
    back.subscribe('1', NEWS, { topic: 'cats' });
    await delay(50);
    expect(room.opened).toHaveLength(1);
    back.close();
    while (room.streams.size > 0) await delay(50);
  }, 15_000);

  it('are told what they missed, once and in order: from what is remembered, or from the source', async () => {
    const first = await open();
    first.subscribe('1', NEWS, { topic: 'cats' });
    await live(1);
    for (let n = 0; n < 5; n += 1) room.append(n === 2 ? 'dogs' : 'cats');
    await told(first, 4);
    const near = await open();
    near.subscribe('1', NEWS, { topic: 'cats', after: '2' });
    await told(near, 2);
    expect(room.opened).toHaveLength(1);
    expect(positions(near)).toEqual([4, 5]);
    const byTransport = await open();
    byTransport.subscribe('1', NEWS, { topic: 'cats', after: '1' }, { after: '4' });
    await told(byTransport, 1);
    expect(positions(byTransport)).toEqual([5]);
    // More than is remembered.
    for (let n = 0; n < 100; n += 1) room.append('cats');
    await told(first, 104);
    const far = await open();
    far.subscribe('1', NEWS, { topic: 'cats', after: '1' });
    await told(far, 103);
    expect(positions(far)).toEqual([2, 4, 5, ...Array.from({ length: 100 }, (_, at) => at + 6)]);
    await live(1);
    room.append('cats');
    await told(far, 104);
    expect(positions(far).at(-1)).toBe(106);
  });

  it('begin with the state where it is asked for, each with its own, and with a reset beyond the window', async () => {
    const first = await open();
    first.subscribe('1', NEWS, { topic: 'cats' });
    await live(1);
    room.append('cats');
    await told(first, 1);
    const second = await open();
    second.subscribe('1', NEWS, { topic: 'cats', snapshot: true });
    await told(second, 1);
    const third = await open();
    third.subscribe('1', NEWS, { topic: 'cats', after: '99' });
    await told(third, 1);
    const fourth = await open();
    fourth.subscribe('1', NEWS, { topic: 'cats', after: 'rubbish' });
    await told(fourth, 1);
    await live(1);
    room.append('cats');
    for (const socket of [first, second, third, fourth]) await told(socket, 2);
    const kinds = [second, third, fourth].map((socket) => socket.payloads<Payload>('1').map(({ data }) => data.news.kind));
    expect(kinds).toEqual([
      ['SNAPSHOT', 'CHANGE'],
      ['RESET', 'CHANGE'],
      ['RESET', 'CHANGE'],
    ]);
    expect(positions(first)).toEqual([1, 2]);
  });

  it('lose, double and reorder nothing while they come, go and break at random', async () => {
    const until = 400;
    const watch = async (): Promise<number[]> => {
      const seen: number[] = [];
      while ((seen.at(-1) ?? 0) < until) {
        const socket = await open();
        const variables = seen.length > 0 ? { topic: 'cats', after: String(seen.at(-1)) } : { topic: 'cats', after: '0' };
        socket.subscribe('1', NEWS, variables);
        const wanted = until - seen.length;
        const patience = delay(Math.random() * 150);
        await Promise.race([told(socket, wanted), patience]);
        seen.push(...positions(socket));
        socket.close();
      }
      return seen;
    };
    const watching = Array.from({ length: 12 }, () => watch());
    for (let n = 0; n < until; n += 1) {
      room.append('cats');
      if (n % 7 === 0) await delay(3);
      if (n % 90 === 0) room.breakAll();
    }
    const expected = Array.from({ length: until }, (_, at) => at + 1);
    for (const seen of await Promise.all(watching)) expect(seen).toEqual(expected);
  }, 60_000);

  it('survive the death of their source', async () => {
    const socket = await open();
    socket.subscribe('1', NEWS, { topic: 'cats' });
    await live(1);
    room.append('cats');
    await told(socket, 1);
    room.breakAll();
    room.append('cats');
    room.append('cats');
    await told(socket, 3);
    expect(positions(socket)).toEqual([1, 2, 3]);
    expect(room.opened.at(-1)?.after).toBe('1');
  });

  it('wait for a part that is away for a moment, and tell the event whole', async () => {
    const socket = await open();
    socket.subscribe('1', NEWS, { topic: 'cats' });
    await live(1);
    room.authorsAreAway = true;
    room.append('cats');
    room.append('cats');
    await delay(400);
    expect(socket.payloads('1')).toHaveLength(0);
    room.authorsAreAway = false;
    await told(socket, 2);
    expect(socket.payloads<Payload>('1').map(({ errors }) => errors)).toEqual([undefined, undefined]);
    expect(positions(socket)).toEqual([1, 2]);
  });

  it('ask for the parts of many events in few calls, together only for those who have the same rights', async () => {
    const [one, two, staff] = [await signedIn(1), await signedIn(2), await signedIn(3, { roles: ['STAFF'] })];
    const watchers = [one, two, staff];
    for (const socket of watchers) for (let n = 0; n < 20; n += 1) socket.subscribe(`t${n}`, MAIL, { topic: `t${n}` });
    await live(60);
    for (let n = 0; n < 20; n += 1) room.append(`t${n}`);
    for (const socket of watchers) await socket.until(() => socket.told.length >= 21);
    expect(room.authorCalls.length).toBeLessThanOrEqual(6);
    expect(room.authorCalls.every(({ viewer }) => viewer === null)).toBe(true);
    expect(one.payloads<Payload>('t7')[0]?.data.mail).toMatchObject({ text: 't7 8', for: '1', author: { name: 'Author of t7' } });
  });

  it('go on through a new supergraph where they are still valid, and end with what is wrong where not', async () => {
    const [kept, ended] = [await open(), await open()];
    kept.subscribe('1', NEWS, { topic: 'cats' });
    ended.subscribe('1', NEWS.replace('kind', 'kind topic'), { topic: 'cats' });
    await live(2);
    room.append('cats');
    await Promise.all([told(kept, 1), told(ended, 1)]);
    await gateway.swapSupergraph(newsSupergraph((sdl) => sdl.replace('kind: String! topic: String!', 'kind: String!')));
    await ended.until(() => ended.told.some(({ type }) => type === 'error'));
    room.append('cats');
    await told(kept, 2);
    expect(positions(kept)).toEqual([1, 2]);
    expect(kept.told.some(({ type }) => type === 'complete' || type === 'error')).toBe(false);
    expect(ended.told.at(-1)).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
  });

  it('of a crowd that comes back at once to a new gateway open one stream', async () => {
    for (let n = 0; n < 10; n += 1) room.append('cats');
    const crowd = await Promise.all(Array.from({ length: 30 }, () => open()));
    for (const socket of crowd) socket.subscribe('1', NEWS, { topic: 'cats', after: '7' });
    await Promise.all(crowd.map((socket) => told(socket, 3)));
    for (const socket of crowd) expect(positions(socket)).toEqual([8, 9, 10]);
    expect(room.opened).toHaveLength(1);
  });

  it('take the defaults of variables that are not sent', async () => {
    const socket = await open();
    socket.subscribe('1', NEWS.replace('$snapshot: Boolean', '$snapshot: Boolean! = true'), { topic: 'cats' });
    await told(socket, 1);
    expect(socket.payloads<Payload>('1')[0]?.data.news.kind).toBe('SNAPSHOT');
  });

  it('are refused to who may not have them, with the code', async () => {
    const socket = await open();
    socket.subscribe('1', NEWS, { topic: 'secret' });
    await socket.until(() => socket.told.some(({ type }) => type === 'complete' || type === 'error'));
    expect(JSON.stringify(socket.told)).toContain('NOT_FOUND');
  });

  it('of sources that cannot be resumed end with an error when these break', async () => {
    const socket = await open();
    socket.subscribe('1', 'subscription { once(topic: "cats") { text } }');
    await live(1);
    room.breakAll();
    await socket.until(() => socket.told.some(({ type }) => type === 'error'));
    expect(socket.told.at(-1)).toMatchObject({ payload: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] });
  });

  it('are bounded for each client', async () => {
    const own = await testGateway({
      supergraphSdl: newsSupergraph(),
      subgraphs: room.subgraphs(),
      live: { maxPerAddress: 2, maxPerUser: 1 },
    });
    const socket = await LiveSocket.open(own.url, { authorization: `Bearer ${await own.token({ user: 1 })}` });
    socket.subscribe('1', NEWS, { topic: 'cats' });
    socket.subscribe('2', NEWS, { topic: 'cats' });
    await socket.until(() => socket.told.some(({ type }) => type === 'error'));
    expect(socket.told.at(-1)).toMatchObject({ id: '2', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    socket.send({ id: '1', type: 'complete' });
    await delay(50);
    socket.subscribe('3', NEWS, { topic: 'cats' });
    await live(1);
    room.append('cats');
    await told(socket, 1, '3');
    const second = await LiveSocket.open(own.url);
    await expect(LiveSocket.open(own.url)).rejects.toThrow('429');
    for (const each of [socket, second]) each.close();
    await own.stop();
  });

  it('of a reader that is too slow are closed with 4413, the others go on', async () => {
    const [slow, quick] = [await open(), await open()];
    for (const socket of [slow, quick]) socket.subscribe('1', NEWS, { topic: 'cats' });
    await live(1);
    slow.socket.pause();
    const text = 'x'.repeat(50_000);
    for (let n = 0; n < 200; n += 1) {
      room.append('cats', text);
      await told(quick, n + 1);
    }
    slow.socket.resume();
    await slow.until(() => slow.closed !== null);
    expect(slow.closed === 4413 || slow.closed === 1006).toBe(true);
    expect(quick.closed).toBeNull();
  }, 30_000);

  it('are kept by a new token over the same socket, and by no other user’s', async () => {
    const soon = Math.floor(Date.now() / 1000) - 2;
    const [renewing, lapsing] = [
      await signedIn(1, { expiresAtSeconds: soon + 1 }),
      await signedIn(2, { expiresAtSeconds: soon + 1 }),
    ];
    for (const socket of [renewing, lapsing]) socket.subscribe('1', MAIL, { topic: 'cats' });
    const authorization = `Bearer ${await gateway.token({ user: 1, sid: 's1' })}`;
    renewing.send({ type: 'ping', payload: { authorization } });
    await renewing.until(() => renewing.told.some(({ type }) => type === 'pong'));
    expect(renewing.told.find(({ type }) => type === 'pong')).toMatchObject({ payload: { authorization: 'renewed' } });
    await lapsing.until(() => lapsing.closed !== null);
    expect(lapsing.closed).toBe(4403);
    room.append('cats');
    await told(renewing, 1);
    expect(positions(renewing)).toEqual([1]);
    renewing.send({ type: 'ping', payload: { authorization: 'Bearer wrong' } });
    await renewing.until(() => renewing.told.filter(({ type }) => type === 'pong').length === 2);
    expect(renewing.told.at(-1)).toMatchObject({ payload: { authorization: 'refused', code: 'UNAUTHENTICATED' } });
    renewing.send({ type: 'ping', payload: { authorization: `Bearer ${await gateway.token({ user: 2 })}` } });
    await renewing.until(() => renewing.closed !== null);
    expect(renewing.closed).toBe(4403);
  });

  it('are judged again when a new token brings other rights, and go on where they were', async () => {
    const socket = await signedIn(1);
    socket.subscribe('1', MAIL, { topic: 'cats' });
    await live(1);
    room.append('cats');
    await told(socket, 1);
    const authorization = `Bearer ${await gateway.token({ user: 1, sid: 's1', roles: ['STAFF'] })}`;
    socket.send({ type: 'ping', payload: { authorization } });
    await socket.until(() => socket.told.some(({ type }) => type === 'pong'));
    room.append('cats');
    await told(socket, 2);
    expect(positions(socket)).toEqual([1, 2]);
    expect(room.opened.at(-1)?.viewer.roles).toEqual(['STAFF']);
  });
});
