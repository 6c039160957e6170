import type { SubgraphClient } from '../../platform/federation';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { testGateway, type TestGateway } from './support/gateway';
import { guardedWorld } from './support/guarded';
import { readParts, type Part } from './support/multipart';
import { deferred } from './support/recording';

const APOLLO = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9';
const NEW = 'multipart/mixed;incrementalSpec=v0.2,application/json';

describe('@defer', () => {
  let gateway: TestGateway;
  let hold: { readonly service: string; readonly gate: Promise<void> } | null = null;

  const wrap = (client: SubgraphClient): SubgraphClient => ({
    ...client,
    execute: async (request) => {
      const held = hold?.service === client.name ? hold : null;
      if (held) await held.gate;
      return client.execute(request);
    },
  });

  beforeAll(async () => {
    gateway = await testGateway({ wrap });
  });
  afterEach(() => {
    hold = null;
  });
  afterAll(() => gateway.stop());

  const ask = (query: string, variables: object = {}, accept = APOLLO): Promise<Response> =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query, variables }),
    });
  const partsOf = async (query: string, variables: object = {}, accept = APOLLO): Promise<Part[]> => {
    const parts: Part[] = [];
    for await (const part of readParts(await ask(query, variables, accept))) parts.push(part);
    return parts;
  };

  it('sends what is deferred in parts of their own, as Apollo Client asks for them', async () => {
    const response = await ask('{ me { id ... @defer(label: "more") { name reviews { body } } } }');
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    const text = await response.text();
    expect(text.startsWith('\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n{')).toBe(true);
    expect(text.endsWith('}\r\n-----\r\n')).toBe(true);
    const [first, second] = await partsOf('{ me { id ... @defer(label: "more") { name reviews { body } } } }');
    expect(first).toEqual({ data: { me: { id: 'p1' } }, hasNext: true, extensions: { requestId: expect.any(String) } });
    expect(second).toEqual({
      incremental: [{ data: { name: 'Ada', reviews: [] }, path: ['me'], label: 'more' }],
      hasNext: false,
    });
  });

  it('sends the first part before the deferred one is fetched', async () => {
    const gate = deferred();
    hold = { service: 'reviews', gate: gate.promise };
    const parts = readParts(await ask('{ books { title ... @defer { reviews { body } } } }'));
    expect((await parts.next()).value).toMatchObject({
      data: { books: [{ title: 'One' }, { title: 'Two' }, { title: 'Three' }] },
    });
    gate.resolve();
    expect((await parts.next()).value).toMatchObject({
      incremental: [
        { path: ['books', 0], data: { reviews: [{ body: 'Good' }, { body: 'Bad' }] } },
        { path: ['books', 1], data: { reviews: [{ body: 'Fine' }] } },
        { path: ['books', 2], data: { reviews: [] } },
      ],
      hasNext: false,
    });
  });

  it('defers at the root, within what is deferred, and by fragments of a name', async () => {
    const parts = await partsOf(`
      query { __typename ...People @defer(label: "people") }
      fragment People on Query { people { id ...Name @defer } }
      fragment Name on Person { name }`);
    expect(parts[0]).toMatchObject({ data: { __typename: 'Query' }, hasNext: true });
    expect(parts[1]).toMatchObject({
      incremental: [{ path: [], label: 'people', data: { people: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }] } }],
    });
    expect(parts.slice(2).flatMap(({ incremental = [] }) => incremental)).toEqual(
      ['Ada', 'Bo', 'Cy'].map((name, at) => ({ path: ['people', at], data: { name } })),
    );
    expect(parts.at(-1)?.hasNext).toBe(false);
  });

  it('answers only records of the type that the fragment is on', async () => {
    const parts = await partsOf('{ works { title ... on Book @defer { pages } } }');
    expect(parts.flatMap(({ incremental = [] }) => incremental).map(({ path }) => path)).toEqual([
      ['works', 0],
      ['works', 1],
      ['works', 2],
    ]);
  });

  it('does not defer where the client says so, by value or variable', async () => {
    for (const [query, variables] of [
      ['{ me { id ... @defer(if: false) { name } } }', {}],
      ['query ($yes: Boolean!) { me { id ... @defer(if: $yes) { name } } }', { yes: false }],
    ] as const) {
      const response = await ask(query, variables);
      expect(response.headers.get('content-type')).toMatch('application/graphql-response+json');
      expect(await response.json()).toMatchObject({ data: { me: { id: 'p1', name: 'Ada' } } });
    }
    expect(await partsOf('query ($yes: Boolean!) { me { id ... @defer(if: $yes) { name } } }', { yes: true })).toHaveLength(2);
  });

  it('answers clients that take no parts in one piece', async () => {
    const { headers, body } = await gateway.query('{ me { id ... @defer { name ... @defer { email } } } }');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body.data).toEqual({ me: { id: 'p1', name: 'Ada', email: 'ada@example.org' } });
  });

  it('tells errors in the part where they happen, and keeps their nulls in it', async () => {
    const parts = await partsOf('{ book(id: "b2") { id ... @defer(label: "a") { fragile } ... @defer(label: "b") { title } } }');
    expect(parts[0]).toMatchObject({ data: { book: { id: 'b2' } } });
    expect(parts[0]?.errors).toBeUndefined();
    const all = parts.flatMap(({ incremental = [] }) => incremental);
    const broken = all.find(({ label }) => label === 'a');
    expect(broken).toMatchObject({ data: null, path: ['book'], errors: [{ path: ['book', 'fragile'] }] });
    expect(all.find(({ label }) => label === 'b')).toEqual({ data: { title: 'Two' }, path: ['book'], label: 'b' });
  });

  it('defers nothing of what became null', async () => {
    const missing = await ask('{ person(id: "p404") { id ... @defer { name } } }');
    expect(await missing.json()).toMatchObject({ data: { person: null } });
    const broken = await ask('{ mustExplode me { id ... @defer { name } } }');
    expect(await broken.json()).toMatchObject({ data: null, errors: [{ path: ['mustExplode'] }] });
  });

  it('works in mutations below what they change', async () => {
    const parts = await partsOf('mutation { rename(id: "p2", name: "Bob") { name ... @defer { reviews { body } } } }');
    expect(parts[0]).toMatchObject({ data: { rename: { name: 'Bob' } }, hasNext: true });
    expect(parts[1]).toMatchObject({
      incremental: [{ path: ['rename'], data: { reviews: [{ body: 'Good' }, { body: 'Fine' }] } }],
    });
  });

  it('speaks the newer form to who asks for it', async () => {
    const parts = await partsOf('{ book(id: "b2") { id ... @defer(label: "a") { title } ... @defer { fragile } } }', {}, NEW);
    expect(parts[0]).toMatchObject({
      data: { book: { id: 'b2' } },
      pending: [
        { id: '0', path: ['book'], label: 'a' },
        { id: '1', path: ['book'] },
      ],
      hasNext: true,
    });
    expect(parts.flatMap(({ incremental = [] }) => incremental)).toEqual([{ id: '0', data: { title: 'Two' } }]);
    const completed = parts.flatMap(({ completed: each = [] }) => each).sort((one, other) => Number(one.id) - Number(other.id));
    expect(completed).toEqual([{ id: '0' }, { id: '1', errors: [expect.objectContaining({ path: ['book', 'fragile'] })] }]);
    expect(parts.at(-1)?.hasNext).toBe(false);
  });

  it('ends the rest when its client is gone', async () => {
    const gate = deferred();
    hold = { service: 'reviews', gate: gate.promise };
    const parts = readParts(await ask('{ me { id ... @defer { reviews { body ... @defer { book { title } } } } } }'));
    await parts.next();
    await parts.return(undefined);
    gate.resolve();
    expect((await gateway.query('{ me { id } }')).body.data).toEqual({ me: { id: 'p1' } });
  });

  it('is one answer over a socket', async () => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const results = [];
    for await (const result of client.iterate({ query: '{ me { id ... @defer { name } } }' })) results.push(result);
    expect(results).toMatchObject([{ data: { me: { id: 'p1', name: 'Ada' } } }]);
    await client.dispose();
  });

  it('ends what takes too long by an error in its part', async () => {
    const hasty = await testGateway({ wrap, operationTimeoutMs: 300 });
    const gate = deferred();
    await hasty.query('{ me { id name reviews { body } } }');
    hold = { service: 'reviews', gate: gate.promise };
    const headers = { 'content-type': 'application/json', accept: APOLLO };
    const body = JSON.stringify({ query: '{ me { id ... @defer { reviews { body } } } }' });
    const parts: Part[] = [];
    for await (const part of readParts(await fetch(`${hasty.url}/graphql`, { method: 'POST', headers, body }))) parts.push(part);
    gate.resolve();
    expect(parts).toMatchObject([
      { data: { me: { id: 'p1' } }, hasNext: true },
      {
        incremental: [{ path: ['me'], data: null, errors: [{ path: ['me'], extensions: { code: 'DEADLINE_EXCEEDED' } }] }],
        hasNext: false,
      },
    ]);
    await hasty.stop();
  });

  it('keeps from viewers what they may not see', async () => {
    const { supergraphSdl, subgraphs, asked } = guardedWorld();
    const guarded = await testGateway({ supergraphSdl, subgraphs });
    const query = '{ boss { id ... @defer(label: "a") { level } ... @defer(label: "b") { name salary } } }';
    const headers = { 'content-type': 'application/json', accept: APOLLO };
    const response = await fetch(`${guarded.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const found: NonNullable<Part['incremental']>[number][] = [];
    for await (const part of readParts(response)) found.push(...(part.incremental ?? []));
    const ofLabel = (wanted: string): unknown => found.find(({ label }) => label === wanted);
    const denied = (field: string) => [{ path: ['boss', field], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }];
    expect(ofLabel('a')).toMatchObject({ data: { level: null }, errors: denied('level') });
    expect(ofLabel('b')).toMatchObject({ data: { name: 'Ada', salary: null }, errors: denied('salary') });
    expect(asked.join()).not.toContain('salary');
    await guarded.stop();
  });

  it.each([
    ['a label that is a variable', 'query ($l: String) { me { ... @defer(label: $l) { name } } }'],
    ['a label twice', '{ me { ... @defer(label: "a") { name } ... @defer(label: "a") { id } } }'],
    ['the root of a mutation', 'mutation { ... @defer { fail } }'],
    ['subscriptions', 'subscription { bookAdded { ... @defer { title } } }'],
    ['a field', '{ me @defer { name } }'],
  ])('is refused on %s', async (_name, query) => {
    const response = await ask(query);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
  });

  it('is known to introspection', async () => {
    const { body } = await gateway.query('{ __schema { directives { name locations args { name } } } }');
    expect((body.data as unknown as { __schema: { directives: unknown[] } }).__schema.directives).toContainEqual({
      name: 'defer',
      locations: ['FRAGMENT_SPREAD', 'INLINE_FRAGMENT'],
      args: [{ name: 'if' }, { name: 'label' }],
    });
  });
});
