import { createHash } from 'node:crypto';
import { freePort } from '../../cli/local/free-port';
import { testGateway, type TestGateway } from './support/gateway';

const GRAPHQL_RESPONSE = { accept: 'application/graphql-response+json' };

describe('GraphQL over HTTP', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.stop());

  const get = (parameters: Record<string, string>, headers: Record<string, string> = { 'apollo-require-preflight': '1' }) =>
    fetch(`${gateway.url}/graphql?${new URLSearchParams(parameters)}`, { headers });

  it('gives every answer a request id, in header and body', async () => {
    const { headers, body } = await gateway.query('{ me { name } }');
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{16}$/);
    expect(body.extensions).toEqual({ requestId: headers.get('x-request-id') });
  });

  it('keeps a sane request id of the client, and replaces any other', async () => {
    const kept = await gateway.query('{ explode }', {}, { 'x-request-id': 'client-1234' });
    expect(kept.headers.get('x-request-id')).toBe('client-1234');
    expect(kept.body.errors?.[0]?.extensions).toEqual({ code: 'CONFLICT', fuse: 1, requestId: 'client-1234' });
    const replaced = await gateway.query('{ me { name } }', {}, { 'x-request-id': 'a b' });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[\w-]{16}$/);
  });

  it.each([
    ['a syntax error', '{ me ', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a wrong variable', 'query ($id: ID!) { person(id: $id) { name } }', 'BAD_USER_INPUT'],
    ['several operations without a name', 'query A { me { name } } query B { me { email } }', 'OPERATION_RESOLUTION_FAILURE'],
    ['a reserved alias', '{ __proto__: me { name } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('answers %s with its code, 200 as JSON and 400 as a GraphQL response', async (_name, query, code) => {
    const plain = await gateway.query(query);
    expect([plain.status, plain.body.errors?.[0]?.extensions['code'], plain.body.data]).toEqual([200, code, undefined]);
    expect(plain.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const modern = await gateway.query(query, {}, GRAPHQL_RESPONSE);
    expect([modern.status, modern.body.errors?.[0]?.extensions['code']]).toEqual([400, code]);
    expect(modern.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  it('answers 200 in either type once anything was executed', async () => {
    expect((await gateway.query('{ explode }', {}, GRAPHQL_RESPONSE)).status).toBe(200);
    expect((await gateway.query('{ mustExplode }', {}, GRAPHQL_RESPONSE)).status).toBe(200);
  });

  it('picks the operation by its name', async () => {
    const { body } = await gateway.post({ query: 'query A { me { name } } query B { me { id } }', operationName: 'B' });
    expect(body.data).toEqual({ me: { id: 'p1' } });
  });

  it('answers GET queries, and no mutation by GET', async () => {
    const response = await get({ query: 'query ($id: ID!) { person(id: $id) { name } }', variables: '{"id":"p3"}' });
    expect(await response.json()).toMatchObject({
      data: { person: { name: 'Cy' } },
      extensions: { requestId: expect.any(String) },
    });
    const mutation = await get({ query: 'mutation { fail }' });
    expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'POST']);
    const { errors } = (await mutation.json()) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toBe('BAD_REQUEST');
  });

  it('answers HEAD as GET, without a body', async () => {
    const url = `${gateway.url}/graphql?${new URLSearchParams({ query: '{ me { name } }' })}`;
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'application/json; charset=utf-8',
      '',
    ]);
    expect((await fetch(`${gateway.url}/graphql?query=mutation+{+fail+}`, { method: 'HEAD' })).status).toBe(405);
  });

  it.each([
    ['no text', ''],
    ['a parameter twice', 'query={me{name}}&query={me{name}}'],
    ['variables that are no JSON', 'query={me{name}}&variables={'],
    ['variables that are a list', 'query={me{name}}&variables=[]'],
    ['extensions that are a text', 'query={me{name}}&extensions="x"'],
  ])('refuses a GET with %s', async (_name, search) => {
    const response = await fetch(`${gateway.url}/graphql?${search}`);
    expect([response.status, await response.json()]).toMatchObject([400, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }]);
  });

  const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36' };

  it.each<[string, Record<string, string>]>([
    ['from another site', { ...BROWSER, 'sec-fetch-site': 'cross-site' }],
    ['from another site that asks for our own type', { ...GRAPHQL_RESPONSE, 'sec-fetch-site': 'cross-site' }],
    ['from a neighbour site', { 'sec-fetch-site': 'same-site' }],
    ['from a browser that does not say where from', BROWSER],
    ['with cookies', { cookie: 'session=1' }],
    ['from a page', { origin: 'https://evil.example' }],
    ['as a form', { ...BROWSER, 'content-type': 'text/plain' }],
  ])('refuses a GET %s, unless the browser asked first', async (_name, headers) => {
    const simple = await get({ query: '{ me { name } }' }, headers);
    expect([simple.status, await simple.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) } }] },
    ]);
    const { 'content-type': _type, ...others } = headers;
    expect((await get({ query: '{ me { name } }' }, { ...others, 'apollo-require-preflight': '1' })).status).toBe(200);
    expect((await get({ query: '{ me { name } }' }, { ...others, 'content-type': 'application/json' })).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['its own pages', { ...BROWSER, 'sec-fetch-site': 'same-origin' }],
    ['programs', {}],
  ])('answers a GET of %s', async (_name, headers) => {
    expect((await get({ query: '{ me { name } }' }, headers)).status).toBe(200);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'refuses a POST of %s, which browsers send across sites',
    async (type) => {
      const form = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{"query":"{ me { name } }"}',
      });
      expect(form.status).toBe(400);
    },
  );

  it.each([
    ['a batch', '[{"query":"{ me { name } }"}]', 400],
    ['broken JSON', '{"query":', 400],
    ['no query', '{}', 400],
    ['variables as text', '{"query":"{ me { name } }","variables":"{}"}', 400],
  ])('refuses %s', async (_name, text, status) => {
    const answer = await gateway.post(text);
    expect([answer.status, answer.body.errors?.[0]?.extensions['code']]).toEqual([status, 'BAD_REQUEST']);
    expect(answer.body.extensions['requestId']).toBe(answer.headers.get('x-request-id'));
  });

  it('refuses a body beyond 256 KB with 413', async () => {
    const answer = await gateway.query('{ me { name } }', { filler: 'x'.repeat(300_000) });
    expect([answer.status, answer.body.errors?.[0]?.extensions['code']]).toEqual([413, 'BAD_REQUEST']);
  });

  it('answers 406 to a client that accepts neither type, and 405 to other methods', async () => {
    expect((await gateway.query('{ me { name } }', {}, { accept: 'image/png' })).status).toBe(406);
    expect(
      (await fetch(`${gateway.url}/graphql`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' }))
        .status,
    ).toBe(405);
  });

  it('registers and finds persisted queries', async () => {
    const query = '{ person(id: "p2") { name } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
    const missing = await gateway.post({ extensions });
    expect([missing.status, missing.body.errors?.[0]?.extensions['code']]).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
    expect((await gateway.post({ query, extensions })).body.data).toEqual({ person: { name: 'Bo' } });
    expect((await gateway.post({ extensions })).body.data).toEqual({ person: { name: 'Bo' } });
  });

  it('says where subscriptions go', async () => {
    const { body, status } = await gateway.query('subscription { ticks(to: 1) }');
    expect([status, body.errors?.[0]?.extensions['code'], body.errors?.[0]?.message]).toEqual([
      400,
      'BAD_REQUEST',
      expect.stringContaining('WebSocket'),
    ]);
  });

  it('counts subgraph calls for who asks outside production', async () => {
    const { body } = await gateway.query('{ books { title author { name } reviews { body } } }', {}, { 'x-mercato-count': '1' });
    expect(body.extensions).toMatchObject({ counts: { subgraphCalls: 3, statements: 0 } });
  });

  it('tells that it is well, ready and what it measured', async () => {
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('mercato_gateway_subgraph_seconds_bucket{le="0.005",subgraph="people",outcome="ok"}');
    expect(metrics).toContain('mercato_gateway_plans_total{outcome="hit"}');
  });
});

describe('limits', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.stop());

  const nested = (depth: number): string => `{ me { ${'manager { '.repeat(depth - 2)}name${' }'.repeat(depth - 2)} } }`;
  const doubled = Array.from(
    { length: 12 },
    (_, at) => `fragment F${at} on Person { a${at}: manager { ...F${at + 1} } b${at}: manager { ...F${at + 1} } }`,
  );

  it.each([
    ['depth', nested(16), { limit: 'depth', allowed: 15, actual: 16 }],
    [
      'aliases of __typename',
      `{ ${Array.from({ length: 31 }, (_, at) => `a${at}: __typename`).join(' ')} }`,
      { limit: 'rootFields' },
    ],
    [
      'aliases',
      `{ me { ${Array.from({ length: 31 }, (_, at) => `a${at}: name`).join(' ')} } }`,
      { limit: 'aliases', allowed: 30, actual: 31 },
    ],
    ['root fields', `{ ${'__typename '.repeat(1000)} }`, { limit: 'rootFields', allowed: 20, actual: 1000 }],
    ['one field again and again', `{ me { ${'name '.repeat(1001)} } }`, { limit: 'fields', allowed: 1000, actual: 1002 }],
    [
      'directives of one field',
      `{ me { name ${'@include(if: true) '.repeat(6)} } }`,
      { limit: 'directivesPerField', allowed: 5, actual: 6 },
    ],
    ['unknown directives', `{ me { name ${'@aa '.repeat(10)} } }`, { limit: 'directivesPerField' }],
    ['directives', `{ me { ${'name @include(if: true) '.repeat(51)} } }`, { limit: 'directives', allowed: 50, actual: 51 }],
    ['tokens', `{ me { ${'a '.repeat(2_001)} } }`, { limit: 'tokens', allowed: 2000 }],
    [
      'lists in lists',
      `{ works { ${'author { works { '.repeat(5)} title ${'} } '.repeat(5)} } }`,
      { limit: 'cost', allowed: 100_000, actual: 337_040 },
    ],
    ['fragments that double', `{ me { ...F0 } } ${doubled.join(' ')} fragment F12 on Person { name }`, { limit: 'fields' }],
  ])('of %s', async (_name, query, details) => {
    const { body } = await gateway.query(query);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TOO_LARGE', ...details });
    expect(body.data).toBeUndefined();
  });

  it('of circular introspection', async () => {
    const circular =
      '{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }';
    expect((await gateway.query(circular)).body.errors?.[0]?.extensions['code']).toBe('OPERATION_TOO_LARGE');
  });

  it('let through what is just small enough, and the introspection of tools', async () => {
    expect((await gateway.query(nested(15))).body.errors).toBeUndefined();
    const { getIntrospectionQuery } = await import('graphql');
    expect(
      (await gateway.query(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }))).body.errors,
    ).toBeUndefined();
  });

  it('are the same by GET', async () => {
    const url = `${gateway.url}/graphql?${new URLSearchParams({ query: nested(16) })}`;
    const body = await (await fetch(url, { headers: { 'apollo-require-preflight': '1' } })).json();
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TOO_LARGE' } }] });
  });

  it('refuse fragments that contain themselves without hanging', async () => {
    const { body } = await gateway.query('{ me { ...F } } fragment F on Person { manager { ...F } }');
    expect(body.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('production', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await testGateway({ environment: 'production', introspection: false });
  });
  afterAll(() => gateway.stop());

  it('has no introspection for the public', async () => {
    const { body } = await gateway.query('{ __schema { types { name } } }');
    expect(body.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await gateway.query('{ __typename me { __typename } }')).body.data).toEqual({
      __typename: 'Query',
      me: { __typename: 'Person' },
    });
  });

  it('suggests no names', async () => {
    const { body } = await gateway.query('{ mee { name } }');
    expect(body.errors?.[0]?.message).toBe('Cannot query field "mee" on type "Query".');
  });

  it('measures for nobody but its own, on a port for that', async () => {
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
    const metricsPort = await freePort();
    const measured = await testGateway({ environment: 'production', introspection: false, metricsPort });
    expect((await fetch(`${measured.url}/metrics`)).status).toBe(404);
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(await metrics.text()).toContain('mercato_gateway_sockets');
    await measured.stop();
  });

  it('still serves while balancers notice that it is about to stop', async () => {
    const leaving = await testGateway({ drainMs: 400 });
    const stopped = leaving.stop();
    expect((await fetch(`${leaving.url}/ready`)).status).toBe(503);
    expect((await leaving.query('{ me { name } }')).body.errors).toBeUndefined();
    await stopped;
    await expect(leaving.query('{ me { name } }')).rejects.toThrow('fetch failed');
  });

  it('counts nothing for clients', async () => {
    expect((await gateway.query('{ me { name } }', {}, { 'x-mercato-count': '1' })).body.extensions).not.toHaveProperty('counts');
  });
});
