import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { buildSchema, Kind, parse, validate, type FragmentDefinitionNode } from 'graphql';
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
  const measured = { rootType: api.getQueryType(), selections: operation.selectionSet, fragments: new Map() };
  // Composition of this version knows no paths into input objects; supergraphs of newer ones have them.
  const withPaths = supergraphSdl.replace('slicingArguments: ["many"]', 'slicingArguments: ["many", "in.size"]');
  const demand = demandOf(api, new CostDirectives(withPaths), measured);
  return {
    estimate: () => demand.estimate(variables),
    actual: (data: Record<string, unknown>) => demand.actual(data, variables),
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
});
