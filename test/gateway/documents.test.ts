import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { manifestFiles, type TrustMode } from '../../gateway/documents';
import { createMemoryCache, createRedisCache, type CacheStore } from '../../platform/cache';
import { connectRedis } from '../../platform/redis';
import { createLogger, createMetrics } from '../../platform/observability';
import { freshRedisUrl } from '../support/redis';
import { until } from '../support/until';
import { testGateway, type TestGateway } from './support/gateway';

const ME = 'query Me { me { name } }';
const BOOK = 'query Book($id: ID!) { book(id: $id) { title } }';
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const silent = createLogger({ logLevel: 'silent' }, 'test');
const apq = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha(text) } });
const codeOf = (answer: { body: { errors?: { extensions: Record<string, unknown> }[] } }): unknown =>
  answer.body.errors?.[0]?.extensions['code'];

const isNone = (code: unknown): boolean => code === undefined;

describe('trusted documents', () => {
  let folder: string;
  const gateways: TestGateway[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'documents-'));
  });
  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
    await rm(folder, { recursive: true });
  });

  const write = async (content: unknown, name = 'manifest.json'): Promise<string> => {
    const path = join(folder, name);
    await writeFile(`${path}.new`, typeof content === 'string' ? content : JSON.stringify(content));
    await rename(`${path}.new`, path);
    return path;
  };
  const serving = async (mode: TrustMode, ...paths: (string | [string, string])[]): Promise<TestGateway> => {
    const files = paths.map((path) => (typeof path === 'string' ? { path, client: null } : { path: path[1], client: path[0] }));
    const gateway = await testGateway({ documents: { mode, source: manifestFiles(files, silent, 20) }, planner: { threads: 0 } });
    gateways.push(gateway);
    return gateway;
  };
  const PLAIN = { 'me-1': ME, [sha(BOOK)]: BOOK };

  it('are counted, as are those that clients register, by whether they were found', async () => {
    const path = await write(PLAIN);
    const metrics = createMetrics();
    const gateway = await testGateway({
      documents: { mode: 'allow', source: manifestFiles([{ path, client: null }], silent, 20) },
      planner: { threads: 0 },
      metrics,
    });
    gateways.push(gateway);
    const countOf = async (kind: string, outcome: string): Promise<number> => {
      const counted = new RegExp(`documents_total{kind="${kind}",outcome="${outcome}"} (\\d+)`).exec(await metrics.expose());
      return Number(counted?.[1] ?? 0);
    };
    const text = '{ me { id } }';
    await gateway.post({ documentId: 'me-1' });
    await gateway.post({ documentId: 'unknown' });
    await gateway.post({ extensions: apq(text) });
    await gateway.post({ query: text, extensions: apq(text) });
    await gateway.post({ extensions: apq(text) });
    await gateway.post({ query: text });
    expect([await countOf('trusted', 'hit'), await countOf('trusted', 'miss')]).toEqual([1, 1]);
    expect([await countOf('registered', 'hit'), await countOf('registered', 'miss')]).toEqual([1, 1]);
  });

  it('are named in every way that clients know, by POST and GET', async () => {
    const gateway = await serving('required', await write(PLAIN));
    const ways = [
      { documentId: 'me-1' },
      { id: 'me-1' },
      { documentId: `sha256:${sha(ME)}` },
      { extensions: apq(ME) },
      { query: '', extensions: apq(ME) },
    ];
    for (const body of ways) expect((await gateway.post(body)).body.data).toEqual({ me: { name: 'Ada' } });
    const search = new URLSearchParams({ documentId: sha(BOOK), variables: '{"id":"b1"}' });
    expect(await (await fetch(`${gateway.url}/graphql?${search}`)).json()).toMatchObject({ data: { book: { title: 'One' } } });
  });

  it('come from a manifest of Apollo, some for one client alone', async () => {
    const manifest = {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [
        { id: 'a', name: 'Me', type: 'query', body: ME },
        { id: 'b', name: 'Book', type: 'query', body: BOOK, clientName: 'web' },
      ],
    };
    const gateway = await serving('required', await write(manifest));
    expect((await gateway.post({ documentId: 'a' })).body.data).toEqual({ me: { name: 'Ada' } });
    const book = { documentId: 'b', variables: { id: 'b1' } };
    expect(codeOf(await gateway.post(book))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
    expect((await gateway.post(book, { 'apollographql-client-name': 'web' })).body.data).toEqual({ book: { title: 'One' } });
  });

  it('come from one manifest for each client', async () => {
    const gateway = await serving(
      'required',
      ['web', await write({ a: ME }, 'web.json')],
      ['app', await write({ a: BOOK }, 'app.json')],
    );
    expect((await gateway.post({ documentId: 'a' }, { 'graphql-client-name': 'web' })).body.data).toEqual({
      me: { name: 'Ada' },
    });
    const app = await gateway.post({ documentId: 'a', variables: { id: 'b2' } }, { 'graphql-client-name': 'app' });
    expect(app.body.data).toEqual({ book: { title: 'Two' } });
    expect(codeOf(await gateway.post({ documentId: 'a' }))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
  });

  it.each<[TrustMode, string | null, string | null]>([
    ['allow', null, null],
    ['safelist', null, 'QUERY_NOT_IN_SAFELIST'],
    ['required', 'PERSISTED_QUERY_ID_REQUIRED', 'PERSISTED_QUERY_ID_REQUIRED'],
  ])('in mode %s: a known text is %s, another %s', async (mode, known, other) => {
    const gateway = await serving(mode, await write(PLAIN));
    expect(codeOf(await gateway.query(ME)) ?? null).toBe(known);
    expect(codeOf(await gateway.query('{ __typename }')) ?? null).toBe(other);
    // A hash beside a text opens nothing.
    expect(codeOf(await gateway.post({ query: '{ __typename }', extensions: apq('{ __typename }') })) ?? null).toBe(other);
    expect(codeOf(await gateway.post({ extensions: apq('{ __typename }') })) ?? null).toBe(
      mode === 'allow' ? null : 'PERSISTED_QUERY_NOT_IN_LIST',
    );
    expect((await gateway.post({ documentId: 'me-1' })).body.data).toEqual({ me: { name: 'Ada' } });
    expect(codeOf(await gateway.post({ documentId: 'unknown' }))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
  });

  it('change with their file, and stay while it is broken', async () => {
    const gateway = await serving('required', await write({ a: ME }));
    await write({ b: ME });
    await until(async () => codeOf(await gateway.post({ documentId: 'b' })), isNone);
    expect(codeOf(await gateway.post({ documentId: 'a' }))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
    await write('{ "b": ');
    await write({ b: ME, c: BOOK });
    await until(async () => codeOf(await gateway.post({ documentId: 'c', variables: { id: 'b1' } })), isNone);
    expect(codeOf(await gateway.post({ documentId: 'b' }))).toBeUndefined();
  });

  it.each([
    ['no file', null],
    ['no JSON', '{'],
    ['neither format', '[]'],
    ['two texts for one hash', { [sha(ME)]: BOOK, me: ME }],
  ])('do not begin with %s', async (_name, content) => {
    const path = content === null ? join(folder, 'absent.json') : await write(content);
    await expect(serving('required', path)).rejects.toThrow('cannot be used');
  });

  it('hold for sockets as well', async () => {
    const gateway = await serving('required', await write({ a: 'subscription { ticks(to: 1) }', me: ME }));
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const results = async (payload: object): Promise<unknown[]> => {
      const found = [];
      for await (const result of client.iterate({ query: '', ...payload })) found.push(result);
      return found;
    };
    expect(await results({ documentId: 'a' })).toMatchObject([{ data: { ticks: 1 } }]);
    expect(await results({ extensions: apq(ME) })).toMatchObject([{ data: { me: { name: 'Ada' } } }]);
    await expect(results({ query: ME })).rejects.toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_ID_REQUIRED' } }]);
    await client.dispose();
  });
});

describe('documents that clients register by their hash', () => {
  const gateways: TestGateway[] = [];
  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  });
  const serving = async (shared: CacheStore | null = null, mayRegister = true): Promise<TestGateway> => {
    const gateway = await testGateway({ documents: { shared, mayRegister }, planner: { threads: 0 } });
    gateways.push(gateway);
    return gateway;
  };

  it('are sent once, and then asked for by hash', async () => {
    const gateway = await serving();
    const missing = await gateway.post({ extensions: apq(ME) });
    expect([missing.status, codeOf(missing), missing.body.errors?.[0]?.message]).toEqual([
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      'PersistedQueryNotFound',
    ]);
    expect(missing.headers.get('cache-control')).toBe('no-store');
    expect((await gateway.post({ query: ME, extensions: apq(ME) })).body.data).toEqual({ me: { name: 'Ada' } });
    expect((await gateway.post({ extensions: apq(ME) })).body.data).toEqual({ me: { name: 'Ada' } });
    const search = new URLSearchParams({ extensions: JSON.stringify(apq(ME)) });
    expect(await (await fetch(`${gateway.url}/graphql?${search}`)).json()).toMatchObject({ data: { me: { name: 'Ada' } } });
  });

  it('cannot be registered under another hash, by GET or broken', async () => {
    const gateway = await serving();
    const poison = await gateway.post({ query: '{ __typename }', extensions: apq(ME) });
    expect([poison.status, codeOf(poison)]).toEqual([400, 'BAD_REQUEST']);
    expect(codeOf(await gateway.post({ extensions: apq(ME) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    await gateway.post({ query: '{ nothing }', extensions: apq('{ nothing }') });
    expect(codeOf(await gateway.post({ extensions: apq('{ nothing }') }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it.each([
    ['another version', { persistedQuery: { version: 2, sha256Hash: sha(ME) } }],
    ['no hash', { persistedQuery: { version: 1 } }],
    ['a hash that is no text', { persistedQuery: { version: 1, sha256Hash: 1 } }],
    ['an endless hash', { persistedQuery: { version: 1, sha256Hash: 'x'.repeat(1_000) } }],
    ['no record', { persistedQuery: 'x' }],
  ])('are refused with %s', async (_name, extensions) => {
    const answer = await (await serving()).post({ extensions });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_REQUEST']);
  });

  it('are shared by all gateways, and believed only with their hash', async () => {
    const shared = createMemoryCache();
    const [first, second] = await Promise.all([serving(shared), serving(shared)]);
    await first.post({ query: ME, extensions: apq(ME) });
    await until(async () => codeOf(await second.post({ extensions: apq(ME) })), isNone);
    const forged = `mercato:document:v1:${sha(BOOK)}`;
    const [read] = await shared.read([forged]);
    if (!read || read.hit || read.lease === null) throw new Error('the store gave no lease');
    await shared.fill([{ key: forged, lease: read.lease, text: '{ __typename }', ttlSeconds: 60 }]);
    expect(codeOf(await second.post({ extensions: apq(BOOK) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('are kept in Redis for gateways that come later', async () => {
    const redis = connectRedis(await freshRedisUrl(), silent);
    await once(redis, 'ready');
    const shared = createRedisCache(redis, silent);
    const first = await serving(shared);
    await first.post({ query: ME, extensions: apq(ME) });
    const key = `mercato:document:v1:${sha(ME)}`;
    await until(
      () => redis.get(key),
      (text) => text === ME,
    );
    expect(await redis.ttl(key)).toBeGreaterThan(86_000);
    const later = await serving(shared);
    expect((await later.post({ extensions: apq(ME) })).body.data).toEqual({ me: { name: 'Ada' } });
    // With Redis away, clients send the text again.
    redis.disconnect();
    expect(codeOf(await later.post({ extensions: apq(BOOK) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await later.post({ extensions: apq(ME) })).body.data).toEqual({ me: { name: 'Ada' } });
    await shared.close();
  });

  it('are not supported where that is off', async () => {
    const gateway = await serving(null, false);
    expect(codeOf(await gateway.post({ extensions: apq(ME) }))).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
    expect((await gateway.post({ query: ME, extensions: apq(ME) })).body.data).toEqual({ me: { name: 'Ada' } });
  });

  it('work over sockets', async () => {
    const gateway = await serving();
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const ask = async (query: string): Promise<unknown> => {
      const { value } = await client.iterate({ query, extensions: apq(ME) }).next();
      return value;
    };
    await expect(ask('')).rejects.toMatchObject([{ message: 'PersistedQueryNotFound' }]);
    expect(await ask(ME)).toMatchObject({ data: { me: { name: 'Ada' } } });
    expect(await ask('')).toMatchObject({ data: { me: { name: 'Ada' } } });
    await client.dispose();
  });
});
