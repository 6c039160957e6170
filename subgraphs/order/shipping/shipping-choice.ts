import { decimalToMinor } from '../../../platform/db';

/** A way to ship that a customer may choose for a country. */
export interface ShippingChoice {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly priceMinor: number;
  readonly freeFromMinor: number | null;
  readonly minDays: number;
  readonly maxDays: number;
}

/** As {@link shippingChoicesSql} reads it. */
export type ShippingChoiceRow = Omit<ShippingChoice, 'priceMinor' | 'freeFromMinor'> & {
  readonly price: string;
  readonly freeFrom: string | null;
};

/** SQL for the choices of a country as a JSON array, in the shop's order. The argument is SQL, such as `$1`. */
export function shippingChoicesSql(countryCode: string): string {
  return `(SELECT COALESCE(jsonb_agg(jsonb_build_object('code', s.code, 'name', s.name, 'description', s.description,
      'price', s.price::text, 'freeFrom', s.free_from::text, 'minDays', s.min_days, 'maxDays', s.max_days) ORDER BY s.position, s.id), '[]')
    FROM shipping_rate s WHERE s.is_active AND (s.countries = '{}' OR ${countryCode} = ANY (s.countries)))`;
}

export function shippingChoiceOf({ price, freeFrom, ...row }: ShippingChoiceRow): ShippingChoice {
  return { ...row, priceMinor: decimalToMinor(price), freeFromMinor: freeFrom === null ? null : decimalToMinor(freeFrom) };
}
