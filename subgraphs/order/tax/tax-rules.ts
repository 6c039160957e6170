import { STANDARD_CATEGORY } from './tax-zone.entity';

/** How goods are taxed that go to one place. */
export interface TaxRules {
  readonly pricesIncludeTax: boolean;
  readonly isShippingTaxed: boolean;
  /** In basis points, by category. */
  readonly rates: Readonly<Record<string, number>>;
}

/** Where no zone is set up nothing is taxed. */
export const NO_TAX: TaxRules = { pricesIncludeTax: true, isShippingTaxed: false, rates: {} };

/**
 * SQL for the {@link TaxRules} of a place as JSON, NULL without any; the zone of the region goes before the country's.
 * The arguments are SQL, such as `$1`.
 */
export function taxRulesSql(countryCode: string, region: string): string {
  return `(SELECT jsonb_build_object('pricesIncludeTax', z.prices_include_tax, 'isShippingTaxed', z.is_shipping_taxed,
      'rates', COALESCE((SELECT jsonb_object_agg(r.category, r.rate) FROM tax_rate r WHERE r.zone_id = z.id), '{}'))
    FROM tax_zone z WHERE z.country_code = ${countryCode} AND (z.region = '' OR lower(z.region) = lower(${region}))
    ORDER BY z.region <> '' DESC LIMIT 1)`;
}

/** The rate of a category of goods in basis points; `null` is not taxed. */
export function rateOf({ rates }: TaxRules, category: string | null): number {
  if (category === null) return 0;
  return rates[category] ?? rates[STANDARD_CATEGORY] ?? 0;
}

export function shippingRateOf(rules: TaxRules): number {
  return rules.isShippingTaxed ? rateOf(rules, STANDARD_CATEGORY) : 0;
}
