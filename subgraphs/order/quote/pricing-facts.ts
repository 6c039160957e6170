import type { DataSource } from 'typeorm';
import { discountRuleOf, discountRuleSql, type DiscountRule, type DiscountRuleRow } from '../discount';
import { shippingChoiceOf, shippingChoicesSql, type ShippingChoice, type ShippingChoiceRow } from '../shipping';
import { NO_TAX, taxRulesSql, type TaxRules } from '../tax';

/** By what a cart is priced for one place, as it is at the moment of reading. */
export interface PricingFacts {
  readonly tax: TaxRules;
  /** The ways to ship there, in the shop's order. */
  readonly shipping: readonly ShippingChoice[];
  /** Of the cart's code; `null` without one, or when there is no such code. */
  readonly discount: DiscountRule | null;
}

export interface Destination {
  readonly countryCode: string;
  readonly region?: string | null;
}

/** What is known of a code where the place is not yet known. */
export interface CodeOfCustomer {
  readonly code: string | null;
  readonly userId: number | null;
}

/** One statement for all that a price depends on, so that it adds a single one to a checkout. */
export async function readPricingFacts(
  database: DataSource,
  to: Destination,
  { code, userId }: CodeOfCustomer,
): Promise<PricingFacts> {
  const [row] = await database.query<{ tax: TaxRules | null; shipping: ShippingChoiceRow[]; discount: DiscountRuleRow | null }[]>(
    `SELECT ${taxRulesSql('$1', '$2')} AS tax, ${shippingChoicesSql('$1')} AS shipping, ${discountRuleSql('$3', '$4::int')} AS discount`,
    [to.countryCode, to.region ?? '', code, userId],
  );
  return {
    tax: row?.tax ?? NO_TAX,
    shipping: (row?.shipping ?? []).map(shippingChoiceOf),
    discount: row?.discount ? discountRuleOf(row.discount) : null,
  };
}

/** The rules of many carts' codes at once, in the order asked. */
export async function readDiscountRules(
  database: DataSource,
  carts: readonly CodeOfCustomer[],
): Promise<(DiscountRule | null)[]> {
  if (carts.every(({ code }) => code === null)) return carts.map(() => null);
  const rows = await database.query<{ discount: DiscountRuleRow | null }[]>(
    `SELECT ${discountRuleSql('c.code', 'c.user_id')} AS discount
     FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS c (code, user_id, n) ORDER BY c.n`,
    [carts.map(({ code }) => code), carts.map(({ userId }) => userId)],
  );
  return rows.map(({ discount }) => discount && discountRuleOf(discount));
}
