import { service, type Viewer } from '../../../platform/auth';
import type { CacheStore } from '../../../platform/cache';
import { countingStatements, type StatementLog } from '../../../platform/db';
import { createProductSubgraph } from '../../../subgraphs/product';
import { openSubgraph, viewerOf } from '../../support/component';

export const staff = viewerOf(1, ['STAFF']);
export const customer = viewerOf(2);

type Json = Record<string, unknown>;

export interface VariantSpec {
  readonly sku?: string;
  readonly optionValues?: readonly string[];
  readonly price?: string;
  readonly stockOnHand?: number;
  readonly isTracked?: boolean;
  readonly allowBackorder?: boolean;
}

export interface ProductSpec {
  readonly name?: string;
  readonly slug?: string;
  readonly vendor?: string;
  readonly productType?: string;
  readonly tags?: readonly string[];
  readonly status?: 'DRAFT' | 'ACTIVE' | 'ARCHIVED';
  readonly options?: readonly string[];
  readonly variants?: readonly VariantSpec[];
  readonly categoryIds?: readonly string[];
  readonly descriptionHtml?: string;
}

export interface AddedProduct {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly version: number;
  readonly variants: readonly { readonly id: string; readonly sku: string | null; readonly version: number }[];
}

/** A product subgraph alone, on a database of its own, with what tests ask of it. */
export async function openCatalogue(options: { readonly cache?: CacheStore } = {}) {
  const subgraph = await openSubgraph('product', createProductSubgraph, options);
  let number = 0;

  /** @throws with the errors when the operation has any */
  const data = async <Data = Json>(query: string, variables: Json = {}, viewer?: Viewer): Promise<Data> => {
    const answer = await subgraph.execute(query, variables, viewer);
    if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer.errors));
    return answer.data as Data;
  };

  /** The code of the first error, or `null` when there is none. */
  const codeOf = async (query: string, variables: Json = {}, viewer?: Viewer): Promise<unknown> => {
    const { errors } = await subgraph.execute(query, variables, viewer);
    return errors?.[0]?.extensions?.['code'] ?? null;
  };

  const addProduct = async (spec: ProductSpec = {}): Promise<AddedProduct> => {
    number += 1;
    const variants = (spec.variants ?? [{}]).map(({ price = '10.00', ...variant }) => ({ ...variant, price: { amount: price } }));
    const input = { name: `Thing ${number}`, status: 'ACTIVE', ...spec, variants };
    const { createProduct } = await data<{ createProduct: { product: AddedProduct; errors: unknown[] } }>(
      CREATE,
      { input },
      staff,
    );
    if (createProduct.errors.length > 0) throw new Error(JSON.stringify(createProduct.errors));
    return createProduct.product;
  };

  const addCategory = async (name: string, parentId?: string): Promise<{ id: string; slug: string }> => {
    const { createCategory } = await data<{ createCategory: { category: { id: string; slug: string } } }>(
      'mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id slug } } }',
      { input: { name, parentId } },
      staff,
    );
    return createCategory.category;
  };

  const statementsOf = async (query: string, variables: Json = {}, viewer?: Viewer): Promise<readonly string[]> => {
    const log: StatementLog = { statements: [] };
    await countingStatements(log, () => data(query, variables, viewer));
    return log.statements;
  };

  const internal = <Data = Json>(query: string, variables: Json = {}): Promise<Data> => data<Data>(query, variables, service);
  return { ...subgraph, data, codeOf, addProduct, addCategory, statementsOf, internal };
}

export type Catalogue = Awaited<ReturnType<typeof openCatalogue>>;

const CREATE = `mutation ($input: CreateProductInput!) {
  createProduct(input: $input) { product { id slug name version variants { id sku version } } errors { __typename ... on UserError { message } } }
}`;

/** Numbers from 0 to below 1 that are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
