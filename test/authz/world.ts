import { randomUUID } from 'node:crypto';
import type { Role } from '../../platform/auth';
import { queryOnce } from '../support/database';
import { graph, graphData } from '../support/graph';
import type { Json, ViewerName } from './viewers';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
}

export interface WorldOptions {
  readonly url: string;
  readonly userDatabaseUrl: string;
}

export const PASSWORD = 'correct horse battery';
const ROLES: Readonly<Record<Exclude<ViewerName, 'anonymous'>, readonly Role[]>> = {
  customer: ['CUSTOMER'],
  other: ['CUSTOMER'],
  staff: ['CUSTOMER', 'STAFF'],
  admin: ['CUSTOMER', 'ADMIN'],
};
const ADDRESS = { name: 'Ada Lovelace', line1: 'Kade 1', city: 'Utrecht', postalCode: '3511 AA', countryCode: 'NL' };
const ERRORS = 'errors { __typename ... on UserError { message } }';

/** The accounts that ask, and the makers of what they ask for: all through the graph, but for the first roles. */
export class World {
  /** A draft and an active product whose names nobody else has. */
  draft: MadeProduct;
  active: MadeProduct;
  address: string;
  private constructor(
    private readonly options: WorldOptions,
    private readonly accounts: Readonly<Record<Exclude<ViewerName, 'anonymous'>, Account>>,
  ) {}

  static async make(options: WorldOptions): Promise<World> {
    const account = (viewer: Exclude<ViewerName, 'anonymous'>) => makeAccount(options, ROLES[viewer]);
    const accounts = {
      customer: await account('customer'),
      other: await account('other'),
      staff: await account('staff'),
      admin: await account('admin'),
    };
    const world = new World(options, accounts);
    world.draft = await world.product('DRAFT');
    world.active = await world.product('ACTIVE');
    world.address = await world.newAddress();
    return world;
  }

  get url(): string {
    return this.options.url;
  }

  get customer(): Account {
    return this.accounts.customer;
  }

  account(viewer: ViewerName): Account | null {
    return viewer === 'anonymous' ? null : this.accounts[viewer];
  }

  /** Somebody new with the roles of a viewer; nobody for `anonymous`. */
  async throwaway(viewer: ViewerName): Promise<Account | null> {
    return viewer === 'anonymous' ? null : makeAccount(this.options, ROLES[viewer]);
  }

  /** An active cart of the customer with one line. */
  async cart(account: Account | null = this.customer): Promise<{ cartId: string; lineId: string }> {
    const cart = await this.run(account, `addToCart(input: $input) { cart { id lines { id } } ${ERRORS} }`, 'AddToCartInput', {
      lines: [{ variantId: this.active.variantIds[0], quantity: 1 }],
    });
    const { id, lines } = cart['cart'] as { id: string; lines: { id: string }[] };
    return { cartId: id, lineId: lines[0]?.id ?? '' };
  }

  /** An order of the customer that has been taken so far by staff. */
  async order(status: 'PAID' | 'PACKED' | 'SHIPPED' = 'PAID'): Promise<MadeOrder> {
    await this.cart();
    const order = await this.place(this.customer, {});
    if (status !== 'PAID')
      await this.byStaff('packOrder(input: $input) { order { id } ERRORS }', 'OrderChangeInput', { orderId: order.id });
    if (status === 'SHIPPED') {
      const parcel = { orderId: order.id, carrier: 'PostNL', trackingNumber: '3S1' };
      await this.byStaff('shipOrder(input: $input) { order { id } ERRORS }', 'ShipOrderInput', parcel);
    }
    return order;
  }

  /** An order of the customer whose one parcel is under way. */
  async shipped(): Promise<MadeOrder & { itemId: string; shipmentId: string }> {
    await this.cart();
    const order = await this.place(this.customer, {});
    await this.byStaff('packOrder(input: $input) { order { id } ERRORS }', 'OrderChangeInput', { orderId: order.id });
    const parcel = { orderId: order.id, carrier: 'PostNL', trackingNumber: '3S1' };
    const sent = await this.byStaff(
      'shipOrder(input: $input) { order { items { id } shipments { id } } ERRORS }',
      'ShipOrderInput',
      parcel,
    );
    const { items, shipments } = sent['order'] as { items: { id: string }[]; shipments: { id: string }[] };
    return { ...order, itemId: items[0]?.id ?? '', shipmentId: shipments[0]?.id ?? '' };
  }

  /** An order of the customer with a note that staff alone may read. */
  async notedOrder(): Promise<string> {
    const { id: orderId } = await this.order();
    const note = { orderId, text: 'Internal.', idempotencyKey: randomUUID() };
    await this.byStaff('addOrderNote(input: $input) { note { id } ERRORS }', 'AddOrderNoteInput', note);
    return orderId;
  }

  /** A return that the customer asked for. */
  async askedReturn(isApproved = false): Promise<string> {
    const { id: orderId, itemId } = await this.shipped();
    const asked = await this.run(
      this.customer,
      `requestReturn(input: $input) { return { id } ${ERRORS} }`,
      'RequestReturnInput',
      { orderId, lines: [{ itemId, quantity: 1 }], reason: 'DAMAGED', idempotencyKey: randomUUID() },
    );
    const { id: returnId } = asked['return'] as { id: string };
    const answer = { returnId, idempotencyKey: randomUUID() };
    if (isApproved) await this.byStaff('approveReturn(input: $input) { return { id } ERRORS }', 'AnswerReturnInput', answer);
    return returnId;
  }

  /** An order of a guest, with the token that proves it is theirs. */
  async guestOrder(): Promise<MadeOrder & { guestToken: string; email: string }> {
    const lines = [{ variantId: this.active.variantIds[0], quantity: 1 }];
    const { addToCart } = await graphData<{ addToCart: { guestToken: string } }>(
      'mutation ($input: AddToCartInput!) { addToCart(input: $input) { guestToken } }',
      { input: { lines } },
      { url: this.url },
    );
    const email = `${randomUUID()}@example.com`;
    return { ...(await this.place(null, { email }, addToCart.guestToken)), guestToken: addToCart.guestToken, email };
  }

  async newAddress(): Promise<string> {
    const { address } = await this.run(
      this.customer,
      `addAddress(input: $input) { address { id } ${ERRORS} }`,
      'AddAddressInput',
      ADDRESS,
    );
    return (address as { id: string }).id;
  }

  async product(status: 'DRAFT' | 'ACTIVE'): Promise<MadeProduct> {
    const name = `Zq${randomUUID().replaceAll('-', '')}`;
    const variants = ['S', 'L'].map((value) => ({ optionValues: [value], price: { amount: '10.00' }, stockOnHand: 1_000 }));
    const images = [{ url: 'https://example.com/picture.jpg' }];
    const created = await this.byStaff(
      'createProduct(input: $input) { product { id slug name variants { id } images { id } } ERRORS }',
      'CreateProductInput',
      { name, status, options: ['Size'], variants, images },
    );
    const product = created['product'] as { id: string; slug: string; variants: { id: string }[]; images: { id: string }[] };
    return {
      id: product.id,
      slug: product.slug,
      name,
      variantIds: product.variants.map(({ id }) => id),
      imageId: product.images[0]?.id ?? '',
    };
  }

  async category(): Promise<{ id: string; slug: string }> {
    const name = `Zq${randomUUID()}`;
    const { category } = await this.byStaff(
      'createCategory(input: $input) { category { id slug } ERRORS }',
      'CreateCategoryInput',
      { name },
    );
    return category as { id: string; slug: string };
  }

  private async place(account: Account | null, more: Json, guestToken?: string): Promise<MadeOrder> {
    const input = { idempotencyKey: randomUUID(), shippingAddress: ADDRESS, paymentToken: 'tok_ok', ...more };
    const { order } = await this.run(
      account,
      `placeOrder(input: $input) { order { id number } ${ERRORS} }`,
      'PlaceOrderInput',
      input,
      guestToken,
    );
    return order as unknown as MadeOrder;
  }

  private byStaff(field: string, inputType: string, input: Json): Promise<Json> {
    return this.run(this.accounts.staff, field.replace('ERRORS', ERRORS), inputType, input);
  }

  private async run(account: Account | null, field: string, inputType: string, input: Json, guestToken?: string): Promise<Json> {
    const query = `mutation ($input: ${inputType}!) { made: ${field} }`;
    const { made } = await graphData<{ made: Json & { errors: unknown[] } }>(
      query,
      { input },
      { url: this.url, token: account?.token, guestToken },
    );
    if (made.errors.length > 0) throw new Error(`the world could not be made: ${JSON.stringify(made.errors)}`);
    return made;
  }
}

export interface MadeProduct {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly variantIds: readonly string[];
  readonly imageId: string;
}

export interface MadeOrder {
  readonly id: string;
  readonly number: string;
}

async function makeAccount({ url, userDatabaseUrl }: WorldOptions, roles: readonly Role[]): Promise<Account> {
  const email = `${randomUUID()}@example.com`;
  const register =
    'mutation ($input: RegisterAccountInput!) { entry: registerAccount(input: $input) { user { id } tokens { accessToken refreshToken } errors { __typename } } }';
  const logIn =
    'mutation ($input: LogInInput!) { entry: logIn(input: $input) { user { id } tokens { accessToken refreshToken } errors { __typename } } }';
  type Entry = { entry: { user: { id: string }; tokens: { accessToken: string; refreshToken: string } } };
  let { entry } = await graphData<Entry>(register, { input: { email, name: 'Ada Lovelace', password: PASSWORD } }, { url });
  if (roles.length > 1) {
    // Nobody may give the first roles through the graph.
    await queryOnce(userDatabaseUrl, 'UPDATE "user" SET roles = $2 WHERE lower(email) = lower($1)', [email, [...roles]]);
    ({ entry } = await graphData<Entry>(logIn, { input: { email, password: PASSWORD } }, { url }));
  }
  return { id: entry.user.id, email, token: entry.tokens.accessToken, refreshToken: entry.tokens.refreshToken };
}

/** Sends an operation as somebody; what it answers is judged by the matrix. */
export function askAs(world: World, account: Account | null, operation: string, variables: Json, guestToken?: string) {
  return graph<Json>(operation, variables, { url: world.url, token: account?.token, guestToken });
}
