import { badInput } from '../../../platform/errors';
import { readLine, readOptionalLine } from '../text-input';
import type { Address } from './address.entity';

export type AddressParts = Pick<
  Address,
  'name' | 'company' | 'line1' | 'line2' | 'city' | 'region' | 'postalCode' | 'countryCode' | 'phone'
>;
type GivenParts = { readonly [Part in keyof AddressParts]?: string | null };

/** How each part of an address is read; the required ones refuse to be empty. */
const READERS: { readonly [Part in keyof AddressParts]: (value: string | null | undefined) => AddressParts[Part] } = {
  name: (value) => readLine(value ?? '', 'input.name', 1, 200),
  company: (value) => readOptionalLine(value, 'input.company', 200),
  line1: (value) => readLine(value ?? '', 'input.line1', 1, 200),
  line2: (value) => readOptionalLine(value, 'input.line2', 200),
  city: (value) => readLine(value ?? '', 'input.city', 1, 100),
  region: (value) => readOptionalLine(value, 'input.region', 100),
  postalCode: (value) => readOptionalLine(value, 'input.postalCode', 20),
  countryCode: (value) => readCountry(value ?? ''),
  phone: (value) => readPhone(value),
};

/** @throws BAD_USER_INPUT naming the first part that is missing or wrong */
export function readNewAddress(input: GivenParts): AddressParts {
  return readParts(input, Object.keys(READERS)) as AddressParts;
}

/** Only the parts that were given. @throws BAD_USER_INPUT naming the first that is wrong */
export function readAddressChange(input: GivenParts): Partial<AddressParts> {
  const given = Object.keys(READERS).filter((part) => input[part as keyof AddressParts] !== undefined);
  return readParts(input, given);
}

function readParts(input: GivenParts, parts: readonly string[]): Partial<AddressParts> {
  return Object.fromEntries(parts.map((part) => [part, READERS[part as keyof AddressParts](input[part as keyof AddressParts])]));
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

function readCountry(value: string): string {
  const code = value.trim().toUpperCase();
  const isCountry = /^[A-Z]{2}$/.test(code) && code !== 'ZZ' && countries.of(code) !== undefined;
  if (!isCountry) throw badInput('input.countryCode', 'must be an ISO 3166-1 code of two letters, such as "NL"');
  return code;
}

function readPhone(value: string | null | undefined): string | null {
  const phone = readOptionalLine(value, 'input.phone', 30);
  if (phone !== null && !/^\+?[\d\s()./-]{4,30}$/.test(phone))
    throw badInput('input.phone', 'must be a telephone number, such as "+31 20 123 4567"');
  return phone;
}
