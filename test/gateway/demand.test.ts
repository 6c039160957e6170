import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { buildSchema, getVariableValues, Kind, parse, validate, type FragmentDefinitionNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { CostDirectives, demandOf } from '../../gateway/demand';
import { DEFAULT_LIMITS } from '../../gateway/operations/limits';
import { loadSupergraph } from '../../gateway/supergraph/load';
import { createLogger } from '../../platform/observability';
import { testGateway } from './support/gateway';
import { executeMonolith, Library, librarySupergraph } from './support/library';
import { randomFrom, randomQuery } from './support/random-operation';
import { recording } from './support/recording';

const schema = buildSchema(readFileSync(join(__dirname, '../../schema/api.graphql'), 'utf8'));

/** Records that an operation on the shop may answer. */
function sizeOf(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the operation comes first');
  const rootType = schema.getRootType(operation.operation);
  const measured = { rootType, selections: operation.selectionSet, fragments };
  return demandOf(schema, new CostDirectives(''), measured).estimate(variables);
}

describe('the estimated size of an answer', () => {
  it('counts a page by what was asked, at nodes and at edges', () => {
    expect(sizeOf('{ products(first: 20) { nodes { id } pageInfo { hasNextPage } } }')).toBe(22);
    expect(sizeOf('{ products(last: 20) { edges { cursor node { id } } } }')).toBe(1 + 20 * 2);
  });

  it('reads page sizes from variables, and keys', () => {
    const query = 'query ($n: Int = 7) { products(first: $n) { nodes { id } } }';
    expect(sizeOf(query, { n: 50 })).toBe(51);
    expect(sizeOf('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b', 'c'] })).toBe(3);
    expect(sizeOf('{ nodes(ids: ["a", "b"]) { id } }')).toBe(2);
  });

  it('uses the default of the schema', () => {
    expect(sizeOf('query ($id: ID!) { product(id: $id) { images { url } } }')).toBe(1 + 10);
  });

  it('multiplies down, through fragments', () => {
    const cards =
      'fragment Card on Product { categories { ...Shelf } } fragment Shelf on Category { products(first: 10) { nodes { id } } }';
    expect(sizeOf(`{ products(first: 100) { nodes { ...Card } } } ${cards}`)).toBe(1 + 100 * (1 + 8 * (1 + 1 + 10)));
  });

  it.each([
    [
      'a hundred products with their variants and choices',
      `{ products(first: 100) { facets { tags { value count } categories { count } } nodes { id images { url } options { name values }
        categories { name ancestors { name } } variants { price { amount } selectedOptions { name value } } } } }`,
    ],
    ['a tree of categories, five levels deep', '{ categoryTree { children { children { children { children { name } } } } } }'],
    [
      'a hundred orders with what was bought',
      '{ me { orders(first: 100) { nodes { items { product { variants { price { amount } } } } events { type } payments { id } } } } }',
    ],
  ])('lets pass %s', (_name, query) => {
    expect(sizeOf(query)).toBeLessThanOrEqual(DEFAULT_LIMITS.cost);
  });

  it('is far over the limit for pages within pages', () => {
    const inner = 'nodes { categories { ancestors { products(first: 100) ';
    const query = `{ products(first: 100) { ${`${inner}{ `.repeat(3)} nodes { id } ${'} } } } '.repeat(3)} } }`;
    expect(sizeOf(query)).toBeGreaterThan(100 * DEFAULT_LIMITS.cost);
  });
});

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])\n`;

/** The demand of an operation on a graph of one subgraph. */
function demandIn(sdl: string, query: string, variables: Record<string, unknown> = {}) {
  const typeDefs = parse(LINK + sdl);
  const { supergraphSdl, schema: composed, errors } = composeServices([{ name: 'one', url: 'http://one.invalid', typeDefs }]);
  if (!supergraphSdl || !composed) throw new Error(errors?.join('\n'));
  const api = composed.toAPISchema().toGraphQLJSSchema();
  const document = parse(query);
  expect(validate(api, document)).toEqual([]);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the operation comes first');
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  );
  const measured = { rootType: api.getQueryType(), selections: operation.selectionSet, fragments };
  // Composition of this version knows no paths into input objects; supergraphs of newer ones have them.
  const withPaths = supergraphSdl.replace('slicingArguments: ["many"]', 'slicingArguments: ["many", "in.size"]');
  const demand = demandOf(api, new CostDirectives(withPaths), measured);
  const definitions = operation.variableDefinitions ?? [];
  const { coerced, errors: wrong } = getVariableValues(api, definitions, variables);
  if (!coerced) throw new Error(wrong.join('\n'));
  return {
    estimate: () => demand.estimate(coerced),
    actual: (data: Record<string, unknown>) => demand.actual(data, coerced),
  };
}

describe('@cost and @listSize', () => {
  it('weigh types, fields, leaves, arguments and input fields', () => {
    const sdl = `type Query { a(x: Int @cost(weight: 3), in: In): A b: B @cost(weight: 20) n: Int @cost(weight: 7) e: E }
      type A @cost(weight: 5) { id: ID! } type B @cost(weight: 9) { id: ID! } enum E @cost(weight: 2) { ONE }
      input In { y: Int @cost(weight: 11) below: In }`;
    expect(demandIn(sdl, '{ a { id } }').estimate()).toBe(5);
    expect(demandIn(sdl, '{ a(x: 1) { id } }').estimate()).toBe(8);
    expect(demandIn(sdl, '{ a(in: { y: 1, below: { y: 2 } }) { id } }').estimate()).toBe(5 + 22);
    expect(demandIn(sdl, '{ b { id } n e }').estimate()).toBe(20 + 7 + 2);
  });

  it('count the dearest of the places that ask for a field', () => {
    const sdl = `type Query { any: Any } interface Any { id: ID! } type A implements Any { id: ID! say(x: Int): Int }
      type B implements Any { id: ID! say(x: Int @cost(weight: 90)): Int }`;
    expect(demandIn(sdl, '{ any { ... on A { say(x: 1) } ... on B { say(x: 2) } } }').estimate()).toBe(1 + 90);
    expect(demandIn(sdl, '{ any { ... on B { say(x: 2) } ... on A { say(x: 1) } } }').estimate()).toBe(1 + 90);
  });

  it('take null for a size that was left open, not for the default of the schema', () => {
    expect(sizeOf('{ products(first: null) { nodes { id } } }')).toBe(1 + 100);
  });

  it('read how long lists are from what is assumed, and from arguments, of the field or of the page', () => {
    const sdl = `type Query {
        assumed: [A] @listSize(assumedSize: 30)
        sliced(many: Int, in: Page): [A] @listSize(slicingArguments: ["many"], requireOneSlicingArgument: false, assumedSize: 4)
        page(limit: Int = 3): P @listSize(slicingArguments: ["limit"], sizedFields: ["items"]) }
      type P { items: [A] others: [A] } type A { id: ID! } input Page { size: Int }`;
    expect(demandIn(sdl, '{ assumed { id } }').estimate()).toBe(30);
    expect(demandIn(sdl, '{ sliced { id } }').estimate()).toBe(4);
    expect(demandIn(sdl, 'query ($n: Int) { sliced(many: 2, in: { size: $n }) { id } }', { n: 12 }).estimate()).toBe(12);
    expect(demandIn(sdl, '{ page { items { id } others { id } } }').estimate()).toBe(1 + 3 + 8);
    expect(demandIn(sdl, '{ page(limit: 50) { items { id } } }').estimate()).toBe(51);
  });

  it('take the longest of what the types behind an interface say', () => {
    const sdl = `type Query { any: Any page: Paged } interface Any { many: [C] } type C { id: ID! }
      type A implements Any { many: [C] @listSize(assumedSize: 3) } type B implements Any { many: [C] @listSize(assumedSize: 40) }
      interface Paged { page(limit: Int): P } type P { items: [C] others: [C] }
      type D implements Paged { page(limit: Int): P @listSize(slicingArguments: ["limit"], sizedFields: ["items"]) }
      type E implements Paged { page(limit: Int): P @listSize(assumedSize: 6, sizedFields: ["items", "others"]) }`;
    expect(demandIn(sdl, '{ any { many { id } } }').estimate()).toBe(1 + 40);
    expect(demandIn(sdl, '{ page { page(limit: 2) { items { id } others { id } } } }').estimate()).toBe(1 + 1 + 6 + 6);
    expect(demandIn(sdl, '{ page { page(limit: 9) { items { id } others { id } } } }').estimate()).toBe(1 + 1 + 9 + 6);
  });

  it('know the defaults of input fields, in literals and in variables', () => {
    const sdl = `type Query { sliced(many: Int, in: Page): [A] @listSize(slicingArguments: ["many"], requireOneSlicingArgument: false) }
      type A { id: ID! } input Page { size: Int = 30 note: Int = 1 @cost(weight: 5) }`;
    expect(demandIn(sdl, '{ sliced(in: {}) { id } }').estimate()).toBe(30 + 5);
    expect(demandIn(sdl, '{ sliced(in: { size: 4, note: null }) { id } }').estimate()).toBe(4);
    expect(demandIn(sdl, 'query ($n: Int) { sliced(in: { size: $n }) { id } }').estimate()).toBe(30 + 5);
    expect(demandIn(sdl, 'query ($n: Int) { sliced(in: { size: $n }) { id } }', { n: 6 }).estimate()).toBe(6 + 5);
  });

  it('leave out what @skip and @include leave out, once the variables are known', () => {
    const sdl = 'type Query { list: [A] @listSize(assumedSize: 10) one: A } type A { n: Int b: A @cost(weight: 3) }';
    const query = `query ($no: Boolean!, $yes: Boolean!) { list @skip(if: $no) { b { n } } ...One @include(if: $yes)
      one { b @include(if: $yes) { n } c: b @skip(if: true) { n } ... @skip(if: $yes) { d: b { n } } } }
      fragment One on Query { two: one { b { n } } }`;
    const estimate = (no: boolean, yes: boolean): number => demandIn(sdl, query, { no, yes }).estimate();
    expect(estimate(false, true)).toBe(10 * (1 + 3) + (1 + 3) + (1 + 3));
    expect(estimate(true, true)).toBe(1 + 3 + (1 + 3));
    expect(estimate(true, false)).toBe(1 + 3);
    const { actual } = demandIn(sdl, query, { no: true, yes: false });
    expect(actual({ one: { d: { b: null } } })).toBe(1 + 3);
  });

  it('look at no selection again where no variable has a say', () => {
    const document = parse('query ($id: ID!) { product(id: $id) { variants { price { amount } } categories { name } } }');
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the operation comes first');
    const measured = { rootType: schema.getQueryType(), selections: operation.selectionSet, fragments: new Map() };
    const demand = demandOf(schema, new CostDirectives(''), measured);
    const unread = new Proxy(
      {},
      {
        get: () => {
          throw new Error('a variable was read');
        },
      },
    );
    expect(demand.estimate(unread)).toBe(1 + 8 * (1 + 1) + 8);
  });

  it('refuse a list whose size must be asked, and is not', () => {
    const sdl = `type Query { list(first: Int, last: Int): [A] @listSize(slicingArguments: ["first", "last"]) } type A { id: ID! }`;
    expect(demandIn(sdl, '{ list(first: 2) { id } }').estimate()).toBe(2);
    expect(() => demandIn(sdl, '{ list { id } }').estimate()).toThrow('exactly one');
    expect(() => demandIn(sdl, '{ list(first: 2, last: 2) { id } }').estimate()).toThrow('exactly one');
  });

  it('count what was answered by the same weights', () => {
    const sdl = 'type Query { list: [A] @listSize(assumedSize: 9) } type A @cost(weight: 2) { b: A n: Int @cost(weight: 1) }';
    const { estimate, actual } = demandIn(sdl, '{ list { n b { n } } }');
    expect(estimate()).toBe(9 * (2 + 1 + (2 + 1)));
    expect(actual({ list: [{ n: 1, b: null }, null, { n: null, b: { n: 2 } }] })).toBe(2 + 1 + 2 + (2 + 1));
  });

  it('never fall short of what is answered while lists are as long as assumed', async () => {
    const { apiSchema } = await loadSupergraph(librarySupergraph(), createLogger({ logLevel: 'silent' }, 'test'));
    const directives = new CostDirectives('');
    const random = randomFrom(4_711);
    for (let at = 0; at < 400; at += 1) {
      const query = randomQuery(apiSchema, random);
      const [operation, ...rest] = parse(query).definitions;
      if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the operation comes first');
      expect(rest).toEqual([]);
      const measured = { rootType: apiSchema.getQueryType(), selections: operation.selectionSet, fragments: new Map() };
      const demand = demandOf(apiSchema, directives, measured);
      const { data } = await executeMonolith(apiSchema, new Library(), query);
      expect(demand.actual(data, {})).toBeLessThanOrEqual(demand.estimate({}));
    }
  });
});

describe('a gateway that is asked for much', () => {
  it('refuses what is over its limit before anything is fetched, naming both, and tells costs on request', async () => {
    const calls = recording();
    const gateway = await testGateway({ wrap: calls.wrap, limits: { cost: 20 } });
    const refused = await gateway.query('{ books { author { reviews { by { name } } } } }');
    expect(refused.body.errors).toMatchObject([
      { extensions: { code: 'OPERATION_TOO_LARGE', limit: 'cost', allowed: 20, actual: 8 * (1 + 1 + 8 * 2) } },
    ]);
    expect(calls.count('books')).toBe(0);
    const asked = await gateway.query('{ books { author { name } } }', {}, { 'x-mercato-cost': '1' });
    expect(asked.body.extensions['cost']).toEqual({ estimated: 16, actual: 5, maximum: 20 });
    expect((await gateway.query('{ books { author { name } } }')).body.extensions).not.toHaveProperty('cost');
    await gateway.stop();
  });

  it('refuses it over GET and over WebSocket alike', async () => {
    const calls = recording();
    const gateway = await testGateway({ wrap: calls.wrap, limits: { cost: 20 } });
    const query = '{ books { author { reviews { by { name } } } } }';
    const refusal = { extensions: { code: 'OPERATION_TOO_LARGE', limit: 'cost', allowed: 20 } };
    const got = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { accept: 'application/graphql-response+json', 'apollo-require-preflight': '1' },
    });
    expect(got.status).toBe(400);
    expect(await got.json()).toMatchObject({ errors: [refusal] });
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const told = await client
      .iterate({ query })
      .next()
      .then(
        ({ value }) => (value as { errors?: unknown }).errors,
        (errors: unknown) => errors,
      );
    expect(told).toMatchObject([refusal]);
    await client.dispose();
    expect(calls.count('books')).toBe(0);
    await gateway.stop();
  });
});
