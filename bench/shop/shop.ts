import { DEMO_ACCOUNTS } from '../../cli/seed';
import { graphData } from '../../test/support/graph';
import type { TestSystem } from '../../test/support/system';
import type { LoadRequest } from './load';
import type { ShopFacts, ShopOperation } from './operations';

/** A seeded shop with viewers signed in, ready to be measured. */
export interface Shop {
  readonly facts: ShopFacts;
  requestFor(operation: ShopOperation): LoadRequest;
  /** What one run costs with its caches as they are. */
  countsOf(operation: ShopOperation): Promise<{ statements: number; subgraphCalls: number }>;
}

type Headers = Readonly<Record<string, string>>;

export async function readShop(system: TestSystem): Promise<Shop> {
  const { url } = system;
  const facts = await readFacts(url);
  const headersByViewer: Readonly<Record<ShopOperation['viewer'], Headers>> = {
    anonymous: {},
    guest: { 'x-guest-token': await fillGuestCart(url, facts.variantId) },
    customer: { authorization: `Bearer ${await logIn(url, 'customer')}` },
    staff: { authorization: `Bearer ${await logIn(url, 'staff')}` },
  };
  const bodyOf = ({ query, variables }: ShopOperation): string => JSON.stringify({ query, variables });
  return {
    facts,
    requestFor: (operation) => ({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersByViewer[operation.viewer] },
      body: bodyOf(operation),
      pid: system.process.pid,
    }),
    countsOf: async (operation) => {
      const headers = { 'content-type': 'application/json', 'x-mercato-count': '1', ...headersByViewer[operation.viewer] };
      const response = await fetch(url, { method: 'POST', headers, body: bodyOf(operation) });
      const answer = (await response.json()) as {
        errors?: unknown;
        extensions?: { counts?: { statements: number; subgraphCalls: number } };
      };
      if (answer.errors) throw new Error(`${operation.name} failed: ${JSON.stringify(answer.errors)}`);
      return answer.extensions?.counts ?? { statements: 0, subgraphCalls: 0 };
    },
  };
}

async function readFacts(url: string): Promise<ShopFacts> {
  const { products, categoryTree } = await graphData<{
    products: { nodes: { slug: string; variants: { id: string; availableForSale: boolean }[] }[] };
    categoryTree: { slug: string }[];
  }>(
    '{ products(first: 20, filter: { inStock: true }) { nodes { slug variants { id availableForSale } } } categoryTree { slug } }',
    {},
    { url },
  );
  const product = products.nodes.toSorted((a, b) => b.variants.length - a.variants.length)[0];
  const variant = product?.variants.find(({ availableForSale }) => availableForSale);
  const category = categoryTree[0];
  if (!product || !variant || !category) throw new Error('the seeded shop has no product to sell');
  return { productSlug: product.slug, categorySlug: category.slug, variantId: variant.id };
}

async function logIn(url: string, role: (typeof DEMO_ACCOUNTS)[number]['role']): Promise<string> {
  const account = DEMO_ACCOUNTS.find((demo) => demo.role === role);
  const { logIn: payload } = await graphData<{ logIn: { tokens: { accessToken: string } } }>(
    'mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } errors { __typename } } }',
    { input: { email: account?.email, password: account?.password } },
    { url },
  );
  return payload.tokens.accessToken;
}

async function fillGuestCart(url: string, variantId: string): Promise<string> {
  const { addToCart } = await graphData<{ addToCart: { guestToken: string } }>(
    'mutation($input: AddToCartInput!) { addToCart(input: $input) { guestToken errors { __typename } } }',
    { input: { lines: [{ variantId, quantity: 1 }] } },
    { url },
  );
  return addToCart.guestToken;
}
