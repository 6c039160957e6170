import { randomBytes, randomUUID } from 'node:crypto';
import type { SubgraphName } from '../../platform/config';
import { globalId, keyOf } from '../../platform/federation';
import { queryOnce } from './database';
import { graph, graphData, type GraphOptions, type GraphResult } from './graph';

/** Who asks: an access token, a guest token, both or none. */
export type Visitor = Pick<GraphOptions, 'token' | 'guestToken'>;

export interface Customer extends Visitor {
  readonly token: string;
  readonly refreshToken: string;
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

export interface Ware {
  /** In the product subgraph's database. */
  readonly key: number;
  readonly id: string;
  readonly productId: string;
  readonly productKey: number;
}

export interface CartAnswer {
  readonly cart: CartSeen | null;
  readonly guestToken?: string | null;
  readonly errors: readonly Failure[];
}

export interface CartSeen {
  readonly id: string;
  readonly version: number;
  readonly itemCount: number;
  readonly total: { readonly amount: string } | null;
  readonly lines: readonly {
    readonly id: string;
    readonly quantity: number;
    readonly lineTotal: { readonly amount: string } | null;
    readonly variant: { readonly id: string } | null;
  }[];
}

export interface Failure {
  readonly __typename: string;
  readonly code: string;
  readonly available?: number;
  readonly current?: CartSeen | null;
}

export interface PlacedOrder {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly paymentStatus: string;
}

export interface PlaceAnswer {
  readonly order: PlacedOrder | null;
  readonly replayed: boolean;
  readonly errors: readonly Failure[];
}

const CART =
  'fragment cart on Cart { id version itemCount total { amount } lines { id quantity lineTotal { amount } variant { id } } }';
const CART_ERRORS =
  'errors { __typename ... on UserError { code } ... on InsufficientStock { available } ... on CartVersionConflict { current { ...cart } } }';
const ADD = `mutation Add($input: AddToCartInput!) { addToCart(input: $input) { cart { ...cart } guestToken ${CART_ERRORS} } } ${CART}`;
const UPDATE = `mutation Update($input: UpdateCartLineInput!) { updateCartLine(input: $input) { cart { ...cart } ${CART_ERRORS} } } ${CART}`;
const REMOVE = `mutation Remove($input: RemoveCartLineInput!) { removeCartLine(input: $input) { cart { ...cart } errors { __typename ... on UserError { code } ... on CartVersionConflict { current { ...cart } } } } } ${CART}`;
const TOKENS = 'tokens { accessToken refreshToken }';
export const PLACE = `mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) {
  order { id number status paymentStatus } replayed errors { __typename ... on UserError { code } ... on InsufficientStock { available } } } }`;
const ADDRESS = { name: 'Ada Lovelace', line1: 'Kade 1', city: 'Utrecht', postalCode: '3511 AA', countryCode: 'NL' };

/** What people do in a shop, through its gateway; wares and roles are arranged in its databases. */
export class Storefront {
  constructor(
    readonly url: string,
    readonly databases: Readonly<Partial<Record<SubgraphName, string>>>,
  ) {}

  ask<Data>(query: string, variables: Record<string, unknown> = {}, visitor: Visitor = {}): Promise<Data> {
    return graphData<Data>(query, variables, { ...visitor, url: this.url });
  }

  /** Like `ask`, for answers with errors. */
  try<Data>(query: string, variables: Record<string, unknown> = {}, visitor: Visitor = {}): Promise<GraphResult<Data>> {
    return graph<Data>(query, variables, { ...visitor, url: this.url });
  }

  sql<Row extends Record<string, unknown>>(subgraph: SubgraphName, text: string, values: unknown[] = []): Promise<Row[]> {
    const url = this.databases[subgraph];
    if (url === undefined) throw new Error(`the system has no database of ${subgraph}`);
    return queryOnce<Row>(url, text, values);
  }

  async signUp(): Promise<Customer> {
    const account = { email: `${randomUUID()}@example.com`, password: 'a long enough passphrase' };
    const { registerAccount } = await this.ask<{
      registerAccount: { user: { id: string } | null; tokens: Tokens; errors: Failure[] };
    }>(
      `mutation Register($input: RegisterAccountInput!) { registerAccount(input: $input) { user { id } ${TOKENS} errors { __typename } } }`,
      { input: { ...account, name: 'Ada Lovelace' } },
    );
    const { user, tokens, errors } = registerAccount;
    if (!user) throw new Error(`not registered: ${JSON.stringify(errors)}`);
    return { ...account, id: user.id, token: tokens.accessToken, refreshToken: tokens.refreshToken };
  }

  async hire(role: 'STAFF' | 'ADMIN' = 'STAFF'): Promise<Customer> {
    const person = await this.signUp();
    await this.sql('user', 'UPDATE "user" SET roles = $2 WHERE id = $1', [keyOf('User', person.id), ['CUSTOMER', role]]);
    const { logIn } = await this.ask<{ logIn: { tokens: Tokens } }>(
      `mutation LogIn($input: LogInInput!) { logIn(input: $input) { ${TOKENS} } }`,
      { input: { email: person.email, password: person.password } },
    );
    return { ...person, token: logIn.tokens.accessToken, refreshToken: logIn.tokens.refreshToken };
  }

  /** Puts a product with one variant on sale, its first stock noted in the ledger. */
  async addWare({ stock = 100, price = '19.99', name = 'A lamp' } = {}): Promise<Ware> {
    const slug = `ware-${randomBytes(6).toString('hex')}`;
    const [row] = await this.sql<{ id: number; product_id: number }>(
      'product',
      `WITH p AS (INSERT INTO product (slug, name, status, currency, published_at) VALUES ($1, $2, 'ACTIVE', 'EUR', now()) RETURNING id),
         v AS (INSERT INTO product_variant (product_id, sku, title, price, stock_on_hand) SELECT id, $1, 'Red', $3::numeric, $4 FROM p RETURNING id, product_id),
         m AS (INSERT INTO stock_movement (variant_id, quantity, kind) SELECT id, $4, 'INITIAL' FROM v WHERE $4 <> 0)
       SELECT id, product_id FROM v`,
      [slug, name, price, stock],
    );
    if (!row) throw new Error('no ware was made');
    const { id, product_id: productKey } = row;
    return { key: id, id: globalId('ProductVariant', id), productKey, productId: globalId('Product', productKey) };
  }

  async add(visitor: Visitor, variantId: string, quantity = 1, expectedVersion?: number): Promise<CartAnswer> {
    const input = { lines: [{ variantId, quantity }], expectedVersion };
    return (await this.ask<{ addToCart: CartAnswer }>(ADD, { input }, visitor)).addToCart;
  }

  async update(visitor: Visitor, lineId: string, quantity: number, expectedVersion?: number): Promise<CartAnswer> {
    return (await this.ask<{ updateCartLine: CartAnswer }>(UPDATE, { input: { lineId, quantity, expectedVersion } }, visitor))
      .updateCartLine;
  }

  async remove(visitor: Visitor, lineId: string): Promise<CartAnswer> {
    return (await this.ask<{ removeCartLine: CartAnswer }>(REMOVE, { input: { lineId } }, visitor)).removeCartLine;
  }

  async clear(visitor: Visitor): Promise<void> {
    await this.ask('mutation Clear { clearCart(input: {}) { errors { __typename } } }', {}, visitor);
  }

  async cartOf(visitor: Visitor): Promise<CartSeen | null> {
    return (await this.ask<{ cart: CartSeen | null }>(`query Cart { cart { ...cart } } ${CART}`, {}, visitor)).cart;
  }

  /** A guest with the variant in a cart of their own. */
  async guestWith(variantId: string, quantity = 1): Promise<Visitor> {
    const { guestToken, errors } = await this.add({}, variantId, quantity);
    if (!guestToken) throw new Error(`no cart was made: ${JSON.stringify(errors)}`);
    return { guestToken };
  }

  async place(visitor: Visitor, key: string = randomUUID(), more: Record<string, unknown> = {}): Promise<PlaceAnswer> {
    return (await this.ask<{ placeOrder: PlaceAnswer }>(PLACE, { input: orderInput(visitor, key, more) }, visitor)).placeOrder;
  }

  /** A customer's paid order of one of the ware. */
  async buy(visitor: Visitor, ware: Ware): Promise<PlacedOrder> {
    await this.add(visitor, ware.id);
    const { order, errors } = await this.place(visitor);
    if (!order) throw new Error(`not ordered: ${JSON.stringify(errors)}`);
    return order;
  }
}

/** Input of `placeOrder`; guests say where news goes. */
export function orderInput(
  visitor: Visitor,
  idempotencyKey: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const email = visitor.token === undefined ? { email: 'guest@example.com' } : {};
  return { idempotencyKey, ...email, shippingAddress: ADDRESS, paymentToken: 'tok_ok', ...more };
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}
