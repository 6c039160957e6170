import type { Viewer } from '../../../platform/auth';
import type { Shop } from './shop';

export interface CartData {
  readonly id: string;
  readonly version: number;
  readonly itemCount: number;
  readonly total: { amount: string } | null;
  readonly lines: readonly { id: string; quantity: number; lineTotal: { amount: string } | null; variant: { id: string } }[];
  readonly warnings?: readonly { code: string }[];
}

export interface FailureData {
  readonly __typename: string;
  readonly code: string;
  readonly [field: string]: unknown;
}

export interface AddData {
  readonly cart: CartData | null;
  readonly guestToken: string | null;
  readonly errors: readonly FailureData[];
  readonly warnings: readonly { code: string }[];
}

export interface OrderData {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly paymentStatus: string;
  readonly fulfilmentStatus: string;
  readonly version: number;
  readonly totalAmount: { amount: string };
  readonly allowedActions: readonly string[];
  readonly canCancel: boolean;
  readonly items: readonly { name: string; quantity: number; price: { amount: string } }[];
  readonly events: readonly { sequence: number; type: string; actorKind: string }[];
  readonly payments: readonly { status: string; capturedAmount: { amount: string }; refundedAmount: { amount: string } }[];
}

export interface PlaceData {
  readonly order: OrderData | null;
  readonly replayed: boolean;
  readonly errors: readonly FailureData[];
  readonly quote: { total: { amount: string }; shipping: { amount: string } } | null;
}

export const CART = `fragment cart on Cart { id version itemCount total { amount } lines { id quantity lineTotal { amount } variant { id } } warnings { code } }`;
export const ORDER = `fragment order on Order { id number status paymentStatus fulfilmentStatus version totalAmount { amount } allowedActions canCancel
  items { name quantity price { amount } } events { sequence type actorKind }
  payments { status capturedAmount { amount } refundedAmount { amount } } }`;

const ADD = `mutation Add($input: AddToCartInput!) { addToCart(input: $input) { cart { ...cart } guestToken warnings { code }
  errors { __typename ... on UserError { code message path } ... on InsufficientStock { available } ... on CartVersionConflict { current { ...cart } } } } } ${CART}`;
const PLACE = `mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) { order { ...order } replayed quote { total { amount } shipping { amount } }
  errors { __typename ... on UserError { code message path } ... on InsufficientStock { available variant { id } } ... on PaymentDeclined { declineCode } ... on PaymentActionRequired { redirectUrl clientSecret expiresAt }
    ... on PriceChanged { expected { amount } actual { amount } } ... on CartVersionConflict { current { id version } } } } } ${ORDER}`;

export const ADDRESS = { name: 'Ada Lovelace', line1: 'Kade 1', city: 'Utrecht', postalCode: '3511 AA', countryCode: 'NL' };

export async function add(
  shop: Shop,
  viewer: Viewer,
  variantId: string,
  quantity = 1,
  expectedVersion?: number,
): Promise<AddData> {
  const input = { lines: [{ variantId, quantity }], expectedVersion };
  return (await shop.data<{ addToCart: AddData }>(ADD, { input }, viewer)).addToCart;
}

export async function cartOf(shop: Shop, viewer: Viewer): Promise<CartData | null> {
  return (await shop.data<{ cart: CartData | null }>(`{ cart { ...cart } } ${CART}`, {}, viewer)).cart;
}

export async function place(
  shop: Shop,
  viewer: Viewer,
  idempotencyKey: string,
  more: Record<string, unknown> = {},
): Promise<PlaceData> {
  const input = { idempotencyKey, shippingAddress: ADDRESS, paymentToken: 'tok_ok', ...more };
  return (await shop.data<{ placeOrder: PlaceData }>(PLACE, { input }, viewer)).placeOrder;
}

export async function orderOf(shop: Shop, viewer: Viewer, id: string): Promise<OrderData | null> {
  return (
    await shop.data<{ order: OrderData | null }>(`query($id: ID!) { order(id: $id) { ...order } } ${ORDER}`, { id }, viewer)
  ).order;
}

export interface ChangeData {
  readonly order: OrderData | null;
  readonly errors: readonly FailureData[];
}

/** Runs one of the mutations that change an order, such as `packOrder`. */
export async function change(shop: Shop, viewer: Viewer, mutation: string, input: Record<string, unknown>): Promise<ChangeData> {
  const type =
    mutation === 'packOrder' || mutation === 'deliverOrder'
      ? 'OrderChangeInput'
      : `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation($input: ${type}!) { ${mutation}(input: $input) { order { ...order } errors { __typename ... on UserError { code }
    ... on IllegalTransition { from to } ... on OrderVersionConflict { current { version } } } } } ${ORDER}`;
  return (await shop.data<Record<string, ChangeData>>(query, { input }, viewer))[mutation] as ChangeData;
}
