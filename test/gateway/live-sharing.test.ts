import { setTimeout as delay } from 'node:timers/promises';
import { anonymous } from '../../platform/auth';
import { Channel } from '../../gateway/live/channel';
import type { LiveOperation } from '../../gateway/live/live-operation';
import { LiveSubscription } from '../../gateway/live/subscription';
import { testGateway, type TestGateway } from './support/gateway';
import { LiveSocket } from './support/live-socket';
import { Newsroom, newsSupergraph } from './support/newsroom';

const NEWS = 'subscription ($topic: String!) { news(topic: $topic) { position text for } }';

interface Payload {
  readonly data: { readonly news: { readonly text: string; readonly for: string | null } };
}

describe('a shared stream', () => {
  let room: Newsroom;
  let gateway: TestGateway;
  const sockets: LiveSocket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await gateway.stop();
  });

  const begin = async (change: Parameters<typeof testGateway>[0] = {}): Promise<void> => {
    room = new Newsroom();
    gateway = await testGateway({ supergraphSdl: newsSupergraph(), subgraphs: room.subgraphs(), ...change });
  };
  const open = async (user?: number): Promise<LiveSocket> => {
    const payload = user === undefined ? {} : { authorization: `Bearer ${await gateway.token({ user, sid: `s${user}` })}` };
    const socket = await LiveSocket.open(gateway.url, payload);
    sockets.push(socket);
    return socket;
  };
  const told = (socket: LiveSocket, count: number): Promise<void> =>
    socket.until(() => socket.payloads('1').length >= count || socket.told.some(({ type }) => type === 'error'));

  /** One stream for a guest and two users, whoever came first. */
  const shareBy = async (first: number | undefined): Promise<LiveSocket[]> => {
    const order = [first, ...[undefined, 1, 2].filter((user) => user !== first)];
    const byUser = new Map<number | undefined, LiveSocket>();
    for (const user of order) {
      const socket = await open(user);
      socket.subscribe('1', NEWS, { topic: 'cats' });
      while (room.opened.length === 0) await delay(5);
      await delay(50);
      byUser.set(user, socket);
    }
    expect(room.opened).toHaveLength(1);
    room.append('cats');
    const all = [undefined, 1, 2].map((user) => byUser.get(user) as LiveSocket);
    await Promise.all(all.map((socket) => told(socket, 1)));
    return all;
  };

  it.each([[undefined], [1]])('is left by who may not have it any more after a new schema (opened by %s)', async (first) => {
    await begin();
    const [guest, one, two] = (await shareBy(first)) as [LiveSocket, LiveSocket, LiveSocket];
    await gateway.swapSupergraph(
      newsSupergraph((sdl) =>
        sdl
          .replace('"@composeDirective"]', '"@composeDirective", "@authenticated"]')
          .replace(/(news\(.*\): News!)/, '$1 @authenticated'),
      ),
    );
    room.append('cats');
    await Promise.all([guest, one, two].map((socket) => told(socket, 2)));
    expect(JSON.stringify(guest.told.slice(-2))).toContain('UNAUTHORIZED_FIELD_OR_TYPE');
    expect(guest.told.at(-1)?.type).toBe('complete');
    expect(JSON.stringify(guest.told)).not.toContain('cats 2');
    for (const socket of [one, two])
      expect(socket.payloads<Payload>('1').map(({ data }) => data.news.text)).toEqual(['cats 1', 'cats 2']);
  });

  it('becomes each viewer’s own where a new schema says that it is', async () => {
    await begin();
    const all = await shareBy(1);
    await gateway.swapSupergraph(
      newsSupergraph((sdl) => sdl.replace(/(news\(.*\): News! @resumable) @cacheControl\([^)]*\)/, '$1')),
    );
    await delay(100);
    room.append('cats');
    await Promise.all(all.map((socket) => told(socket, 2)));
    expect(all.map((socket) => socket.payloads<Payload>('1').map(({ data }) => data.news.for))).toEqual([
      [null, null],
      [null, '1'],
      [null, '2'],
    ]);
  });

  it('is refused beyond the quota as often as it is asked for', async () => {
    await begin({ live: { maxPerUser: 1 } });
    const socket = await open(1);
    for (let n = 1; n <= 4; n += 1) socket.subscribe(String(n), NEWS, { topic: 'cats' });
    await socket.until(() => socket.told.filter(({ type }) => type === 'error').length === 3);
    expect(socket.told.filter(({ type }) => type === 'error').map(({ id }) => id)).toEqual(['2', '3', '4']);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/^mercato_gateway_subscriptions 1$/m);
  });
});

it('a message reaches everybody once, whoever leaves while it is told', () => {
  const operation = { isResumable: true, open: () => ({ end: () => undefined }) } as unknown as LiveOperation;
  const nothing = (): void => undefined;
  const host = { onProgress: nothing, onEmpty: nothing, onOver: nothing, onReopen: nothing, onDelivered: nothing };
  const audience = { viewer: anonymous, forwarded: null };
  const channel = new Channel(operation, null, host);
  const seen: string[] = [];
  const members = new Map<string, LiveSubscription>();
  // A socket that is found to be too slow ends everything that it has open.
  const leaving = ['a1', 'a2'];
  for (const name of ['a1', 'b', 'a2', 'c', 'd']) {
    const next = (): void => {
      seen.push(name);
      if (leaving.includes(name)) for (const each of leaving) members.get(each)?.end();
    };
    const member = new LiveSubscription({ requestId: name, next, complete: nothing, refuse: nothing }, name, audience, nothing);
    members.set(name, member);
    channel.add(member, null);
  }
  channel.deliver({ position: 1, bornAtMs: null, json: Buffer.from('') });
  expect(seen.filter((name) => !leaving.includes(name)).sort()).toEqual(['b', 'c', 'd']);
});
