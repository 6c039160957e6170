import { add } from './support/operations';
import { placePriced, setTax } from './support/prices';
import { newCustomer, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

async function buyer(...prices: string[]) {
  const viewer = newCustomer();
  for (const price of prices) await add(shop, viewer, (await shop.addVariant({ price })).id);
  return viewer;
}

const US = { countryCode: 'US', region: 'CA', postalCode: '94103' };

test('is shown where prices include it, and changes no price', async () => {
  const viewer = await buyer('19.99', '9.99');
  const { order } = await placePriced(shop, viewer, { address: { countryCode: 'DE' } });
  expect(order).toMatchObject({
    pricesIncludeTax: true,
    subtotal: { amount: '29.98' },
    shipping: { amount: '4.90' },
    shippingTax: { amount: '0.78' },
    tax: { amount: '5.57' },
    totalAmount: { amount: '34.88' },
    taxLines: [{ rate: 1900, net: { amount: '29.31' }, tax: { amount: '5.57' } }],
  });
  expect(order?.items.map(({ tax, paid }) => [tax.amount, paid.amount])).toEqual([
    ['3.19', '19.99'],
    ['1.60', '9.99'],
  ]);
});

test('comes on top elsewhere, by region, and on the shipping where that is taxed', async () => {
  await setTax(shop, 'US', false, { standard: 725 }, { region: 'ca', isShippingTaxed: false });
  const viewer = await buyer('10.00');
  const { order } = await placePriced(shop, viewer, { address: US });
  expect(order).toMatchObject({
    pricesIncludeTax: false,
    tax: { amount: '0.73' },
    shippingTax: { amount: '0.00' },
    totalAmount: { amount: '15.63' },
  });
  expect(order?.items[0]?.paid.amount).toBe('10.73');
  const elsewhere = await placePriced(shop, await buyer('10.00'), { address: { ...US, region: 'OR' } });
  expect(elsewhere.order).toMatchObject({ tax: { amount: '0.00' }, totalAmount: { amount: '14.90' }, taxLines: [] });
});

test('has a rate for each category of goods, and none for what is not taxed', async () => {
  await setTax(shop, 'FR', true, { standard: 2000, reduced: 550 });
  const viewer = newCustomer();
  const [book, lamp, stamp, odd] = [
    await shop.addVariant({ price: '10.00' }),
    await shop.addVariant({ price: '10.00' }),
    await shop.addVariant({ price: '10.00' }),
    await shop.addVariant({ price: '30.00' }),
  ];
  await shop.product.query(`UPDATE product SET tax_category = 'reduced' WHERE id = $1`, [book.productKey]);
  await shop.product.query(`UPDATE product SET tax_category = 'unheard-of' WHERE id = $1`, [odd.productKey]);
  await shop.product.query('UPDATE product_variant SET taxable = false WHERE id = $1', [stamp.key]);
  for (const { id } of [book, lamp, stamp, odd]) await add(shop, viewer, id);
  const { quote } = await placePriced(shop, viewer, { dryRun: true, address: { countryCode: 'FR' } });
  expect(quote?.lines.map(({ taxRate, tax }) => [taxRate, tax.amount])).toEqual([
    [550, '0.52'],
    [2000, '1.67'],
    [0, '0.00'],
    [2000, '5.00'],
  ]);
  expect(quote?.taxLines).toEqual([
    { rate: 2000, net: { amount: '33.33' }, tax: { amount: '6.67' } },
    { rate: 550, net: { amount: '9.48' }, tax: { amount: '0.52' } },
  ]);
});

test('an order keeps the rates of its day', async () => {
  await setTax(shop, 'NO', true, { standard: 2500 });
  const viewer = await buyer('100.00');
  const { order } = await placePriced(shop, viewer, { address: { countryCode: 'NO' } });
  await setTax(shop, 'NO', true, { standard: 1000 });
  const query = 'query ($id: ID!) { order(id: $id) { tax { amount } taxLines { rate } items { taxRate } } }';
  const read = await shop.data<{ order: unknown }>(query, { id: order?.id }, viewer);
  expect(read.order).toEqual({ tax: { amount: '20.00' }, taxLines: [{ rate: 2500 }], items: [{ taxRate: 2500 }] });
});

test('zones are listed, replaced by version and removed', async () => {
  const list = '{ taxZones(first: 100) { totalCount nodes { id countryCode region version rates { category rate } } } }';
  interface Zone {
    readonly id: string;
    readonly countryCode: string;
    readonly region: string | null;
    readonly version: number;
    readonly rates: unknown;
  }
  const zones = (await shop.data<{ taxZones: { nodes: Zone[] } }>(list, {}, staff)).taxZones.nodes;
  const netherlands = zones.find(({ countryCode }) => countryCode === 'NL');
  expect(netherlands?.rates).toEqual([
    { category: 'reduced', rate: 900 },
    { category: 'standard', rate: 2100 },
  ]);
  await expect(setTax(shop, 'NL', true, { standard: 2200 }, { expectedVersion: 99 })).rejects.toThrow('TaxZoneVersionConflict');
  await expect(setTax(shop, 'NL', true, { reduced: 900 })).rejects.toThrow('input.rates');
  await expect(setTax(shop, 'QQ', true, { standard: 0 })).rejects.toThrow('countryCode');
  const remove =
    'mutation ($input: RemoveTaxZoneInput!) { removeTaxZone(input: $input) { removedTaxZoneId errors { __typename } } }';
  await setTax(shop, 'IS', true, { standard: 2400 });
  const made = (await shop.data<{ taxZones: { nodes: Zone[] } }>(list, {}, staff)).taxZones.nodes.find(
    ({ countryCode }) => countryCode === 'IS',
  );
  const input = { taxZoneId: made?.id };
  expect(await shop.data(remove, { input }, staff)).toEqual({ removeTaxZone: { removedTaxZoneId: made?.id, errors: [] } });
  expect(await shop.data(remove, { input }, staff)).toEqual({
    removeTaxZone: { removedTaxZoneId: null, errors: [{ __typename: 'TaxZoneNotFound' }] },
  });
});
