import { randomUUID } from 'node:crypto';
import { everyone, staffOnly, type Row } from './matrix';
import type { Json } from './viewers';
import type { World } from './world';

const ERRORS = 'errors { __typename }';
const name = (): string => `Zq${randomUUID()}`;

function edit(field: string, answer: string, input: (world: World) => Json | Promise<Json>): Row {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  return {
    field: `Mutation.${field}`,
    operation: `mutation ($input: ${type}!) { ${field}(input: $input) { ${answer} ${ERRORS} } }`,
    variables: async (world) => ({ input: await input(world) }),
    expected: staffOnly,
  };
}

/** The catalogue: what everybody reads and staff changes. */
export const catalogueRows: readonly Row[] = [
  {
    field: 'Query.product',
    operation: 'query ($id: ID!) { product(id: $id) { id } }',
    variables: ({ active }) => ({ id: active.id }),
    expected: everyone(),
  },
  {
    field: 'Query.productBySlug',
    operation: 'query ($slug: String!) { productBySlug(slug: $slug) { id } }',
    variables: ({ active }) => ({ slug: active.slug }),
    expected: everyone(),
  },
  {
    field: 'Subscription.productOfferChanged',
    operation: 'subscription ($id: ID!) { productOfferChanged(productId: $id, snapshot: true) { product { id } } }',
    variables: ({ active }) => ({ id: active.id }),
    expected: everyone(),
  },
  { field: 'Query.products', operation: '{ products(first: 1) { nodes { id } totalCount } }', expected: everyone() },
  { field: 'Query.search', operation: '{ search(query: "lamp", first: 1) { nodes { id } totalCount } }', expected: everyone() },
  { field: 'Query.suggestProducts', operation: '{ suggestProducts(prefix: "la") { id } }', expected: everyone() },
  { field: 'Query.categoryTree', operation: '{ categoryTree { id } }', expected: everyone() },
  {
    field: 'Query.category',
    operation: 'query ($id: ID!) { category(id: $id) { id } }',
    variables: async (world) => ({ id: (await world.category()).id }),
    expected: everyone(),
  },
  {
    field: 'Query.categoryBySlug',
    operation: 'query ($slug: String!) { categoryBySlug(slug: $slug) { id } }',
    variables: async (world) => ({ slug: (await world.category()).slug }),
    expected: everyone(),
  },

  edit('createProduct', 'product { id }', () => ({ name: name(), variants: [{ price: { amount: '1.00' } }] })),
  edit('updateProduct', 'product { id }', ({ active }) => ({ productId: active.id, vendor: name() })),
  edit('archiveProduct', 'product { id }', async (world) => ({ productId: (await world.product('ACTIVE')).id })),
  edit('deleteProduct', 'deletedProductId', async (world) => ({ productId: (await world.product('DRAFT')).id })),
  edit('assignProductToCategories', 'product { id }', ({ active }) => ({ productId: active.id, categoryIds: [] })),
  edit('addProductImage', 'product { id }', ({ active }) => ({
    productId: active.id,
    image: { url: 'https://example.com/a.jpg' },
  })),
  edit('removeProductImage', 'product { id }', async (world) => ({ imageId: (await world.product('DRAFT')).imageId })),
  edit('addVariant', 'variant { id }', async (world) => ({
    productId: (await world.product('DRAFT')).id,
    variant: { optionValues: ['XL'], price: { amount: '1.00' } },
  })),
  edit('updateVariant', 'variant { id }', ({ active }) => ({ variantId: active.variantIds[1], price: { amount: '11.00' } })),
  edit('removeVariant', 'product { id }', async (world) => ({ variantId: (await world.product('DRAFT')).variantIds[1] })),
  edit('adjustStock', 'variant { id }', ({ active }) => ({ variantId: active.variantIds[0], delta: 5, reason: 'counted' })),
  edit('createCategory', 'category { id }', () => ({ name: name() })),
  edit('updateCategory', 'category { id }', async (world) => ({
    categoryId: (await world.category()).id,
    description: 'All of them',
  })),
  edit('moveCategory', 'category { id }', async (world) => ({
    categoryId: (await world.category()).id,
    parentId: (await world.category()).id,
  })),
  edit('deleteCategory', 'deletedCategoryId', async (world) => ({ categoryId: (await world.category()).id })),
];
