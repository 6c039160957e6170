import { randomUUID } from 'node:crypto';
import { everyone, staffOnly, type Row } from './matrix';
import type { Json, ViewerName } from './viewers';
import { askAs, type World } from './world';

function mutation(name: string, answer: string, variables: NonNullable<Row['variables']>, expected = staffOnly): Row {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return {
    field: `Mutation.${name}`,
    operation: `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} errors { __typename } } }`,
    variables,
    expected,
  };
}

const aCode = (): Json => ({ code: randomUUID(), kind: 'PERCENTAGE', percentage: 1000 });
const aRate = (): Json => ({
  code: `R${randomUUID().replaceAll('-', '_').toUpperCase()}`,
  name: 'By bicycle',
  price: { amount: '1.00' },
});
const aZone = (): Json => ({
  countryCode: 'AQ',
  region: randomUUID(),
  name: 'Tax',
  pricesIncludeTax: true,
  rates: [{ category: 'standard', rate: 100 }],
});

/** Something that staff made for a row that changes or removes it. */
async function made(world: World, field: string, type: string, input: Json): Promise<string> {
  const query = `mutation ($input: ${type}!) { made: ${field} }`;
  const { data } = await askAs(world, world.account('staff'), query, { input });
  return Object.values((data as { made: Record<string, { id: string }> }).made)[0]?.id ?? '';
}

const newCode = (world: World) =>
  made(world, 'createDiscountCode(input: $input) { discountCode { id } }', 'CreateDiscountCodeInput', aCode());
const newRate = (world: World) =>
  made(world, 'createShippingRate(input: $input) { shippingRate { id } }', 'CreateShippingRateInput', aRate());
const newZone = (world: World) => made(world, 'setTaxZone(input: $input) { taxZone { id } }', 'SetTaxZoneInput', aZone());

/** Those who have an account put something into their cart first. */
async function codeForCart(world: World, viewer: ViewerName): Promise<Json> {
  const account = world.account(viewer);
  if (account) await world.cart(account);
  const input = aCode();
  await made(world, 'createDiscountCode(input: $input) { discountCode { id } }', 'CreateDiscountCodeInput', input);
  return { input: { code: input['code'] } };
}

/** Taxes, shipping rates and discount codes. */
export const priceRows: readonly Row[] = [
  { field: 'Query.taxZones', operation: '{ taxZones(first: 1) { nodes { id } } }', expected: staffOnly },
  { field: 'Query.shippingRates', operation: '{ shippingRates(first: 1) { nodes { id } } }', expected: staffOnly },
  { field: 'Query.discountCodes', operation: '{ discountCodes(first: 1) { nodes { id } } }', expected: staffOnly },
  { field: 'Query.shippingMethods', operation: '{ shippingMethods(countryCode: "NL") { code } }', expected: everyone() },
  mutation('setTaxZone', 'taxZone { id }', () => ({ input: aZone() })),
  mutation('removeTaxZone', 'removedTaxZoneId', async (world) => ({ input: { taxZoneId: await newZone(world) } })),
  mutation('createShippingRate', 'shippingRate { id }', () => ({ input: { ...aRate(), isActive: false } })),
  mutation('updateShippingRate', 'shippingRate { id }', async (world) => ({
    input: { shippingRateId: await newRate(world), isActive: false },
  })),
  mutation('deleteShippingRate', 'deletedShippingRateId', async (world) => ({ input: { shippingRateId: await newRate(world) } })),
  mutation('createDiscountCode', 'discountCode { id }', () => ({ input: aCode() })),
  mutation('updateDiscountCode', 'discountCode { id }', async (world) => ({
    input: { discountCodeId: await newCode(world), isActive: false },
  })),
  mutation('deleteDiscountCode', 'deletedDiscountCodeId', async (world) => ({ input: { discountCodeId: await newCode(world) } })),
  mutation('applyDiscountCode', 'cart { id }', codeForCart, { ...everyone(), anonymous: 'DiscountCodeInvalid' }),
  mutation('removeDiscountCode', 'cart { id }', () => ({ input: {} }), everyone()),
];
