import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, Kind, parse, validate, type FragmentDefinitionNode } from 'graphql';
import { answerSizeOf } from '../../gateway/operations/answer-size';
import { DEFAULT_LIMITS } from '../../gateway/operations/limits';

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
  return answerSizeOf(schema, schema.getRootType(operation.operation), operation.selectionSet, fragments)(variables);
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
    expect(sizeOf(query)).toBeLessThanOrEqual(DEFAULT_LIMITS.records);
  });

  it('is far over the limit for pages within pages', () => {
    const inner = 'nodes { categories { ancestors { products(first: 100) ';
    const query = `{ products(first: 100) { ${`${inner}{ `.repeat(3)} nodes { id } ${'} } } } '.repeat(3)} } }`;
    expect(sizeOf(query)).toBeGreaterThan(100 * DEFAULT_LIMITS.records);
  });
});
