import { tryKeyOf } from '../../platform/federation';
import { customer, openCatalogue, randomFrom, staff, type Catalogue } from './support/catalogue';

interface Made {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly type: string;
  readonly tags: readonly string[];
  readonly price: number;
  readonly inStock: boolean;
  readonly variants: readonly { readonly size: string; readonly colour: string; readonly isStocked: boolean }[];
  readonly categories: readonly number[];
}

let shop: Catalogue;
const made: Made[] = [];
/** Parent of each category by place; -1 at the top. */
const PARENTS = [-1, 0, 0, 1, -1];
const categoryIds: string[] = [];

beforeAll(async () => {
  shop = await openCatalogue();
  for (const [at, parent] of PARENTS.entries()) categoryIds.push((await shop.addCategory(`Shelf ${at}`, categoryIds[parent])).id);
  const random = randomFrom(11);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  for (let at = 0; at < 60; at += 1) {
    const sizes = ['S', 'M', 'L'].filter(() => random() < 0.7);
    const variants = (sizes.length > 0 ? sizes : ['M']).map((size) => ({
      size,
      colour: pick(['Red', 'Blue']),
      isStocked: random() < 0.5,
    }));
    const price = 10 + Math.floor(random() * 40) * 5;
    const spec = {
      name: `${pick(['Ärmel', 'apple', 'Zebra', 'moon'])} ${at % 9}`,
      vendor: pick(['Acme', 'Bolt', 'Cycle']),
      productType: pick(['Lamp', 'Tent']),
      tags: ['new', 'sale', 'red'].filter(() => random() < 0.5),
    };
    const categories = PARENTS.map((_, place) => place).filter(() => random() < 0.3);
    const product = await shop.addProduct({
      ...spec,
      options: ['Size', 'Colour'],
      variants: variants.map(({ size, colour, isStocked }, place) => ({
        optionValues: [size, colour],
        price: `${price + place}.00`,
        stockOnHand: isStocked ? 1 + Math.floor(random() * 5) : 0,
      })),
      categoryIds: categories.map((place) => categoryIds[place] ?? ''),
    });
    const inStock = variants.some(({ isStocked }) => isStocked);
    made.push({
      id: product.id,
      name: spec.name,
      vendor: spec.vendor,
      type: spec.productType,
      tags: spec.tags,
      price,
      inStock,
      variants,
      categories,
    });
  }
  await shop.addProduct({ name: 'A draft', status: 'DRAFT', vendor: 'Secret' });
}, 60_000);
afterAll(() => shop.close());

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: ProductFilterInput, $sort: ProductSort! = NEWEST) {
  products(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
    totalCount nodes { id name } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
    facets {
      vendors { value count } productTypes { value count } tags { value count } categories { category { id } count }
      options { name values { value count } } price { min { amount } max { amount } } priceRanges { from { amount } count } inStock { inStock outOfStock }
    }
  }
}`;
interface Listing {
  readonly products: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly id: string; readonly name: string }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly endCursor: string;
      readonly startCursor: string;
    };
    readonly facets: Record<string, unknown>;
  };
}
const list = async (variables: object): Promise<Listing['products']> =>
  (await shop.data<Listing>(LIST, { first: 100, ...variables })).products;

const PLACES: Readonly<Record<string, (product: Made) => boolean>> = {
  vendors: ({ vendor }) => ['Acme', 'Bolt'].includes(vendor),
  productTypes: ({ type }) => type === 'Lamp',
  tags: ({ tags }) => tags.includes('sale'),
  price: ({ price }) => price >= 50 && price <= 150,
  inStock: ({ inStock }) => inStock,
  options: ({ variants }) =>
    variants.some(({ size, colour, isStocked }) => ['M', 'L'].includes(size) && colour === 'Red' && isStocked),
};
const FILTER = {
  vendors: ['Bolt', 'Acme'],
  productTypes: ['Lamp'],
  tags: ['sale'],
  minPrice: { amount: '50' },
  maxPrice: { amount: '150.00' },
  inStock: true,
  options: [
    { name: 'Size', values: ['M', 'L'] },
    { name: 'Colour', values: ['Red'] },
  ],
};

test('every filter alone, and all together, list what a look at each product would', async () => {
  const single: [string, object][] = [
    ['vendors', { vendors: FILTER.vendors }],
    ['productTypes', { productTypes: FILTER.productTypes }],
    ['tags', { tags: FILTER.tags }],
    ['price', { minPrice: FILTER.minPrice, maxPrice: FILTER.maxPrice }],
    ['inStock', { inStock: true }],
  ];
  for (const [place, filter] of single) {
    const expected = made.filter((product) => PLACES[place]?.(product)).map(({ id }) => id);
    const { nodes, totalCount } = await list({ filter });
    expect(nodes.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
    expect(totalCount).toBe(expected.length);
  }
  const all = made.filter((product) => Object.values(PLACES).every((fits) => fits(product)));
  expect((await list({ filter: FILTER })).nodes.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  expect((await list({ filter: { inStock: false } })).totalCount).toBe(made.filter(({ inStock }) => !inStock).length);
});

test('a category lists its own products and those of all categories below it', async () => {
  for (const [place, categoryId] of categoryIds.entries()) {
    const expected = made.filter((product) => product.categories.some((at) => isWithin(at, place))).map(({ id }) => id);
    expect((await list({ filter: { categoryId } })).nodes.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
    const query = 'query ($id: ID!) { category(id: $id) { slug productCount products(first: 100) { totalCount nodes { id } } } }';
    type Answer = { category: { slug: string; productCount: number; products: { totalCount: number; nodes: { id: string }[] } } };
    const { category } = await shop.data<Answer>(query, { id: categoryId });
    expect(category.productCount).toBe(expected.length);
    expect(category.products.totalCount).toBe(expected.length);
    expect(category.products.nodes.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
    expect((await list({ filter: { categorySlug: category.slug } })).totalCount).toBe(expected.length);
  }
  expect((await list({ filter: { categorySlug: 'no-such-shelf' } })).totalCount).toBe(0);
});

test('facets count what brute force counts, each without the filter on itself', async () => {
  for (const filter of [undefined, FILTER]) {
    const { facets } = await list({ filter });
    const fitting = (except?: string): Made[] =>
      filter
        ? made.filter((product) => Object.entries(PLACES).every(([place, fits]) => place === except || fits(product)))
        : made;
    expect(facets['vendors']).toEqual(counted(fitting('vendors').map(({ vendor }) => vendor)));
    expect(facets['productTypes']).toEqual(counted(fitting('productTypes').map(({ type }) => type)));
    expect(facets['tags']).toEqual(counted(fitting('tags').flatMap(({ tags }) => tags)));
    const prices = fitting('price').map(({ price }) => price);
    const amount = (price: number): object | null => (Number.isFinite(price) ? { amount: `${price}.00` } : null);
    expect(facets['price']).toEqual({ min: amount(Math.min(...prices)), max: amount(Math.max(...prices)) });
    const ranges = facets['priceRanges'] as { count: number }[];
    expect(ranges.reduce((sum, { count }) => sum + count, 0)).toBe(prices.length);
    const stocked = fitting('inStock').filter(({ inStock }) => inStock).length;
    expect(facets['inStock']).toEqual({ inStock: stocked, outOfStock: fitting('inStock').length - stocked });
    const sizes = counted(fitting('options').flatMap(({ variants }) => [...new Set(variants.map(({ size }) => size))]));
    const options = facets['options'] as { name: string; values: unknown }[];
    expect(options.find(({ name }) => name === 'Size')?.values ?? []).toEqual(sizes);
    const shelves = PARENTS.map(
      (_, place) => fitting().filter(({ categories }) => categories.some((at) => isWithin(at, place))).length,
    );
    const given = facets['categories'] as { category: { id: string }; count: number }[];
    for (const [place, count] of shelves.entries())
      expect(given.find(({ category }) => category.id === categoryIds[place])?.count ?? 0).toBe(count);
  }
});

test('facets end with a change of the catalogue', async () => {
  const before = (await list({})).facets['vendors'] as { value: string }[];
  expect(before.some(({ value }) => value === 'Brand new')).toBe(false);
  const product = await shop.addProduct({ vendor: 'Brand new' });
  const after = (await list({})).facets['vendors'] as { value: string }[];
  expect(after.some(({ value }) => value === 'Brand new')).toBe(true);
  await shop.data(
    'mutation ($input: ArchiveProductInput!) { archiveProduct(input: $input) { errors { __typename } } }',
    { input: { productId: product.id } },
    staff,
  );
  expect(((await list({})).facets['vendors'] as { value: string }[]).some(({ value }) => value === 'Brand new')).toBe(false);
});

test.each(['NEWEST', 'NAME_ASC', 'NAME_DESC', 'PRICE_ASC', 'PRICE_DESC'])(
  '%s: pages forward and backward show every product once',
  async (sort) => {
    const whole = (await list({ sort })).nodes.map(({ id }) => id);
    const forward: string[] = [];
    let after: string | null = null;
    do {
      const page: Listing['products'] = await list({ sort, first: 7, after });
      forward.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(forward).toEqual(whole);
    const backward: string[] = [];
    let before: string | null = null;
    do {
      const page: Listing['products'] = await list({ sort, first: null, last: 7, before });
      backward.unshift(...page.nodes.map(({ id }) => id));
      before = page.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null;
    } while (before);
    expect(backward).toEqual(whole);
  },
);

test('names sort without regard to case and accents', async () => {
  const names = (await list({ sort: 'NAME_ASC' })).nodes.map(({ name }) =>
    name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase(),
  );
  expect(names).toEqual(names.toSorted());
});

test.each(['NEWEST', 'NAME_ASC', 'PRICE_ASC', 'PRICE_DESC'])(
  '%s: what exists throughout is neither skipped nor repeated while others come, go and change',
  async (sort) => {
    const own = await openCatalogue();
    try {
      const random = randomFrom(sort.length);
      const stable: string[] = [];
      const restless: string[] = [];
      const add = async (): Promise<string> =>
        (
          await own.addProduct({
            name: `N${Math.floor(random() * 99)}`,
            variants: [{ price: `${1 + Math.floor(random() * 99)}.00` }],
          })
        ).id;
      for (let at = 0; at < 12; at += 1) (random() < 0.6 ? stable : restless).push(await add());
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const { products } = (await own.data<Listing>(LIST, { first: 2, after, sort })) as Listing;
        seen.push(...products.nodes.map(({ id }) => id));
        after = products.pageInfo.hasNextPage ? products.pageInfo.endCursor : null;
        restless.push(await add());
        const edited = tryKeyOf('Product', restless[Math.floor(random() * restless.length)] ?? '');
        await own.database.query('UPDATE product_variant SET price = $2 WHERE product_id = $1', [
          edited,
          Math.floor(random() * 99),
        ]);
        await own.database.query(`UPDATE product SET name = 'N' || $2::integer WHERE id = $1`, [
          edited,
          Math.floor(random() * 99),
        ]);
        const leaver = restless.shift();
        if (leaver)
          await own.data(
            'mutation ($i: ArchiveProductInput!) { archiveProduct(input: $i) { errors { __typename } } }',
            { i: { productId: leaver } },
            staff,
          );
      } while (after && seen.length < 200);
      for (const id of stable) expect(seen.filter((other) => other === id)).toHaveLength(1);
    } finally {
      await own.close();
    }
  },
  60_000,
);

test('a cursor of another sort or filter, a forged one and wrong sizes are refused by name', async () => {
  const { pageInfo } = await list({ first: 2, sort: 'NAME_ASC' });
  const refused = async (variables: object): Promise<unknown> =>
    (await shop.execute(LIST, { first: 2, ...variables })).errors?.[0]?.extensions;
  expect(await refused({ sort: 'PRICE_ASC', after: pageInfo.endCursor })).toMatchObject({
    code: 'BAD_USER_INPUT',
    reason: 'CURSOR_OF_ANOTHER_LIST',
  });
  expect(await refused({ sort: 'NAME_ASC', after: pageInfo.endCursor, filter: { inStock: true } })).toMatchObject({
    reason: 'CURSOR_OF_ANOTHER_LIST',
  });
  expect(await refused({ after: 'rubbish' })).toMatchObject({ reason: 'MALFORMED_CURSOR' });
  expect(await refused({ first: 0 })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
  expect(await refused({ first: 101 })).toMatchObject({ field: 'first' });
  expect(await refused({ sort: 'RELEVANCE' })).toMatchObject({ field: 'sort' });
  expect(await refused({ filter: { vendors: ['a\0b'] } })).toMatchObject({ field: 'filter.vendors' });
  expect(await refused({ filter: { minPrice: { amount: '1', currency: 'USD' } } })).toMatchObject({
    field: 'filter.minPrice.currency',
  });
});

test('drafts are for staff alone', async () => {
  expect((await list({ filter: { vendors: ['Secret'] } })).totalCount).toBe(0);
  const variables = { first: 5, filter: { statuses: ['DRAFT'] } };
  expect(await shop.codeOf(LIST, variables)).toBe('UNAUTHENTICATED');
  expect(await shop.codeOf(LIST, variables, customer)).toBe('FORBIDDEN');
  expect((await shop.data<Listing>(LIST, variables, staff)).products.nodes).toMatchObject([{ name: 'A draft' }]);
});

function isWithin(place: number, above: number): boolean {
  return place === above || (place >= 0 && PARENTS[place] !== -1 && isWithin(PARENTS[place] ?? -1, above));
}

/** As the facets list them: the most frequent first, then by value. */
function counted(values: readonly string[]): { value: string; count: number }[] {
  const groups = [...Map.groupBy(values, (value) => value)].map(([value, all]) => ({ value, count: all.length }));
  return groups.toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
