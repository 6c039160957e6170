import { openCatalogue, staff, type Catalogue } from './support/catalogue';

let shop: Catalogue;
beforeAll(async () => {
  shop = await openCatalogue();
  await shop.addProduct({
    name: 'Mountain Bicycle',
    vendor: 'Alpina',
    productType: 'Bike',
    variants: [{ sku: 'MB-1', price: '900', stockOnHand: 2 }],
  });
  await shop.addProduct({
    name: 'Mountain Tent',
    vendor: 'Nordkap',
    tags: ['waterproof'],
    variants: [{ sku: 'MT-1', price: '300' }],
  });
  await shop.addProduct({
    name: 'Crème Brûlée Set',
    vendor: 'Küche',
    descriptionHtml: '<p>Six bowls for a mountain of sugar</p>',
  });
  await shop.addProduct({ name: 'Ceramic Pourover', vendor: 'Küche' });
  await shop.addProduct({ name: 'Hidden Mountain', status: 'DRAFT' });
});
afterAll(() => shop.close());

const SEARCH = `query ($query: String!, $first: Int = 20, $after: String, $sort: ProductSort, $filter: ProductFilterInput) {
  search(query: $query, first: $first, after: $after, sort: $sort, filter: $filter) {
    totalCount suggestedQuery nodes { name } pageInfo { hasNextPage endCursor } facets { vendors { value count } }
  }
}`;
interface Found {
  readonly search: {
    readonly totalCount: number;
    readonly suggestedQuery: string | null;
    readonly nodes: readonly { readonly name: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly facets: { readonly vendors: readonly { readonly value: string; readonly count: number }[] };
  };
}
const search = async (query: string, more: object = {}): Promise<Found['search']> => {
  const { sort = 'RELEVANCE', ...others } = more as { sort?: string };
  return (await shop.data<Found>(SEARCH, { query, sort, ...others })).search;
};
const namesOf = async (query: string): Promise<string[]> => (await search(query)).nodes.map(({ name }) => name);

test.each([
  ['words of the name, in any form', 'mountains bicycles', ['Mountain Bicycle']],
  ['the vendor', 'nordkap', ['Mountain Tent']],
  ['a tag', 'waterproof', ['Mountain Tent']],
  ['words without their accents', 'creme brulee', ['Crème Brûlée Set']],
  ['a SKU, whatever its case', 'mt-1', ['Mountain Tent']],
  ['words without one', 'mountain -tent -sugar', ['Mountain Bicycle']],
])('finds %s', async (_what, query, expected) => {
  expect(await namesOf(query)).toEqual(expected);
  expect((await search(query)).suggestedQuery).toBeNull();
});

test('a match in the name stands before one in the text, and drafts are not found', async () => {
  const names = await namesOf('mountain');
  expect(names).toHaveLength(3);
  expect(names.at(-1)).toBe('Crème Brûlée Set');
});

test.each([
  ['moutain bycicle', 'mountain bicycle', 'Mountain Bicycle'],
  ['nordcap', 'nordkap', 'Mountain Tent'],
  ['cermic', 'ceramic', 'Ceramic Pourover'],
])('corrects %s to %s and says so', async (query, suggestedQuery, name) => {
  const found = await search(query);
  expect(found.suggestedQuery).toBe(suggestedQuery);
  expect(found.nodes.map((node) => node.name)).toContain(name);
});

test('words that nothing is like find nothing', async () => {
  expect(await search('xylophone quartet')).toMatchObject({
    totalCount: 0,
    nodes: [],
    suggestedQuery: null,
    facets: { vendors: [] },
  });
});

test('learns the words of a product that was renamed', async () => {
  const product = await shop.addProduct({ name: 'Old words' });
  const input = { productId: product.id, name: 'Zeppelin model' };
  await shop.data(
    'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { errors { __typename } } }',
    { input },
    staff,
  );
  expect(await search('zepelin')).toMatchObject({ suggestedQuery: 'zeppelin', nodes: [{ name: 'Zeppelin model' }] });
});

test('pages by relevance show everything once, with the facets of all that was found', async () => {
  const first = await search('mountain', { first: 2 });
  const second = await search('mountain', { first: 2, after: first.pageInfo.endCursor });
  expect([...first.nodes, ...second.nodes].map(({ name }) => name)).toEqual(await namesOf('mountain'));
  expect(second.pageInfo.hasNextPage).toBe(false);
  expect(first.facets.vendors.toSorted((a, b) => (a.value < b.value ? -1 : 1))).toEqual([
    { value: 'Alpina', count: 1 },
    { value: 'Küche', count: 1 },
    { value: 'Nordkap', count: 1 },
  ]);
});

test('a misspelt search goes on with the words of its first page, whatever is entered meanwhile', async () => {
  for (const size of [1, 2, 3]) await shop.addProduct({ name: `Cotton towel ${size}` });
  // By likeness, what was entered belongs to the list as well, but stands before the page.
  for (const [query, words, totalCount] of [
    ['coton', 'cotton', 3],
    ['towl cott', null, 4],
  ] as const) {
    const first = await search(query, { first: 2 });
    expect(first).toMatchObject({ totalCount: 3, suggestedQuery: words, pageInfo: { hasNextPage: true } });
    await shop.addProduct({ name: `${query} zz` });
    const second = await search(query, { first: 2, after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ totalCount, suggestedQuery: words, pageInfo: { hasNextPage: false } });
    const names = [...first.nodes, ...second.nodes].map(({ name }) => name);
    expect(names.toSorted()).toEqual(['Cotton towel 1', 'Cotton towel 2', 'Cotton towel 3']);
    expect((await search(query)).nodes).toEqual([{ name: `${query} zz` }]);
  }
});

test('the cursor of a search is refused elsewhere, and so is a forged one', async () => {
  const { endCursor } = (await search('mountain', { first: 1 })).pageInfo;
  const [, , ...ofList] = JSON.parse(Buffer.from(endCursor ?? '', 'base64url').toString()) as string[];
  const forged = [
    ofList,
    ['NO', 'mountain', ...ofList],
    ['EXACT', 'a\0', ...ofList],
    ['EXACT', 1, ...ofList],
    ['LIKE', 'x', ...ofList],
  ];
  for (const parts of forged) {
    const after = Buffer.from(JSON.stringify(parts)).toString('base64url');
    expect(await shop.codeOf(SEARCH, { query: 'mountain', sort: 'RELEVANCE', after })).toBe('BAD_USER_INPUT');
  }
  expect(await shop.codeOf(SEARCH, { query: 'tent', sort: 'RELEVANCE', after: endCursor })).toBe('BAD_USER_INPUT');
});

test('can be filtered and sorted like any list', async () => {
  expect((await search('mountain', { sort: 'PRICE_ASC' })).nodes.map(({ name }) => name)).toEqual([
    'Crème Brûlée Set',
    'Mountain Tent',
    'Mountain Bicycle',
  ]);
  expect((await search('mountain', { filter: { inStock: true } })).nodes).toEqual([{ name: 'Mountain Bicycle' }]);
});

test.each(['moun', 'MOUNTAIN BI', 'alp bicy'])('suggests while somebody types %s', async (prefix) => {
  const { suggestProducts } = await shop.data<{ suggestProducts: { name: string }[] }>(
    'query ($p: String!) { suggestProducts(prefix: $p) { name } }',
    { p: prefix },
  );
  expect(suggestProducts.map(({ name }) => name)).toContain('Mountain Bicycle');
  expect(suggestProducts.map(({ name }) => name)).not.toContain('Hidden Mountain');
});

test('anything may be typed: quotes, operators and odd characters are words or nothing, never an error', async () => {
  for (const query of ['"', "'", '\\', '& | !', '((', 'a:*', "it's", '%_', '–—', '漢字', '🚲', '"unclosed', '- -', '<script>']) {
    expect(await shop.codeOf(SEARCH, { query, sort: 'RELEVANCE' })).toBeNull();
    expect(await shop.codeOf('query ($p: String!) { suggestProducts(prefix: $p) { name } }', { p: query })).toBeNull();
  }
  for (const query of ['', '   ', 'x'.repeat(201), 'a\0b', '\ud800'])
    expect(await shop.codeOf(SEARCH, { query, sort: 'RELEVANCE' })).toBe('BAD_USER_INPUT');
});
