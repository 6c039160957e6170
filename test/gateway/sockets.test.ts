import { once } from 'node:events';
import { createServer } from 'node:http';
import { PassThrough } from 'node:stream';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { Documents } from '../../gateway/documents';
import { Identifier } from '../../gateway/identity/identity';
import { Revocations } from '../../gateway/identity/revocations';
import { gatewayMetrics } from '../../gateway/metrics';
import { LiveSubscriptions } from '../../gateway/live/live-subscriptions';
import { Quota } from '../../gateway/live/quota';
import { OpenSessions } from '../../gateway/live/sessions';
import { SocketOperations } from '../../gateway/sockets/socket-operations';
import { serveSockets } from '../../gateway/sockets/socket-server';
import { globalId } from '../../platform/federation';
import { createLogger, createMetrics } from '../../platform/observability';
import { testGateway, type TestGateway } from './support/gateway';
import { stalled } from './support/library';

describe('GraphQL over WebSocket', () => {
  let gateway: TestGateway;
  const clients: Client[] = [];

  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(async (client) => client.dispose()));
  });
  afterAll(() => gateway.stop());

  const connect = (connectionParams: Record<string, unknown> = {}): Client => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams,
    });
    clients.push(client);
    return client;
  };
  const all = async (client: Client, query: string, variables: Record<string, unknown> = {}): Promise<unknown[]> => {
    const results = [];
    for await (const result of client.iterate({ query, variables })) results.push(result);
    return results;
  };

  it('completes each event with fields of other subgraphs, and ends with its source', async () => {
    const results = await all(
      connect(),
      'subscription { added: bookAdded { title author { name } reviews { body by { email } } } }',
    );
    expect(results).toMatchObject([
      {
        data: {
          added: {
            title: 'One',
            author: { name: 'Ada' },
            reviews: [
              { body: 'Good', by: { email: null } },
              { body: 'Bad', by: { email: 'cy@example.org' } },
            ],
          },
        },
      },
      { data: { added: { title: 'Two', author: { name: 'Cy' } } } },
    ]);
  });

  it('keeps the order of many events', async () => {
    const results = await all(connect(), 'subscription ($to: Int!) { ticks(to: $to) }', { to: 200 });
    expect(results.map((result) => (result as { data: { ticks: number } }).data.ticks)).toEqual(
      Array.from({ length: 200 }, (_, at) => at + 1),
    );
  });

  it('gives every event the request id of its subscription', async () => {
    const results = (await all(connect(), 'subscription { ticks(to: 2) }')) as { extensions: { requestId: string } }[];
    expect(results[0]?.extensions.requestId).toMatch(/^[\w-]{16}$/);
    expect(results[1]?.extensions.requestId).toBe(results[0]?.extensions.requestId);
  });

  it('answers queries and mutations too', async () => {
    const client = connect();
    expect(await all(client, '{ me { name works { title } } }')).toMatchObject([{ data: { me: { name: 'Ada' } } }]);
    expect(await all(client, 'mutation { rename(id: "p2", name: "Bob") { name } }')).toMatchObject([
      { data: { rename: { name: 'Bob' } } },
    ]);
  });

  it('ends the source when the client completes while no event comes', async () => {
    const ended = new Promise<void>((resolve) => (stalled.onEnd = resolve));
    const begun = stalled.begun;
    const client = connect();
    const events = client.iterate({ query: 'subscription { stalled { title } }' });
    const waiting = events.next();
    await until(() => stalled.begun > begun);
    await events.return?.();
    await ended;
    await waiting;
  });

  it('ends the source when the socket is cut', async () => {
    const ended = new Promise<void>((resolve) => (stalled.onEnd = resolve));
    const begun = stalled.begun;
    const { socket } = await rawSocket();
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription { stalled { title } }' } }));
    await until(() => stalled.begun > begun);
    socket.terminate();
    await ended;
  });

  it('refuses what is too large or invalid with an error message of the protocol', async () => {
    const client = connect();
    await expect(all(client, `{ ${'a: __typename '.repeat(31)} }`)).rejects.toMatchObject([
      { extensions: { code: 'OPERATION_TOO_LARGE' } },
    ]);
    await expect(all(client, '{ nothing }')).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it('closes with 4401 on a wrong token', async () => {
    await expect(all(connect({ authorization: 'Bearer wrong' }), '{ __typename }')).rejects.toMatchObject({ code: 4401 });
  });

  it('takes a token under either spelling, and closes with 4401 when its session is revoked', async () => {
    const { socket } = await rawSocket({ Authorization: `Bearer ${await gateway.token({ sid: 'doomed' })}` });
    const { socket: other } = await rawSocket({ authorization: `Bearer ${await gateway.token({ sid: 'spared' })}` });
    const closed = once(socket, 'close');
    const at = new Date().toISOString();
    await gateway.bus.publish([
      { id: 'e1', type: 'session.revoked', key: 'doomed', touches: [], at, data: { sessionId: 'doomed' } },
    ]);
    expect((await closed)[0]).toBe(4401);
    expect(other.readyState).toBe(WebSocket.OPEN);
    other.terminate();
  });

  it('closes all sockets of a user whose access ended', async () => {
    const past = Math.floor(Date.now() / 1000) - 10;
    const { socket } = await rawSocket({ authorization: `Bearer ${await gateway.token({ user: 9, issuedAtSeconds: past })}` });
    const closed = once(socket, 'close');
    const at = new Date().toISOString();
    await gateway.bus.publish([
      { id: 'e2', type: 'account.access_ended', key: 'u', touches: [], at, data: { userId: globalId('User', 9) } },
    ]);
    expect((await closed)[0]).toBe(4401);
  });

  it('closes with 4403, which clients retry, when the token expires', async () => {
    const expiresAtSeconds = Math.floor(Date.now() / 1000) - 2;
    const { socket } = await rawSocket({ authorization: `Bearer ${await gateway.token({ expiresAtSeconds })}` });
    const [code] = await once(socket, 'close');
    expect(code).toBe(4403);
  });

  it('closes with 1012 when the gateway stops, and says when to come back', async () => {
    const own = await testGateway();
    const { socket } = await rawSocket({}, own.url);
    const closed = once(socket, 'close');
    await own.stop();
    const [code, reason] = (await closed) as [number, Buffer];
    expect(code).toBe(1012);
    expect(String(reason)).toMatch(/come back in \d+ ms/);
  });

  it('has no socket at another address', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/other`, 'graphql-transport-ws');
    await expect(once(socket, 'open')).rejects.toThrow('404');
  });

  it('opens for no foreign page where cookies are passed on', async () => {
    const cors = { origins: ['https://shop.example'], credentials: true, maxAgeSeconds: 60 };
    const passing = await testGateway({ forwardHeaders: ['cookie'], cors });
    const open = async (headers: Record<string, string>): Promise<string> => {
      const socket = new WebSocket(`${passing.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
      const outcome = await once(socket, 'open').then(
        () => 'open',
        (error: unknown) => String(error),
      );
      socket.terminate();
      return outcome;
    };
    expect(await open({ origin: 'https://evil.example', cookie: 'session=1' })).toContain('403');
    expect(await open({ origin: 'https://shop.example', cookie: 'session=1' })).toBe('open');
    expect(await open({ origin: passing.url, cookie: 'session=1' })).toBe('open');
    expect(await open({ origin: 'https://evil.example' })).toBe('open');
    await passing.stop();
  });

  it('survives clients that ask for an upgrade and are gone', async () => {
    const http = createServer();
    const logger = createLogger({ logLevel: 'silent' }, 'test');
    const revocations = new Revocations();
    const identifier = new Identifier({ subjects: 'ours', keySource: async () => ({ keys: [] }), issuer: 'nobody', revocations });
    const noEngine = (): never => {
      throw new Error('no operation was sent');
    };
    const metrics = gatewayMetrics(createMetrics());
    const documents = new Documents({ mode: 'off', source: null, registered: null });
    const live = new LiveSubscriptions(noEngine, metrics, logger, { maxPerAddress: 1, maxPerUser: 1 });
    const sessions = new OpenSessions(identifier);
    const server = serveSockets(http, '/graphql', {
      operations: new SocketOperations({ engine: noEngine, live, documents, logger, metrics }),
      live,
      sessions,
      forwardHeaders: [],
      addressOf: () => '127.0.0.1',
      origins: [],
      perAddress: new Quota(),
      maxPerAddress: 1,
      identifier,
      logger,
      metrics,
    });
    const socket = new PassThrough();
    http.emit('upgrade', { url: '/elsewhere' }, socket, Buffer.alloc(0));
    // Without a listener this throws, which would end the process.
    socket.emit('error', new Error('ECONNRESET'));
    expect(socket.destroyed).toBe(true);
    await server.stop();
    live.stop();
    sessions.stop();
  });

  /** A socket that was acknowledged. */
  async function rawSocket(payload: Record<string, unknown> = {}, url = gateway.url): Promise<{ socket: WebSocket }> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    const [message] = await once(socket, 'message');
    expect(JSON.parse(String(message))).toEqual({ type: 'connection_ack' });
    return { socket };
  }
});

/** Waits for something that tells nobody when it happens. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
