import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { anonymous, signMessage, type Viewer } from '../../platform/auth';
import { AppError } from '../../platform/errors';
import {
  createHttpSubgraphClient,
  createSubgraphExecutor,
  startSubgraphServer,
  type EventReceiver,
  type SubgraphClient,
  type SubgraphRequest,
} from '../../platform/federation';
import { EventSockets } from '../../platform/federation/event-socket-client';
import { subscribeText, upgradeMessage } from '../../platform/federation/event-socket-messages';
import { SocketPulse } from '../../platform/federation/socket-pulse';
import type { RunningHttpServer } from '../../platform/http';
import { createLogger } from '../../platform/observability';
import { EventLog } from '../support/event-log';
import { Ticker, whenTrue } from './support/ticker';

const KEY = 'a key of more than thirty-two characters';
const QUERY = 'subscription Ticks($of: String) { ticks(of: $of) { at note } }';
const logger = createLogger({ logLevel: 'silent' }, 'test');
const viewer: Viewer = { ...anonymous, kind: 'user', userId: 7 };

let ticker: Ticker;
let server: RunningHttpServer;
let client: ReturnType<typeof createHttpSubgraphClient>;
const sockets = new Set<WebSocket>();
/** The server's ends of what is connected to it. */
const openSockets = new Set<Socket>();

beforeEach(async () => {
  ticker = new Ticker();
  server = await serve(createSubgraphExecutor(ticker.schema, logger));
  watchConnections();
  client = clientOf(KEY);
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await client.close();
  await server.stop(50);
});

function serve(subgraph: SubgraphClient, port = 0): Promise<RunningHttpServer> {
  const noMetrics = { checkReady: async () => undefined, metrics: async () => '' };
  return startSubgraphServer(subgraph, { host: '127.0.0.1', port, signingKey: KEY, logger, ...noMetrics });
}

function clientOf(signingKey: string): ReturnType<typeof createHttpSubgraphClient> {
  return createHttpSubgraphClient({
    name: 'ticker',
    url: `http://127.0.0.1:${server.port}/graphql`,
    signingKey,
    timeoutMs: 5_000,
  });
}

const requestOf = (more: Partial<SubgraphRequest> = {}): SubgraphRequest => ({ query: QUERY, viewer, requestId: 'r', ...more });

async function subscribe(more: Partial<SubgraphRequest> = {}) {
  const log = new EventLog();
  const open = ticker.sources.length;
  const running = client.subscribe(requestOf(more), log);
  await whenTrue(() => ticker.sources.length > open || log.waiting > 0);
  return { log, running, source: ticker.sources[open] ?? null };
}

/** A socket of a gateway that can do as it likes. */
async function rawSocket(headers: object = signMessage(upgradeMessage('ticker'), KEY)) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/graphql`, ['graphql-transport-ws'], { headers: { ...headers } });
  sockets.add(socket);
  const messages: { id?: string; type: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString()) as never));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, messages };
}

describe('subscriptions of a gateway', () => {
  it('share one socket; each is told its own events, in order, with positions', async () => {
    const [one, other] = [
      await subscribe({ variables: { of: 'one' } }),
      await subscribe({ variables: { of: 'other' }, after: '41' }),
    ];
    expect(one.source?.args).toMatchObject({ of: 'one' });
    expect(other.source?.args).toMatchObject({ of: 'other', after: '41', snapshot: false });
    for (let at = 1; at <= 50; at += 1) {
      one.source?.tick(at);
      other.source?.tick(100 + at);
    }
    for (let at = 1; at <= 50; at += 1) {
      expect(await one.log.next()).toEqual({ data: { ticks: { at, note: null } }, extensions: { position: String(at) } });
      expect((await other.log.next()).extensions).toEqual({ position: String(100 + at) });
    }
    expect(await connections()).toBe(1);
  });

  it('ask on behalf of their viewer', async () => {
    const asked: SubgraphRequest[] = [];
    await replaceServer({ subscribe: (request) => (asked.push(request), { end: () => undefined }) });
    client.subscribe(requestOf({ requestId: 'of-a-client', traceparent: '00-1-2-01' }), new EventLog());
    await whenTrue(() => asked.length > 0);
    expect(asked[0]).toMatchObject({ viewer, requestId: 'of-a-client', traceparent: '00-1-2-01' });
  });

  it('end as their sources end, and are refused as these refuse', async () => {
    const { log, source } = await subscribe();
    source?.push({ done: true, value: undefined });
    expect(await log.take()).toEqual({ end: 'ended' });
    ticker.refusal = new AppError('NOT_FOUND', 'no such thing');
    const refused = (await subscribe()).log;
    expect((await refused.next()).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect(await refused.take()).toEqual({ end: 'ended' });
  });

  it('fail as their sources do', async () => {
    const { log, source } = await subscribe();
    source?.push({ error: new AppError('UPSTREAM_UNAVAILABLE', 'The database is away') });
    expect(await log.take()).toMatchObject({
      end: 'failed',
      error: { code: 'UPSTREAM_UNAVAILABLE', message: 'The database is away' },
    });
  });

  it('leave no watcher behind when they are ended, before they are opened too', async () => {
    const { running, source } = await subscribe();
    running.end();
    await whenTrue(() => source?.isLeft === true);
    for (let at = 0; at < 20; at += 1) client.subscribe(requestOf(), new EventLog()).end();
    const last = await subscribe();
    await whenTrue(() => ticker.watched === 1);
    ticker.sources.find(({ isLeft }) => !isLeft)?.tick(1);
    expect((await last.log.next()).extensions).toEqual({ position: '1' });
  });

  it('are many on one socket, and none is left at its source once the socket is', async () => {
    const logs = Array.from({ length: 2_000 }, () => new EventLog());
    for (const log of logs) client.subscribe(requestOf(), log);
    await whenTrue(() => ticker.watched === logs.length, 20_000);
    for (const source of ticker.sources) source.tick(1);
    for (const log of logs) expect((await log.next()).extensions).toEqual({ position: '1' });
    expect(await connections()).toBe(1);
    await client.close();
    await whenTrue(() => ticker.watched === 0);
    for (const log of logs) expect(await log.take()).toMatchObject({ end: 'failed' });
  });
});

describe('a subgraph that goes away', () => {
  it('fails what was open, with what was told before; the next subscription opens another socket', async () => {
    const { log, source } = await subscribe();
    source?.tick(1);
    expect((await log.next()).extensions).toEqual({ position: '1' });
    for (const socket of openSockets) socket.destroy();
    expect(await log.take()).toMatchObject({ end: 'failed', error: { code: 'UPSTREAM_UNAVAILABLE' } });
    await whenTrue(() => source?.isLeft === true);
    const again = await subscribe({ after: '1' });
    expect(again.source?.args).toMatchObject({ after: '1' });
  });

  it('that stops does not say that the stream is complete', async () => {
    const { log } = await subscribe();
    const { socket } = await rawSocket();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await server.stop(50);
    expect(await log.take()).toMatchObject({ end: 'failed', error: { code: 'UPSTREAM_UNAVAILABLE' } });
    expect(await closed).toBe(1012);
    expect(ticker.watched).toBe(0);
    expect(await openedLater().take()).toMatchObject({ end: 'failed', error: { code: 'UPSTREAM_UNAVAILABLE' } });
  });

  it('is not waited for beyond its time', async () => {
    await replaceServer({ subscribe: () => ({ end: () => undefined }) });
    const url = new URL(`http://127.0.0.1:${server.port}/graphql`);
    const quick = new EventSockets({ name: 'ticker', url, signingKey: KEY, viewerText: () => 'bnVsbA', openMs: 200 });
    const log = new EventLog();
    quick.subscribe(requestOf(), log);
    expect(await log.take()).toMatchObject({ end: 'failed', error: { code: 'DEADLINE_EXCEEDED' } });
    quick.close();
  });
});

describe('a side of a socket that falls silent', () => {
  it('is given up; one that answers pings is not', async () => {
    const quick = { pingMs: 20, silenceMs: 150 };
    const [alive, silent] = [await rawSocket(), await rawSocket()];
    const pulses = [new SocketPulse(alive.socket, quick), new SocketPulse(silent.socket, quick)];
    // As a process that hangs: what comes is not read, so nothing is heard of the other side.
    silent.socket.pause();
    await new Promise((resolve) => silent.socket.once('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
    for (const pulse of pulses) pulse.stop();
  });
});

describe('a subgraph', () => {
  it('opens no socket to who has not the key', async () => {
    const stranger = clientOf('another key of more than thirty-two characters');
    const log = new EventLog();
    stranger.subscribe(requestOf(), log);
    expect(await log.take()).toMatchObject({ end: 'failed', error: { code: 'UPSTREAM_UNAVAILABLE' } });
    await stranger.close();
    await expect(rawSocket({})).rejects.toThrow('401');
    const used = signMessage(upgradeMessage('ticker'), KEY);
    await rawSocket(used);
    await expect(rawSocket(used)).rejects.toThrow('401');
    await expect(rawSocket(signMessage(upgradeMessage('another'), KEY))).rejects.toThrow('401');
  });

  it('takes no message twice, none that was altered, and none of another key', async () => {
    const { socket, messages } = await rawSocket();
    const viewerText = Buffer.from(JSON.stringify(viewer)).toString('base64url');
    const signed = (id: string, signingKey = KEY): string =>
      subscribeText(id, requestOf(), viewerText, { name: 'ticker', signingKey });
    const once = signed('1');
    const admin = Buffer.from(JSON.stringify({ ...viewer, roles: ['ADMIN'] })).toString('base64url');
    const tampered = [
      once.replace('"id":"1"', '"id":"2"'),
      signed('3').replace('at note', 'at must'),
      signed('4').replace(viewerText, admin),
      signed('5').replace('"query"', '"variables":{"of":"others"},"query"'),
      signed('6').replace('"extensions":{', '"extensions":{"after":"1",'),
      signed('7', 'another key of more than thirty-two characters'),
    ];
    for (const message of [once, ...tampered]) socket.send(message);
    await whenTrue(() => messages.length === 1 + tampered.length);
    expect(messages.filter(({ type }) => type !== 'error')).toEqual([{ id: '1', type: 'next', payload: {} }]);
    expect(messages.filter(({ type }) => type === 'error').map(({ id }) => id)).toEqual(['2', '3', '4', '5', '6', '7']);
    expect(ticker.sources).toHaveLength(1);
  });

  it.each([['no JSON'], ['{"type":"unheard of"}'], ['{"id":"1","type":"subscribe"}'], ['null']])(
    'closes on %s',
    async (message) => {
      const { socket } = await rawSocket();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.send(message);
      expect(await closed).toBe(4400);
    },
  );
});

describe('a gateway that does not read', () => {
  it('makes a subgraph keep little: sources wait until it reads again', async () => {
    const { socket, messages } = await rawSocket();
    const viewerText = Buffer.from(JSON.stringify(viewer)).toString('base64url');
    const query = 'subscription { ticks { at note } }';
    socket.send(subscribeText('1', requestOf({ query }), viewerText, { name: 'ticker', signingKey: KEY }));
    await whenTrue(() => ticker.sources.length === 1);
    socket.pause();
    const note = 'x'.repeat(64 * 1024);
    for (let at = 1; at <= 400; at += 1) ticker.last.tick(at, at, { note });
    const [wire] = [...openSockets];
    await whenTrue(() => (wire?.writableLength ?? 0) > 1024 * 1024);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(wire?.writableLength).toBeLessThan(3 * 1024 * 1024);
    socket.resume();
    await whenTrue(() => messages.length === 401);
    const positions = messages
      .slice(1)
      .map(({ payload }) => (payload as { extensions: { position: string } }).extensions.position);
    expect(positions).toEqual(Array.from({ length: 400 }, (_, at) => String(at + 1)));
  });

  it('is cut off where sources tell without asking for room', async () => {
    const receivers: EventReceiver[] = [];
    await replaceServer({ subscribe: (_request, receiver) => (receivers.push(receiver), { end: () => undefined }) });
    const { socket } = await rawSocket();
    socket.send(subscribeText('1', requestOf(), 'bnVsbA', { name: 'ticker', signingKey: KEY }));
    await whenTrue(() => receivers.length === 1);
    socket.pause();
    const [wire] = [...openSockets];
    const data = { ticks: { note: 'x'.repeat(1024 * 1024) } };
    for (let at = 1; at <= 64; at += 1) receivers[0]?.event({ data });
    await whenTrue(() => wire?.destroyed === true);
  });
});

function watchConnections(): void {
  openSockets.clear();
  server.server.on('connection', (socket) => {
    openSockets.add(socket);
    socket.once('close', () => openSockets.delete(socket));
  });
}

function connections(): Promise<number> {
  return new Promise((resolve, reject) =>
    server.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

/** In the place of the ticker's server, at another port. */
async function replaceServer(subgraph: Pick<SubgraphClient, 'subscribe'>): Promise<void> {
  await client.close();
  await server.stop(50);
  server = await serve({ name: 'ticker', execute: () => Promise.reject(new Error('not asked here')), ...subgraph });
  watchConnections();
  client = clientOf(KEY);
}

function openedLater(): EventLog {
  const log = new EventLog();
  client.subscribe(requestOf(), log);
  return log;
}
