import { Field, ID, InputType, Int } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { readCountry } from '../place';
import { requiredText } from '../text';
import { STANDARD_CATEGORY } from './tax-zone.entity';
import type { NewTaxZone } from './tax.service';

const MAX_CATEGORIES = 20;

@InputType({ description: 'The tax of one category of goods.' })
export class TaxRateInput {
  @Field(() => String, {
    description: 'The category: lower-case letters, digits and "-", 40 characters at most, such as "reduced".',
  })
  category: string;

  @Field(() => Int, { description: 'In hundredths of a percent, 0 to 10000: 1900 are 19 %.' })
  rate: number;
}

@InputType({ description: 'How goods are taxed in a place; what is there of it is replaced.' })
export class SetTaxZoneInput {
  @Field(() => String, { description: 'The ISO 3166-1 code of the country, such as "NL".' })
  countryCode: string;

  @Field(() => String, {
    nullable: true,
    description: 'A region as addresses name it, up to 100 characters, such as "CA"; absent for the whole country.',
  })
  region?: string | null;

  @Field(() => String, { description: 'What the tax is called there, 1 to 60 characters, such as "VAT".' })
  name: string;

  @Field(() => Boolean, { description: 'Whether the prices of the catalogue have the tax in them; otherwise it is added.' })
  pricesIncludeTax: boolean;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether shipping is taxed, at the standard rate.' })
  isShippingTaxed: boolean;

  @Field(() => [TaxRateInput], { description: 'The rates, 1 to 20, "standard" among them.' })
  rates: TaxRateInput[];

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'A tax zone to remove.' })
export class RemoveTaxZoneInput {
  @Field(() => ID, { description: 'The zone.' })
  taxZoneId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

/** @throws BAD_USER_INPUT naming what is out of range */
export function readTaxZone(input: SetTaxZoneInput): NewTaxZone {
  const rates = new Map<string, number>();
  input.rates.forEach(({ category, rate }, at) => {
    const field = `input.rates.${at}`;
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(category)) {
      throw badInput(`${field}.category`, 'must have 1 to 40 lower-case letters, digits and "-", the first a letter');
    }
    if (rates.has(category)) throw badInput(`${field}.category`, 'must stand once only');
    if (rate < 0 || rate > 10_000) throw badInput(`${field}.rate`, 'must be from 0 to 10000');
    rates.set(category, rate);
  });
  if (rates.size > MAX_CATEGORIES || !rates.has(STANDARD_CATEGORY)) {
    throw badInput('input.rates', `must have 1 to ${MAX_CATEGORIES} entries, "${STANDARD_CATEGORY}" among them`);
  }
  return {
    countryCode: readCountry(input.countryCode, 'input.countryCode'),
    region: input.region?.trim() ? requiredText(input.region, 'input.region', 100) : '',
    name: requiredText(input.name, 'input.name', 60),
    pricesIncludeTax: input.pricesIncludeTax,
    isShippingTaxed: input.isShippingTaxed,
    rates: [...rates].map(([category, rate]) => ({ category, rate })),
  };
}
