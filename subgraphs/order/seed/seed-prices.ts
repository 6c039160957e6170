import type { ClientBase } from 'pg';
import { priceOrder } from '../pricing';
import { shippingChoiceOf, shippingChoicesSql, type ShippingChoice, type ShippingChoiceRow } from '../shipping';
import { NO_TAX, rateOf, shippingRateOf, taxRulesSql, type TaxRules } from '../tax';
import type { SeedOrder, SeedOrderItem } from './seed-order';

/** By what demo orders are priced: the taxes of countries and the ways to ship everywhere, as the database has them. */
export interface SeedPrices {
  readonly taxes: ReadonlyMap<string, TaxRules>;
  readonly shipping: readonly ShippingChoice[];
}

/** What a price says of a demo order. */
export type SeedPrice = Pick<
  SeedOrder,
  | 'items'
  | 'subtotalMinor'
  | 'shippingMinor'
  | 'shippingTaxMinor'
  | 'shippingTaxRate'
  | 'taxMinor'
  | 'totalMinor'
  | 'pricesIncludeTax'
  | 'shippingMethodName'
>;

export type UnpricedItem = Omit<SeedOrderItem, 'taxMinor' | 'taxRate'>;

export async function readSeedPrices(client: ClientBase): Promise<SeedPrices> {
  const zones = await client.query<{ country: string; rules: TaxRules }>(
    `SELECT z.country_code AS country, ${taxRulesSql('z.country_code', `''`)} AS rules FROM tax_zone z WHERE z.region = ''`,
  );
  const choices = await client.query<{ shipping: ShippingChoiceRow[] }>(`SELECT ${shippingChoicesSql('NULL::text')} AS shipping`);
  return {
    taxes: new Map(zones.rows.map(({ country, rules }) => [country, rules])),
    shipping: (choices.rows[0]?.shipping ?? []).map(shippingChoiceOf),
  };
}

/** Prices a demo order as the checkout would. */
export function priceSeedOrder(
  { taxes, shipping }: SeedPrices,
  countryCode: string,
  shippingMethod: string,
  items: readonly UnpricedItem[],
): SeedPrice {
  const tax = taxes.get(countryCode) ?? NO_TAX;
  const taxRate = rateOf(tax, 'standard');
  const choice = shipping.find(({ code }) => code === shippingMethod);
  const price = priceOrder({
    lines: items.map(({ priceMinor, quantity }) => ({ unitMinor: priceMinor, quantity, taxRate, isDiscounted: false })),
    pricesIncludeTax: tax.pricesIncludeTax,
    discount: null,
    shipping: choice ? { ...choice, taxRate: shippingRateOf(tax) } : null,
  });
  return {
    items: items.map((item, at) => ({ ...item, taxRate, taxMinor: price.lines[at]?.taxMinor ?? 0 })),
    subtotalMinor: price.subtotalMinor,
    shippingMinor: price.shippingMinor,
    shippingTaxMinor: price.shippingTaxMinor,
    shippingTaxRate: shippingRateOf(tax),
    taxMinor: price.taxMinor,
    totalMinor: price.totalMinor,
    pricesIncludeTax: tax.pricesIncludeTax,
    shippingMethodName: choice?.name ?? '',
  };
}

/** Codes to try in a demo shop: one of each kind. */
export async function writeDemoCodes(client: ClientBase): Promise<void> {
  await client.query(`
    INSERT INTO discount_code (code, description, kind, percentage, amount, minimum_subtotal, usage_limit_per_customer) VALUES
      ('WELCOME10', '10 % off your first order', 'PERCENTAGE', 1000, NULL, NULL, 1),
      ('FIVE-OFF', '5.00 off from 40.00', 'FIXED_AMOUNT', NULL, 5.00, 40.00, NULL),
      ('FREESHIP', 'We pay the shipping', 'FREE_SHIPPING', NULL, NULL, NULL, NULL)
    ON CONFLICT (code) DO NOTHING`);
}
