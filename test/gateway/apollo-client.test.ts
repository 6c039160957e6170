import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache, type ApolloLink } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { manifestFiles } from '../../gateway';
import { createLogger } from '../../platform/observability';
import { testGateway, type TestGateway } from './support/gateway';

const ME = gql`
  query Me {
    me {
      id
      name
    }
  }
`;
const LATER = gql`
  query Later {
    me {
      id
      ... on Person @defer(label: "more") {
        name
        reviews {
          id
        }
      }
    }
  }
`;

describe('Apollo Client', () => {
  let gateway: TestGateway;
  const sent: { method: string; body: { query?: string } | null }[] = [];

  beforeAll(async () => {
    gateway = await testGateway();
  });
  beforeEach(() => {
    sent.length = 0;
  });
  afterAll(() => gateway.stop());

  const http = (url: string): HttpLink =>
    new HttpLink({
      uri: `${url}/graphql`,
      fetch: (target, options) => {
        const body = typeof options?.body === 'string' ? (JSON.parse(options.body) as { query?: string }) : null;
        sent.push({ method: options?.method ?? 'GET', body });
        return fetch(target, options);
      },
    });
  const client = (link: ApolloLink, isNew = false): ApolloClient =>
    new ApolloClient({
      link,
      cache: new InMemoryCache(),
      incrementalHandler: isNew ? new GraphQL17Alpha9Handler() : new Defer20220824Handler(),
    });
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

  it('registers a document once, and asks by its hash from then on, by GET too', async () => {
    const persisted = (useGETForHashedQueries: boolean): ApolloLink => new PersistedQueryLink({ sha256, useGETForHashedQueries });
    const ask = async (link: ApolloLink): Promise<unknown> =>
      (await client(link.concat(http(gateway.url))).query({ query: ME })).data;
    expect(await ask(persisted(false))).toMatchObject({ me: { name: 'Ada' } });
    expect(sent.map(({ body }) => typeof body?.query)).toEqual(['undefined', 'string']);
    expect(await ask(persisted(false))).toMatchObject({ me: { name: 'Ada' } });
    expect(await ask(persisted(true))).toMatchObject({ me: { name: 'Ada' } });
    expect(sent.slice(2).map(({ method, body }) => [method, typeof body?.query])).toEqual([
      ['POST', 'undefined'],
      ['GET', 'undefined'],
    ]);
  });

  it('asks for what its manifest lists where nothing else is answered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manifest-'));
    const path = join(folder, 'manifest.json');
    // The client adds __typename to what it sends, and so does the generator of its manifests.
    const text = 'query Me {\n  me {\n    id\n    name\n    __typename\n  }\n}';
    await writeFile(
      path,
      JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: 'me-id', name: 'Me', type: 'query', body: text }],
      }),
    );
    const source = manifestFiles([{ path, client: null }], createLogger({ logLevel: 'silent' }, 'test'));
    const strict = await testGateway({ documents: { mode: 'required', source } });
    const link = new PersistedQueryLink({ generateHash: () => 'me-id' });
    expect((await client(link.concat(http(strict.url))).query({ query: ME })).data).toMatchObject({ me: { name: 'Ada' } });
    await expect(client(http(strict.url)).query({ query: ME })).rejects.toThrow('by their id');
    await strict.stop();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['its own form', false],
    ['the newer form', true],
  ])('takes what is deferred in %s', async (_name, isNew) => {
    const seen: unknown[] = [];
    const last = await new Promise<{ data: unknown }>((resolve, reject) => {
      client(http(gateway.url), isNew)
        .watchQuery({ query: LATER })
        .subscribe({
          next: (result) => {
            seen.push(result.dataState);
            if (result.error) reject(result.error);
            if (result.dataState === 'complete') resolve(result);
          },
          error: reject,
        });
    });
    expect(last.data).toMatchObject({ me: { id: 'p1', name: 'Ada', reviews: [] } });
    expect(seen).toContain('streaming');
  });
});
