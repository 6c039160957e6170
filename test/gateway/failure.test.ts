import { AppError } from '../../platform/errors';
import type { SubgraphClient } from '../../platform/federation';
import { testGateway, type TestGateway } from './support/gateway';
import { LIBRARY_SDL, librarySupergraph } from './support/library';
import { deferred, recording } from './support/recording';

describe('when a subgraph is away', () => {
  let gateway: TestGateway;
  let away = new Set<string>();
  const wrap = (client: SubgraphClient): SubgraphClient => ({
    ...client,
    execute: (request) => {
      if (!away.has(client.name)) return client.execute(request);
      return Promise.reject(
        new AppError('UPSTREAM_UNAVAILABLE', `The ${client.name} service cannot be reached right now; try again`, {
          service: client.name,
        }),
      );
    },
    subscribe: (request, receiver) => client.subscribe(request, receiver),
  });

  beforeAll(async () => {
    gateway = await testGateway({ wrap });
  });
  afterAll(() => gateway.stop());
  afterEach(() => {
    away = new Set();
  });

  it('the rest of the answer stands, with one error at the first place that lacks something', async () => {
    away.add('people');
    const { status, body } = await gateway.query('{ books { title pages author { id name email } } }');
    expect(status).toBe(200);
    expect(body.data).toEqual({
      books: [
        { title: 'One', pages: 300, author: null },
        { title: 'Two', pages: 90, author: null },
        { title: 'Three', pages: 15, author: null },
      ],
    });
    expect(body.errors).toEqual([
      {
        message: 'The people service cannot be reached right now; try again',
        path: ['books', 0, 'author'],
        extensions: { code: 'UPSTREAM_UNAVAILABLE', service: 'people', requestId: expect.any(String) },
      },
    ]);
  });

  it('a nullable root field is null, another subgraph still answers', async () => {
    away.add('people');
    const { body } = await gateway.query('{ me { name } topReview { body by { name } } }');
    expect(body.data).toEqual({ me: null, topReview: { body: 'Good', by: { name: 'Bo' } } });
    expect(body.errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([[['me'], 'UPSTREAM_UNAVAILABLE']]);
  });

  it('a root field that may not be null takes the whole answer with it', async () => {
    away.add('books');
    const { status, body } = await gateway.query('{ me { name } books { title } }');
    expect([status, body.data]).toEqual([200, null]);
    expect(body.errors?.map(({ path }) => path)).toEqual([['books']]);
  });

  it('all recovers with the subgraph, without a restart', async () => {
    away.add('people');
    await gateway.query('{ people { name } }');
    away.clear();
    expect((await gateway.query('{ people { name } }')).body.errors).toBeUndefined();
  });
});

describe('what a subgraph may answer wrongly', () => {
  const answering =
    (name: string, response: unknown) =>
    (client: SubgraphClient): SubgraphClient =>
      client.name === name ? { ...client, execute: async () => structuredClone(response) as never } : client;
  const ask = async (wrap: (client: SubgraphClient) => SubgraphClient, query: string) => {
    const gateway = await testGateway({ wrap });
    const answer = await gateway.query(query);
    await gateway.stop();
    return answer.body;
  };

  it('is hidden when it is an error in no form of ours', async () => {
    const body = await ask(
      answering('people', { errors: [{ message: 'password is hunter2', path: ['me'] }], data: { me: null } }),
      '{ me { name } }',
    );
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(body.errors?.[0]).toMatchObject({ path: ['me'], extensions: { code: 'INTERNAL_SERVER_ERROR' } });
  });

  it('is hidden when it refuses what was planned', async () => {
    const body = await ask(
      answering('people', { errors: [{ message: 'Unknown field', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }),
      '{ me { name } }',
    );
    expect(body.errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
  });

  it.each([
    ['a null where none may be', { data: { people: [{ name: null }] } }],
    ['a value of another type', { data: { people: [{ name: 7 }] } }],
  ])('is an error of ours: %s', async (_name, response) => {
    const body = await ask(answering('people', response), '{ people { name } }');
    expect(body.data).toBeNull();
    expect(body.errors).toMatchObject([{ path: ['people', 0, 'name'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });

  it('is a null for a hidden enum value', async () => {
    const body = await ask(answering('people', { data: { me: { name: 'x', role: 'HIDDEN' } } }), '{ me { name role } }');
    expect(body).toMatchObject({ data: { me: null }, errors: [{ path: ['me', 'role'] }] });
  });

  it('is NOT_FOUND for an entity that is no more', async () => {
    const body = await ask(
      answering('people', { data: { _entities: [null, { __typename: 'Person', name: 'Cy' }] } }),
      '{ books { title author { id name } } }',
    );
    expect(body.data).toEqual({
      books: [
        { title: 'One', author: null },
        { title: 'Two', author: { id: 'p3', name: 'Cy' } },
        { title: 'Three', author: null },
      ],
    });
    expect(body.errors).toMatchObject([{ path: ['books', 0, 'author', 'name'], extensions: { code: 'NOT_FOUND' } }]);
  });

  it.each([
    ['no list', { data: { _entities: null } }],
    ['a list of another length', { data: { _entities: [] } }],
  ])('is an error for entities when it is %s', async (_name, response) => {
    const body = await ask(answering('people', response), '{ books { title author { name } } }');
    expect(body.data).toMatchObject({ books: [{ title: 'One', author: null }, {}, {}] });
    expect(body.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });
});

describe('entities', () => {
  it('that are equal are asked once, and each place is its own', async () => {
    const asked: unknown[] = [];
    const wrap = (client: SubgraphClient): SubgraphClient => ({
      ...client,
      execute: (request) => {
        const { representations } = (request.variables ?? {}) as { representations?: unknown[] };
        if (representations) asked.push(representations.length);
        return client.execute(request);
      },
    });
    const gateway = await testGateway({ wrap });
    const { body } = await gateway.query('{ shelf { title author { name } reviews { body } } }');
    expect(asked.sort((a, b) => Number(a) - Number(b))).toEqual([1, 2]);
    expect(body.data).toMatchObject({
      shelf: [{ title: 'Lost' }, { title: 'One', reviews: [{}, {}] }, null, { title: 'One', reviews: [{}, {}] }],
    });
    await gateway.stop();
  });
});

describe('a new supergraph', () => {
  const grown = librarySupergraph({ people: `${LIBRARY_SDL['people']} extend type Query { newcomer: Person }` });

  it('serves from the next request on, while running requests end on the old one', async () => {
    const calls = recording();
    const gateway = await testGateway({ wrap: calls.wrap, responseCache: false });
    expect((await gateway.query('{ newcomer { id } }')).body.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    const gate = deferred();
    const asked = calls.holdNext(gate.promise);
    const running = gateway.query('{ people { name works { title } } }');
    await asked;
    await gateway.swapSupergraph(grown);
    const validated = await gateway.query('{ __type(name: "Query") { fields { name } } }');
    expect(JSON.stringify(validated.body.data)).toContain('newcomer');
    const byGet = await fetch(`${gateway.url}/graphql?query={__type(name:"Query"){fields{name}}}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(await byGet.text()).toContain('newcomer');
    gate.resolve();
    expect((await running).body.errors).toBeUndefined();
    await gateway.stop();
  });

  it('that is broken changes nothing', async () => {
    const gateway = await testGateway();
    await expect(gateway.swapSupergraph('type Query { a: Int }')).rejects.toThrow('supergraph');
    expect((await gateway.query('{ me { name } }')).body.data).toEqual({ me: { name: 'Ada' } });
    await gateway.stop();
  });
});

describe('stopping', () => {
  it('lets a running request finish, and says that it drains', async () => {
    const calls = recording();
    const gateway = await testGateway({ wrap: calls.wrap });
    const gate = deferred();
    const asked = calls.holdNext(gate.promise);
    const running = gateway.query('{ people { name } }');
    await asked;
    const stopped = gateway.stop();
    gate.resolve();
    expect((await running).status).toBe(200);
    await stopped;
    await expect(gateway.query('{ people { name } }')).rejects.toThrow('fetch failed');
  });
});

describe('when a subgraph of the same process hangs', () => {
  const signals: (AbortSignal | undefined)[] = [];
  let gateway: TestGateway;

  beforeAll(async () => {
    const wrap = (client: SubgraphClient): SubgraphClient => ({
      ...client,
      execute: (request) => {
        if (client.name !== 'people') return client.execute(request);
        signals.push(request.signal);
        return new Promise(() => undefined);
      },
    });
    gateway = await testGateway({ wrap, operationTimeoutMs: 150, responseCache: false });
  });
  afterAll(() => gateway.stop());

  it('what is missing is answered as late, what was answered stands, and the call is told to end', async () => {
    const { status, body } = await gateway.query('{ books { title author { email } } }');
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ books: [{ title: 'One', author: { email: null } }, {}, {}] });
    expect(body.errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED', service: 'people' } }]);
    expect(signals.at(-1)?.aborted).toBe(true);
  });

  it('a mutation is answered as late too, and left to end by itself', async () => {
    const { body } = await gateway.query('mutation { rename(id: "p1", name: "X") { name } }');
    expect(body.errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED', service: 'people' } }]);
    expect(signals.at(-1)).toBeUndefined();
  });
});
