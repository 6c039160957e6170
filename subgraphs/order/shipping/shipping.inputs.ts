import { Field, ID, InputType, Int } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { MoneyInput, readMoney } from '../../../platform/federation';
import { readCountry } from '../place';
import { optionalText, requiredText } from '../text';
import type { ShippingRateChange } from './shipping.service';

const MAX_COUNTRIES = 250;
const MAX_DAYS = 365;

@InputType()
class ShippingRateInput {
  @Field(() => String, { nullable: true, description: 'More for customers to read, up to 500 characters.' })
  description?: string | null;

  @Field(() => [String], { nullable: true, description: 'ISO 3166-1 codes of the countries that it serves; empty for all.' })
  countries?: string[] | null;

  @Field(() => MoneyInput, {
    nullable: true,
    description: 'Goods of this value, after discount, travel free; null when none do.',
  })
  freeFrom?: MoneyInput | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether customers may choose it.' })
  isActive?: boolean | null;

  @Field(() => Int, { nullable: true, description: 'Its place among the others, 0 to 10,000, the lowest first.' })
  position?: number | null;
}

@InputType({ description: 'A new way to ship.' })
export class CreateShippingRateInput extends ShippingRateInput {
  @Field(() => String, { description: 'What programs call it, 2 to 40 capitals, digits and "_", such as "PICKUP".' })
  code: string;

  @Field(() => String, { description: 'What customers read, 1 to 100 characters.' })
  name: string;

  @Field(() => MoneyInput, { description: 'What it costs.' })
  price: MoneyInput;

  @Field(() => Int, { defaultValue: 1, description: 'How many days it takes at least, 0 to 365.' })
  minDays: number;

  @Field(() => Int, { defaultValue: 5, description: 'How many days it takes at most, 0 to 365.' })
  maxDays: number;
}

@InputType({ description: 'What to change of a way to ship; what is absent stays.' })
export class UpdateShippingRateInput extends ShippingRateInput {
  @Field(() => ID, { description: 'Which.' })
  shippingRateId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'What customers read, 1 to 100 characters.' })
  name?: string | null;

  @Field(() => MoneyInput, { nullable: true, description: 'What it costs.' })
  price?: MoneyInput | null;

  @Field(() => Int, { nullable: true, description: 'How many days it takes at least, 0 to 365.' })
  minDays?: number | null;

  @Field(() => Int, { nullable: true, description: 'How many days it takes at most, 0 to 365.' })
  maxDays?: number | null;
}

@InputType({ description: 'A way to ship to delete; orders keep its name.' })
export class DeleteShippingRateInput {
  @Field(() => ID, { description: 'Which.' })
  shippingRateId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

/** @throws BAD_USER_INPUT unless it has 2 to 40 capitals, digits and "_" and is none that means something else */
export function readShippingCode(text: string, field: string): string {
  if (!/^[A-Z][A-Z0-9_]{1,39}$/.test(text) || text === 'NONE' || text === 'OTHER') {
    throw badInput(field, 'must have 2 to 40 capitals, digits and "_", the first a letter, and be neither NONE nor OTHER');
  }
  return text;
}

/** What is given of a rate; what is absent is `undefined`. @throws BAD_USER_INPUT naming what is out of range */
export function readShippingRate(input: UpdateShippingRateInput | CreateShippingRateInput, currency: string): ShippingRateChange {
  const { countries, freeFrom } = input;
  if (countries && countries.length > MAX_COUNTRIES)
    throw badInput('input.countries', `must have ${MAX_COUNTRIES} entries at most`);
  const days = (value: number | null | undefined, field: string): number | undefined => within(value, field, MAX_DAYS);
  const change: ShippingRateChange = {
    name: present(input.name, (name) => requiredText(name, 'input.name', 100)),
    description: present(input.description, (text) => optionalText(text, 'input.description', 500) ?? ''),
    countries: present(countries, (codes) => [...new Set(codes.map((code, at) => readCountry(code, `input.countries.${at}`)))]),
    priceMinor: present(input.price, (price) => readMoney(price, currency, 'input.price')),
    // Null takes it away, which is not the same as leaving it out.
    freeFromMinor: freeFrom === null ? null : present(freeFrom, (money) => readMoney(money, currency, 'input.freeFrom')),
    minDays: days(input.minDays, 'input.minDays'),
    maxDays: days(input.maxDays, 'input.maxDays'),
    isActive: input.isActive ?? undefined,
    position: within(input.position, 'input.position', 10_000),
  };
  const { minDays, maxDays } = change;
  if (minDays !== undefined && maxDays !== undefined && minDays > maxDays)
    throw badInput('input.maxDays', 'must be minDays or more');
  return change;
}

function present<T, R>(value: T | null | undefined, read: (value: T) => R): R | undefined {
  return value === null || value === undefined ? undefined : read(value);
}

function within(value: number | null | undefined, field: string, maximum: number): number | undefined {
  if (typeof value === 'number' && (value < 0 || value > maximum)) throw badInput(field, `must be from 0 to ${maximum}`);
  return value ?? undefined;
}
