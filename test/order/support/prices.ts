import type { Viewer } from '../../../platform/auth';
import { ADDRESS } from './operations';
import { newKey, staff, type Shop } from './shop';

export interface Amount {
  readonly amount: string;
}

export interface PriceFailure {
  readonly __typename: string;
  readonly reason?: string;
  readonly available?: readonly string[] | number;
  readonly minimum?: Amount | null;
  readonly usedCount?: number;
}

export interface QuoteData {
  readonly subtotal: Amount;
  readonly shipping: Amount;
  readonly shippingTax: Amount;
  readonly tax: Amount;
  readonly discount: Amount;
  readonly total: Amount;
  readonly pricesIncludeTax: boolean;
  readonly shippingMethodCode: string;
  readonly lines: readonly {
    quantity: number;
    lineTotal: Amount;
    discount: Amount;
    tax: Amount;
    taxRate: number;
    paid: Amount;
  }[];
  readonly taxLines: readonly { rate: number; net: Amount; tax: Amount }[];
  readonly discounts: readonly { code: string; amount: Amount; shippingAmount: Amount }[];
  readonly shippingOptions: readonly { code: string; price: Amount }[];
}

export interface PricedOrderData extends Omit<QuoteData, 'lines' | 'total' | 'shippingOptions'> {
  readonly id: string;
  readonly totalAmount: Amount;
  readonly shippingMethod: string;
  readonly shippingMethodName: string;
  readonly items: QuoteData['lines'];
}

export interface PlaceData {
  readonly order: PricedOrderData | null;
  readonly quote: QuoteData | null;
  readonly errors: readonly PriceFailure[];
}

const MONEY = '{ amount }';
const LINE = `{ quantity lineTotal ${MONEY} discount ${MONEY} tax ${MONEY} taxRate paid ${MONEY} }`;
const PRICE = `subtotal ${MONEY} shipping ${MONEY} shippingTax ${MONEY} tax ${MONEY} discount ${MONEY} pricesIncludeTax shippingMethodCode
  taxLines { rate net ${MONEY} tax ${MONEY} } discounts { code amount ${MONEY} shippingAmount ${MONEY} }`;
export const QUOTE = `${PRICE} total ${MONEY} lines ${LINE} shippingOptions { code price ${MONEY} }`;
const INVALID = `__typename ... on DiscountCodeInvalid { reason minimum ${MONEY} }`;
const FAILURE = `${INVALID} ... on ShippingMethodUnavailable { available }`;
const PLACE = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { quote { ${QUOTE} } errors { ${FAILURE} }
  order { id totalAmount ${MONEY} shippingMethod shippingMethodName items ${LINE} ${PRICE} } } }`;

/** Places an order, or asks what it would come to with `dryRun`. */
export async function placePriced(shop: Shop, viewer: Viewer, more: Record<string, unknown> = {}): Promise<PlaceData> {
  const { address, ...input } = more;
  const shippingAddress = { ...ADDRESS, ...(address as object | undefined) };
  const variables = { input: { idempotencyKey: newKey(), shippingAddress, paymentToken: 'tok_ok', ...input } };
  return (await shop.data<{ placeOrder: PlaceData }>(PLACE, variables, viewer)).placeOrder;
}

const APPLY = `mutation ($input: ApplyDiscountCodeInput!) { applyDiscountCode(input: $input) { cart { version total ${MONEY} discountCode
  discounts { code amount ${MONEY} isApplied reason } } errors { ${INVALID} } } }`;

export interface ApplyData {
  readonly cart: {
    readonly version: number;
    readonly total: Amount;
    readonly discountCode: string | null;
    readonly discounts: readonly { code: string; amount: Amount; isApplied: boolean; reason: string | null }[];
  } | null;
  readonly errors: readonly PriceFailure[];
}

export async function applyCode(shop: Shop, viewer: Viewer, code: string, expectedVersion?: number): Promise<ApplyData> {
  return (await shop.data<{ applyDiscountCode: ApplyData }>(APPLY, { input: { code, expectedVersion } }, viewer))
    .applyDiscountCode;
}

export interface DiscountData {
  readonly id: string;
  readonly code: string;
  readonly usedCount: number;
  readonly version: number;
}

let made = 0;

/** A discount code that no other test of this file knows; 10 % unless told. @throws when it is refused */
export async function addCode(shop: Shop, terms: Record<string, unknown> = {}): Promise<DiscountData> {
  made += 1;
  const effect = terms['kind'] === undefined ? { kind: 'PERCENTAGE', percentage: 1000 } : {};
  const { discountCode, errors } = await changeCode(shop, 'createDiscountCode', { code: `TEST-${made}`, ...effect, ...terms });
  if (!discountCode) throw new Error(`no code was made: ${JSON.stringify(errors)}`);
  return discountCode;
}

interface CodeChange {
  readonly discountCode: DiscountData | null;
  readonly errors: readonly PriceFailure[];
}

export async function changeCode(
  shop: Shop,
  mutation: 'createDiscountCode' | 'updateDiscountCode',
  input: Record<string, unknown>,
): Promise<CodeChange> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { discountCode { id code usedCount version }
    errors { __typename ... on DiscountLimitBelowUse { usedCount } } } }`;
  return (await shop.data<Record<string, CodeChange>>(query, { input }, staff))[mutation] as CodeChange;
}

/** How many uses of a code count, as staff see it. */
export async function usesOf(shop: Shop, code: string): Promise<number> {
  const query = 'query ($search: String!) { discountCodes(first: 5, search: $search) { nodes { code usedCount } } }';
  const { discountCodes } = await shop.data<{ discountCodes: { nodes: DiscountData[] } }>(query, { search: code }, staff);
  return discountCodes.nodes.find((node) => node.code === code)?.usedCount ?? -1;
}

export async function setTax(
  shop: Shop,
  countryCode: string,
  pricesIncludeTax: boolean,
  rates: Readonly<Record<string, number>>,
  more: Record<string, unknown> = {},
): Promise<void> {
  const input = {
    countryCode,
    name: 'Tax',
    pricesIncludeTax,
    rates: Object.entries(rates).map(([category, rate]) => ({ category, rate })),
    ...more,
  };
  const query = 'mutation ($input: SetTaxZoneInput!) { setTaxZone(input: $input) { taxZone { id } errors { __typename } } }';
  const { setTaxZone } = await shop.data<{ setTaxZone: { errors: unknown[] } }>(query, { input }, staff);
  if (setTaxZone.errors.length > 0) throw new Error(`the tax was not set: ${JSON.stringify(setTaxZone.errors)}`);
}
