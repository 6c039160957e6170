import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { anonymous } from '../../platform/auth';
import { createHttpSubgraphClient, type SubgraphClient } from '../../platform/federation';
import { testGateway, type TestGateway } from './support/gateway';
import { Library, librarySubgraphs, stalled } from './support/library';
import { overHttp, serve, SIGNING_KEY, type HttpSubgraphs } from './support/over-http';

describe('subgraphs over HTTP', () => {
  let gateway: TestGateway;
  let subgraphs: HttpSubgraphs;
  const library = new Library();

  beforeEach(async () => {
    subgraphs = await overHttp(librarySubgraphs(library));
    gateway = await testGateway({ subgraphs: subgraphs.clients, responseCache: false });
  });
  afterEach(async () => {
    await gateway.stop();
    await subgraphs.close();
  });

  const socket = () =>
    createClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });

  it('answer as in one process, identity and errors included', async () => {
    const { body } = await gateway.query(
      '{ books { title author { name } flaky } }',
      {},
      { authorization: `Bearer ${await gateway.token()}` },
    );
    expect(body.data).toMatchObject({ books: [{ title: 'One', author: { name: 'Ada' }, flaky: null }, {}, {}] });
    expect(body.errors).toMatchObject([
      { message: 'flaky broke', path: ['books', 0, 'flaky'], extensions: { code: 'CONFLICT' } },
    ]);
  });

  it('stream subscriptions, which end at the source with their client', async () => {
    const client = socket();
    const titles: unknown[] = [];
    for await (const { data } of client.iterate<{ bookAdded: { title: string; author: { name: string } } }>({
      query: 'subscription { bookAdded { title author { name } } }',
    })) {
      titles.push([data?.bookAdded.title, data?.bookAdded.author.name]);
    }
    expect(titles).toEqual([
      ['One', 'Ada'],
      ['Two', 'Cy'],
    ]);
    const ended = new Promise<void>((resolve) => (stalled.onEnd = resolve));
    const begun = stalled.begun;
    const events = client.iterate({ query: 'subscription { stalled { title } }' });
    const waiting = events.next();
    while (stalled.begun === begun) await new Promise((resolve) => setImmediate(resolve));
    await events.return?.();
    await waiting;
    await ended;
    await client.dispose();
  });

  it('end a subscription with a clear error when they go away', async () => {
    const client = socket();
    const begun = stalled.begun;
    const events = client.iterate({ query: 'subscription { stalled { title } }' });
    const waiting = events.next();
    while (stalled.begun === begun) await new Promise((resolve) => setImmediate(resolve));
    await subgraphs.servers.get('books')?.stop(0);
    await expect(waiting).rejects.toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', service: 'books' } }]);
    await client.dispose();
  });

  it('may go and come back: partial answers meanwhile, whole ones after, without a restart', async () => {
    const query = '{ books { title author { email } } }';
    expect((await gateway.query(query)).body.errors).toBeUndefined();
    const server = subgraphs.servers.get('people');
    const port = server?.port ?? 0;
    await server?.stop(0);
    const partial = await gateway.query(query);
    expect(partial.body.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', service: 'people' } }]);
    expect(partial.body.data).toMatchObject({ books: [{ title: 'One', author: { email: null } }, {}, {}] });
    subgraphs.servers.set('people', await serve(librarySubgraphs(library).get('people') as SubgraphClient, port));
    expect((await gateway.query(query)).body.errors).toBeUndefined();
  });

  it('that refuse the signature are an outage, not a sign-out', async () => {
    const other = await overHttp(librarySubgraphs(library), { clientKey: 'another key of more than thirty-two characters' });
    const wrong = await testGateway({ subgraphs: other.clients });
    const { status, body } = await wrong.query('{ me { name } }');
    expect([status, body.errors?.[0]?.extensions['code']]).toEqual([200, 'UPSTREAM_UNAVAILABLE']);
    await wrong.stop();
    await other.close();
  });

  it('are not waited for beyond their time', async () => {
    const slow: SubgraphClient = {
      name: 'people',
      execute: () => new Promise(() => undefined),
      subscribe: () => ({ end: () => undefined }),
    };
    const other = await overHttp(new Map([...librarySubgraphs(library), ['people', slow]]), { timeoutMs: 300 });
    const waiting = await testGateway({ subgraphs: other.clients });
    const { body } = await waiting.query('{ me { name } topReview { body } }');
    expect(body).toMatchObject({
      data: { me: null, topReview: { body: 'Good' } },
      errors: [{ extensions: { code: 'DEADLINE_EXCEEDED' } }],
    });
    await waiting.stop();
    await other.close();
  });

  it('answer calls however many streams are open', async () => {
    const client = socket();
    const begun = stalled.begun;
    const streams = Array.from({ length: 70 }, () => client.iterate({ query: 'subscription { stalled { title } }' }));
    const waiting = streams.map((stream) => stream.next());
    while (stalled.begun < begun + streams.length) await new Promise((resolve) => setImmediate(resolve));
    expect((await gateway.query('{ books { title } }')).body.errors).toBeUndefined();
    await client.dispose();
    await Promise.allSettled(waiting);
  });

  it('may not stretch a call by answering drop by drop', async () => {
    const dripping = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    const { port } = dripping.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/graphql`;
    const client = createHttpSubgraphClient({ name: 'people', url, signingKey: SIGNING_KEY, timeoutMs: 200 });
    const call = client.execute({ query: '{ me { name } }', viewer: anonymous, requestId: 'r' });
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await client.close();
    await new Promise((resolve) => dripping.close(resolve));
  });
});
