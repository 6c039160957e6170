import { noCache } from '../../platform/cache';
import { openCatalogue, type Catalogue } from './support/catalogue';

let shop: Catalogue;
beforeAll(async () => {
  // Without a cache, so that the worst case is counted.
  shop = await openCatalogue({ cache: noCache });
  const shelves: { id: string }[] = [];
  for (let at = 0; at < 10; at += 1) shelves.push(await shop.addCategory(`Shelf ${at}`, shelves[Math.floor((at - 1) / 3)]?.id));
  for (let at = 0; at < 55; at += 1) {
    const variants = ['S', 'M', 'L'].map((size) => ({ optionValues: [size], stockOnHand: at }));
    await shop.addProduct({
      name: `Mountain thing ${at}`,
      slug: `thing-${at}`,
      options: ['Size'],
      variants,
      categoryIds: [shelves[at % 10]?.id ?? ''],
    });
  }
}, 60_000);
afterAll(() => shop.close());

const LIST = `query ($first: Int!) {
  products(first: $first) {
    totalCount
    nodes { id name price { amount } featuredImage { url } variants { sku price { amount } image { url } } categories { name } }
    facets { vendors { value } categories { category { name } count } options { name values { value count } } price { min { amount } } inStock { inStock } }
  }
}`;
const SEARCH = `query ($first: Int!) {
  search(query: "mountain", first: $first) { totalCount suggestedQuery nodes { name price { amount } } facets { vendors { value count } inStock { inStock } } }
}`;
const TREE =
  'query ($first: Int!) { categoryTree { name productCount children { name productCount products(first: $first) { totalCount nodes { name } } } } }';
const DETAIL = `{ productBySlug(slug: "thing-3") {
  name description seo { title } options { name values } images { url } categories { name ancestors { name } } variants { sku price { amount } image { url } }
} }`;

test.each([
  ['a list with all that a shop shows', LIST, 6],
  ['a search with facets', SEARCH, 3],
  ['the category tree with products', TREE, 5],
])('%s costs as many statements for 50 as for 5, and at most its budget', async (_what, query, budget) => {
  const five = await shop.statementsOf(query, { first: 5 });
  const fifty = await shop.statementsOf(query, { first: 50 });
  expect(fifty).toHaveLength(five.length);
  expect(fifty.length).toBeLessThanOrEqual(budget);
});

test('a product with everything about it stays within its budget', async () => {
  expect((await shop.statementsOf(DETAIL)).length).toBeLessThanOrEqual(8);
});

test('references are read in batches', async () => {
  const { products } = await shop.data<{ products: { nodes: { id: string; variants: { id: string }[] }[] } }>(
    '{ products(first: 50) { nodes { id variants { id } } } }',
  );
  const r = products.nodes.flatMap(({ id, variants }) => [
    { __typename: 'Product', id },
    ...variants.map((variant) => ({ __typename: 'ProductVariant', id: variant.id })),
  ]);
  const query =
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name categories { name } } ... on ProductVariant { title product { name } } } }';
  expect((await shop.statementsOf(query, { r })).length).toBeLessThanOrEqual(6);
});

test('the texts of statements do not depend on values or sizes, so that PostgreSQL plans each once', async () => {
  const texts = async (first: number, vendor: string): Promise<readonly string[]> =>
    shop.statementsOf(
      'query ($n: Int!, $v: String!) { products(first: $n, filter: { vendors: [$v], inStock: true }) { nodes { variants { id } } } }',
      { n: first, v: vendor },
    );
  expect(await texts(5, 'a')).toEqual(await texts(50, 'b'));
});
