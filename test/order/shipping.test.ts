import { add } from './support/operations';
import { placePriced } from './support/prices';
import { guest, newCustomer, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

async function buyer(price: string) {
  const viewer = newCustomer();
  const variant = await shop.addVariant({ price });
  await add(shop, viewer, variant.id);
  return { viewer, variant };
}

interface Rate {
  readonly id: string;
  readonly version: number;
  readonly name: string;
}

async function changeRate(mutation: 'createShippingRate' | 'updateShippingRate', input: Record<string, unknown>) {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { shippingRate { id version name freeFrom { amount } } errors { __typename } } }`;
  const answer = await shop.data<Record<string, { shippingRate: Rate | null; errors: { __typename: string }[] }>>(
    query,
    { input },
    staff,
  );
  return answer[mutation] as { shippingRate: Rate | null; errors: { __typename: string }[] };
}

const METHODS =
  'query ($country: String!) { shippingMethods(countryCode: $country) { code name price { amount } freeFrom { amount } minDays maxDays } }';

test('ways to ship are told with what they cost for the cart', async () => {
  const { viewer, variant } = await buyer('20.00');
  const of = async (who = viewer) =>
    (await shop.data<{ shippingMethods: unknown[] }>(METHODS, { country: 'nl' }, who)).shippingMethods;
  expect(await of()).toMatchObject([
    { code: 'STANDARD', price: { amount: '4.90' }, freeFrom: { amount: '50.00' }, minDays: 2, maxDays: 5 },
    { code: 'EXPRESS', price: { amount: '12.90' }, freeFrom: null },
  ]);
  await add(shop, viewer, variant.id, 2);
  expect(await of()).toMatchObject([{ price: { amount: '0.00' } }, { price: { amount: '12.90' } }]);
  expect(await of(guest(null))).toMatchObject([{ price: { amount: '4.90' } }, { price: { amount: '12.90' } }]);
});

test('clients that know the enum alone order as before', async () => {
  const { viewer } = await buyer('20.00');
  const { order } = await placePriced(shop, viewer, { shippingMethod: 'EXPRESS' });
  expect(order).toMatchObject({
    shippingMethod: 'EXPRESS',
    shippingMethodCode: 'EXPRESS',
    shippingMethodName: 'Express',
    shipping: { amount: '12.90' },
  });
  const usual = await placePriced(shop, (await buyer('20.00')).viewer, { shippingMethod: 'NONE' });
  expect(usual.order).toMatchObject({ shippingMethod: 'STANDARD', shipping: { amount: '4.90' } });
});

test('a way of the shop alone serves its countries while it is active', async () => {
  const { shippingRate } = await changeRate('createShippingRate', {
    code: 'BIKE',
    name: 'By bicycle',
    price: { amount: '2.50' },
    countries: ['nl', 'BE'],
    freeFrom: { amount: '10.00' },
  });
  const { viewer } = await buyer('9.99');
  const far = await placePriced(shop, viewer, { shippingMethodCode: 'BIKE', address: { countryCode: 'FR' } });
  expect(far.errors).toEqual([{ __typename: 'ShippingMethodUnavailable', available: ['STANDARD', 'EXPRESS'] }]);
  expect(far.order).toBeNull();
  const unknown = await placePriced(shop, viewer, { shippingMethodCode: 'TELEPORT' });
  expect(unknown.errors).toMatchObject([{ __typename: 'ShippingMethodUnavailable' }]);
  const { order } = await placePriced(shop, viewer, { shippingMethodCode: 'BIKE' });
  expect(order).toMatchObject({
    shippingMethod: 'OTHER',
    shippingMethodCode: 'BIKE',
    shippingMethodName: 'By bicycle',
    totalAmount: { amount: '12.49' },
  });
  await changeRate('updateShippingRate', { shippingRateId: shippingRate?.id, isActive: false });
  const over = await placePriced(shop, (await buyer('9.99')).viewer, { shippingMethodCode: 'BIKE' });
  expect(over.errors).toMatchObject([{ __typename: 'ShippingMethodUnavailable' }]);
});

test('what needs no shipping costs none', async () => {
  const { viewer, variant } = await buyer('20.00');
  await shop.product.query('UPDATE product_variant SET requires_shipping = false WHERE id = $1', [variant.key]);
  const { order } = await placePriced(shop, viewer, { shippingMethodCode: 'EXPRESS' });
  expect(order).toMatchObject({
    shippingMethodCode: 'NONE',
    shippingMethodName: '',
    shipping: { amount: '0.00' },
    shippingTax: { amount: '0.00' },
  });
});

test('staff change rates by version; null takes a limit away', async () => {
  const { shippingRate } = await changeRate('createShippingRate', {
    code: 'SLOW',
    name: 'Slow',
    price: { amount: '1.00' },
    freeFrom: { amount: '9.00' },
  });
  const shippingRateId = shippingRate?.id;
  expect((await changeRate('createShippingRate', { code: 'SLOW', name: 'Slow', price: { amount: '1.00' } })).errors).toEqual([
    { __typename: 'ShippingCodeTaken' },
  ]);
  const changed = await changeRate('updateShippingRate', { shippingRateId, name: 'Slower', freeFrom: null, expectedVersion: 1 });
  expect(changed.shippingRate).toMatchObject({ name: 'Slower', version: 2, freeFrom: null });
  expect((await changeRate('updateShippingRate', { shippingRateId, expectedVersion: 1 })).errors).toEqual([
    { __typename: 'ShippingRateVersionConflict' },
  ]);
  await expect(changeRate('updateShippingRate', { shippingRateId, minDays: 9 })).rejects.toThrow('maxDays');
  await expect(changeRate('createShippingRate', { code: 'NONE', name: 'x', price: { amount: '1.00' } })).rejects.toThrow(
    'input.code',
  );
  const remove =
    'mutation ($input: DeleteShippingRateInput!) { deleteShippingRate(input: $input) { deletedShippingRateId errors { __typename } } }';
  expect(await shop.data(remove, { input: { shippingRateId } }, staff)).toEqual({
    deleteShippingRate: { deletedShippingRateId: shippingRateId, errors: [] },
  });
  const list = await shop.data<{ shippingRates: { nodes: { code: string }[] } }>(
    '{ shippingRates(first: 100) { nodes { code } } }',
    {},
    staff,
  );
  expect(list.shippingRates.nodes.map(({ code }) => code)).not.toContain('SLOW');
});
