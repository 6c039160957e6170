import { randomUUID } from 'node:crypto';
import { customer, openCatalogue, staff, type AddedProduct, type Catalogue } from './support/catalogue';

let shop: Catalogue;
beforeAll(async () => {
  shop = await openCatalogue();
});
afterAll(() => shop.close());

const UPDATE = `mutation ($input: UpdateProductInput!) {
  updateProduct(input: $input) { product { name slug version descriptionHtml description } errors { __typename ... on UserError { code message path } ... on ProductVersionConflict { current { version name } } } }
}`;
const edit = async (query: string, input: object): Promise<Record<string, unknown>> => {
  const data = await shop.data<Record<string, Record<string, unknown>>>(query, { input }, staff);
  return Object.values(data)[0] ?? {};
};

test('of two edits of one version, one wins and the other is given the current product', async () => {
  const { id } = await shop.addProduct({ name: 'First' });
  const answers = await Promise.all(['A', 'B'].map((name) => edit(UPDATE, { productId: id, name, expectedVersion: 1 })));
  const winner = answers.find(({ product }) => product !== null) as { product: { name: string } };
  const loser = answers.find(({ product }) => product === null);
  expect(winner.product).toMatchObject({ version: 2 });
  expect(loser).toMatchObject({
    errors: [
      {
        __typename: 'ProductVersionConflict',
        path: ['input', 'expectedVersion'],
        current: { version: 2, name: winner.product.name },
      },
    ],
  });
});

test('a slug that a product had before leads to it, until another product takes it', async () => {
  const { id, slug } = await shop.addProduct({ name: 'Wanderer', slug: 'wanderer' });
  await edit(UPDATE, { productId: id, slug: 'wanderer-two' });
  const bySlug = async (asked: string): Promise<unknown> =>
    (await shop.data('query ($s: String!) { productBySlug(slug: $s) { name slug } }', { s: asked }))['productBySlug'];
  expect(await bySlug(slug)).toEqual({ name: 'Wanderer', slug: 'wanderer-two' });
  await shop.addProduct({ name: 'Usurper', slug: 'wanderer' });
  expect(await bySlug(slug)).toEqual({ name: 'Usurper', slug: 'wanderer' });
  expect(await edit(UPDATE, { productId: id, slug: 'wanderer' })).toMatchObject({
    product: null,
    errors: [{ __typename: 'ProductSlugTaken' }],
  });
  expect((await shop.addProduct({ name: 'Wanderer two' })).slug).toBe('wanderer-two-2');
});

test('a product is taxed by the category that staff choose', async () => {
  const { id } = await shop.addProduct();
  const categoryOf = async (): Promise<unknown> =>
    (await shop.data('query ($id: ID!) { product(id: $id) { taxCategory } }', { id }))['product'];
  expect(await categoryOf()).toEqual({ taxCategory: 'standard' });
  await edit(UPDATE, { productId: id, taxCategory: 'reduced' });
  expect(await categoryOf()).toEqual({ taxCategory: 'reduced' });
  await expect(edit(UPDATE, { productId: id, taxCategory: 'Reduced!' })).rejects.toThrow('input.taxCategory');
});

test('HTML is made safe, and the plain text follows it', async () => {
  const { id } = await shop.addProduct();
  const descriptionHtml = '<p onclick="x()">Hi &amp; <b>bye</b><script>alert(1)</script><a href="javascript:x()">l</a></p>';
  const { product } = (await edit(UPDATE, { productId: id, descriptionHtml })) as {
    product: { descriptionHtml: string; description: string };
  };
  expect(product.descriptionHtml).not.toMatch(/script|onclick/);
  expect(product.description).toContain('Hi & bye');
});

test('variants: a SKU and a set of choices belong to one alone, prices and stock of the product follow', async () => {
  const product = await shop.addProduct({
    options: ['Size'],
    variants: [{ sku: 'ONE', optionValues: ['S'], price: '20', stockOnHand: 1 }],
  });
  const ADD = `mutation ($input: AddVariantInput!) { addVariant(input: $input) { variant { title } product { price { amount } priceRange { max { amount } } stockQuantity } errors { __typename } } }`;
  const add = (variant: object): Promise<Record<string, unknown>> =>
    edit(ADD, { productId: product.id, variant: { price: { amount: '5' }, ...variant } });
  expect(await add({ sku: 'ONE', optionValues: ['M'] })).toMatchObject({ variant: null, errors: [{ __typename: 'SkuTaken' }] });
  expect(await add({ optionValues: ['S'] })).toMatchObject({ variant: null, errors: [{ __typename: 'OptionsTaken' }] });
  expect(await add({ optionValues: ['M'], stockOnHand: 4 })).toMatchObject({
    variant: { title: 'M' },
    product: { price: { amount: '5.00' }, priceRange: { max: { amount: '20.00' } }, stockQuantity: 5 },
  });
  const REMOVE =
    'mutation ($input: RemoveVariantInput!) { removeVariant(input: $input) { product { price { amount } } errors { __typename } } }';
  const [first] = product.variants;
  expect(await edit(REMOVE, { variantId: first?.id })).toMatchObject({ product: { price: { amount: '5.00' } } });
  const alone = await shop.addProduct();
  expect(await edit(REMOVE, { variantId: alone.variants[0]?.id })).toMatchObject({ errors: [{ __typename: 'LastVariant' }] });
  const CHANGE =
    'mutation ($input: UpdateVariantInput!) { updateVariant(input: $input) { variant { version } errors { __typename ... on ProductVariantVersionConflict { current { version } } } } }';
  const input = { variantId: alone.variants[0]?.id, price: { amount: '7' }, expectedVersion: 1 };
  expect(await edit(CHANGE, input)).toEqual({ variant: { version: 2 }, errors: [] });
  expect(await edit(CHANGE, input)).toEqual({
    variant: null,
    errors: [{ __typename: 'ProductVariantVersionConflict', current: { version: 2 } }],
  });
});

test('products and variants that are sent again under their key are made once, with their stock', async () => {
  const CREATE =
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id variants { id } } errors { __typename } } }';
  const ADD = 'mutation ($input: AddVariantInput!) { addVariant(input: $input) { variant { id } errors { __typename } } }';
  const product = { name: `Once ${randomUUID()}`, options: ['Size'], idempotencyKey: randomUUID() };
  const variants = [{ optionValues: ['S'], price: { amount: '5' }, stockOnHand: 3 }];
  const made = await Promise.all([1, 2, 3].map(() => edit(CREATE, { ...product, variants })));
  expect(new Set(made.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const [{ product: { id: productId } = { id: '' } } = {}] = made as { product?: { id: string } }[];
  const variant = { optionValues: ['M'], price: { amount: '5' }, stockOnHand: 4 };
  const request = { productId, variant, idempotencyKey: randomUUID() };
  const added = await Promise.all([1, 2, 3].map(() => edit(ADD, request)));
  expect(new Set(added.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(added[0]).toMatchObject({ errors: [] });
  const ledger = await shop.database.query<{ quantity: number; actor: string }>(
    `SELECT m.quantity, m.actor FROM stock_movement m JOIN product_variant v ON v.id = m.variant_id JOIN product p ON p.id = v.product_id
     WHERE p.name = $1 ORDER BY m.id`,
    [product.name],
  );
  expect(ledger).toMatchObject([{ quantity: 3 }, { quantity: 4 }]);
  expect(ledger[0]?.actor).toMatch(/^usr_/);
  const isReused = { errors: [{ __typename: 'IdempotencyKeyReused' }] };
  expect(await edit(CREATE, { ...product, variants, name: 'Other' })).toMatchObject(isReused);
  expect(await edit(ADD, { ...request, variant: { ...variant, stockOnHand: 5 } })).toMatchObject(isReused);
});

test('a product has 100 variants at most, also when many are added at once', async () => {
  const sizes = Array.from({ length: 98 }, (_, at) => ({ optionValues: [`${at}`] }));
  const { id } = await shop.addProduct({ options: ['Size'], variants: sizes });
  const ADD = 'mutation ($input: AddVariantInput!) { addVariant(input: $input) { variant { id } errors { __typename } } }';
  const variant = (at: number): object => ({ price: { amount: '1' }, optionValues: [`more ${at}`] });
  const answers = await Promise.all([1, 2, 3, 4, 5].map((at) => edit(ADD, { productId: id, variant: variant(at) })));
  expect(answers.filter(({ variant: made }) => made !== null)).toHaveLength(2);
});

test('the shop shows active products; archived ones are found by orders, drafts by staff alone', async () => {
  const archived = await shop.addProduct({ name: 'Gone' });
  await edit(
    'mutation ($input: ArchiveProductInput!) { archiveProduct(input: $input) { product { status } errors { __typename } } }',
    { productId: archived.id },
  );
  const draft = await shop.addProduct({ name: 'Soon', status: 'DRAFT' });
  const root = async (id: string, viewer?: typeof staff): Promise<unknown> =>
    (await shop.data('query ($id: ID!) { product(id: $id) { name } }', { id }, viewer))['product'];
  const byReference = async ({ id, variants }: AddedProduct, viewer?: typeof staff): Promise<unknown> => {
    const r = [
      { __typename: 'Product', id },
      { __typename: 'ProductVariant', id: variants[0]?.id },
    ];
    return (
      await shop.data(
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name } ... on ProductVariant { product { name } } } }',
        { r },
        viewer,
      )
    )['_entities'];
  };
  expect(await Promise.all([root(archived.id), root(archived.id, customer), root(draft.id)])).toEqual([null, null, null]);
  expect(await Promise.all([root(archived.id, staff), root(draft.id, staff)])).toEqual([{ name: 'Gone' }, { name: 'Soon' }]);
  expect(await byReference(archived)).toEqual([{ name: 'Gone' }, { product: { name: 'Gone' } }]);
  expect(await byReference(draft)).toEqual([null, null]);
  expect(await byReference(draft, staff)).toEqual([{ name: 'Soon' }, { product: { name: 'Soon' } }]);
});

test('only a draft that was never shown can be deleted', async () => {
  const DELETE =
    'mutation ($input: DeleteProductInput!) { deleteProduct(input: $input) { deletedProductId errors { __typename } } }';
  const [shown, draft] = [await shop.addProduct(), await shop.addProduct({ status: 'DRAFT' })];
  expect(await edit(DELETE, { productId: shown.id })).toEqual({
    deletedProductId: null,
    errors: [{ __typename: 'ProductNotDeletable' }],
  });
  expect(await edit(DELETE, { productId: draft.id })).toEqual({ deletedProductId: draft.id, errors: [] });
  expect(await edit(DELETE, { productId: draft.id })).toEqual({
    deletedProductId: null,
    errors: [{ __typename: 'ProductNotFound' }],
  });
});

describe('the category tree', () => {
  const MOVE = `mutation ($input: MoveCategoryInput!) { moveCategory(input: $input) { category { ancestors { name } } errors { __typename } } }`;

  test('moves with all below it, never below itself', async () => {
    const top = await shop.addCategory('Top');
    const middle = await shop.addCategory('Middle', top.id);
    const low = await shop.addCategory('Low', middle.id);
    const other = await shop.addCategory('Other');
    expect(await edit(MOVE, { categoryId: top.id, parentId: low.id })).toEqual({
      category: null,
      errors: [{ __typename: 'CategoryCycle' }],
    });
    expect(await edit(MOVE, { categoryId: top.id, parentId: top.id })).toMatchObject({
      errors: [{ __typename: 'CategoryCycle' }],
    });
    const ancestors = async (): Promise<unknown> =>
      (await shop.data('query ($id: ID!) { category(id: $id) { ancestors { name } } }', { id: low.id }))['category'];
    expect(await ancestors()).toEqual({ ancestors: [{ name: 'Top' }, { name: 'Middle' }] });
    expect(await edit(MOVE, { categoryId: middle.id, parentId: other.id })).toEqual({
      category: { ancestors: [{ name: 'Other' }] },
      errors: [],
    });
    expect(await ancestors()).toEqual({ ancestors: [{ name: 'Other' }, { name: 'Middle' }] });
  });

  test('two moves at once that would make a cycle together: one is refused', async () => {
    const [a, b] = [await shop.addCategory('Cycle A'), await shop.addCategory('Cycle B')];
    const answers = await Promise.all([
      edit(MOVE, { categoryId: a.id, parentId: b.id }),
      edit(MOVE, { categoryId: b.id, parentId: a.id }),
    ]);
    expect(answers.filter(({ category }) => category === null)).toHaveLength(1);
  });

  test('keeps what has others below it, and gives each its own slug', async () => {
    const parent = await shop.addCategory('Twin');
    const child = await shop.addCategory('Twin', parent.id);
    expect([parent.slug, child.slug]).toEqual(['twin', 'twin-2']);
    const DELETE =
      'mutation ($input: DeleteCategoryInput!) { deleteCategory(input: $input) { deletedCategoryId errors { __typename } } }';
    expect(await edit(DELETE, { categoryId: parent.id })).toMatchObject({ errors: [{ __typename: 'CategoryNotEmpty' }] });
    const { id } = await shop.addProduct({ categoryIds: [child.id] });
    expect(await edit(DELETE, { categoryId: child.id })).toEqual({ deletedCategoryId: child.id, errors: [] });
    expect(await shop.data('query ($id: ID!) { product(id: $id) { categories { name } } }', { id })).toEqual({
      product: { categories: [] },
    });
  });
});

test('nobody but staff changes the catalogue', async () => {
  const mutations = [
    'createProduct(input: { name: "x", variants: [] })',
    'updateProduct(input: { productId: "x" })',
    'archiveProduct(input: { productId: "x" })',
    'deleteProduct(input: { productId: "x" })',
    'addVariant(input: { productId: "x", variant: { price: { amount: "1" } } })',
    'updateVariant(input: { variantId: "x" })',
    'removeVariant(input: { variantId: "x" })',
    'addProductImage(input: { productId: "x", image: { url: "/x" } })',
    'removeProductImage(input: { imageId: "x" })',
    'assignProductToCategories(input: { productId: "x", categoryIds: [] })',
    'adjustStock(input: { variantId: "x", reason: "x" })',
    'createCategory(input: { name: "x" })',
    'updateCategory(input: { categoryId: "x" })',
    'moveCategory(input: { categoryId: "x" })',
    'deleteCategory(input: { categoryId: "x" })',
  ];
  for (const mutation of mutations) {
    const query = `mutation { ${mutation} { errors { __typename } } }`;
    expect([mutation, await shop.codeOf(query), await shop.codeOf(query, {}, customer)]).toEqual([
      mutation,
      'UNAUTHENTICATED',
      'FORBIDDEN',
    ]);
  }
});

test('wrong input is refused by the name of its field', async () => {
  const refused = async (more: object): Promise<unknown> => {
    const query = 'mutation ($input: CreateProductInput!) { createProduct(input: $input) { errors { __typename } } }';
    const input = { name: 'Fine', variants: [{ price: { amount: '1' } }], ...more };
    return (await shop.execute(query, { input }, staff)).errors?.[0]?.extensions?.['field'];
  };
  expect(await refused({ name: '  ' })).toBe('input.name');
  expect(await refused({ name: 'a\0' })).toBe('input.name');
  expect(await refused({ slug: 'Not A Slug' })).toBe('input.slug');
  expect(await refused({ variants: [] })).toBe('input.variants');
  expect(await refused({ options: ['Size'] })).toBe('input.variants.optionValues');
  expect(await refused({ variants: [{ price: { amount: '-1' } }] })).toBe('input.variants.price.amount');
  expect(await refused({ variants: [{ price: { amount: '1' }, stockOnHand: -1 }] })).toBe('input.variants.stockOnHand');
  expect(await refused({ images: [{ url: 'javascript:alert(1)' }] })).toBe('input.images.url');
  expect(await refused({ images: [{ url: '//evil.example/x' }] })).toBe('input.images.url');
  expect(await refused({ tags: Array.from({ length: 101 }, (_, at) => `t${at}`) })).toBe('input.tags');
});

test('each change is told as an event that names the product, its variants and the categories that it left, entered or stays in', async () => {
  const [top, other] = [await shop.addCategory('Event top'), await shop.addCategory('Event other')];
  const below = await shop.addCategory('Event below', top.id);
  const { id, variants } = await shop.addProduct({ categoryIds: [below.id] });
  const ASSIGN =
    'mutation ($input: AssignProductToCategoriesInput!) { assignProductToCategories(input: $input) { errors { __typename } } }';
  await edit(ASSIGN, { productId: id, categoryIds: [other.id] });
  type Row = { data: { change: string }; touches: { type: string; id: string }[] };
  const [created, moved] = await shop.database.query<Row>(`SELECT data, touches FROM outbox WHERE key = $1 ORDER BY id`, [id]);
  const idsOf = (row: Row | undefined): string[] => (row?.touches ?? []).map((touch) => touch.id).toSorted();
  expect(created?.data.change).toBe('CREATED');
  expect(idsOf(created)).toEqual([id, variants[0]?.id ?? '', top.id, below.id].toSorted());
  expect(idsOf(moved)).toEqual([id, variants[0]?.id ?? '', top.id, below.id, other.id].toSorted());
});
