import { OrderAddress } from '../order';
import { isCountry } from '../place';
import { InvalidAddress } from './checkout.errors';
import type { OrderAddressInput } from './checkout.inputs';

/** Reads an address and tells every part that is wrong, not just the first. */
export function readAddress(input: OrderAddressInput, field: string): { address: OrderAddress; errors: InvalidAddress[] } {
  const errors: InvalidAddress[] = [];
  const read = (name: keyof OrderAddressInput, maxLength: number, isRequired: boolean): string | null => {
    const text = (input[name] ?? '').normalize('NFC').trim();
    const isGood = text.length <= maxLength && !/[\p{Cc}\p{Cs}]/u.test(text) && (!isRequired || text !== '');
    if (!isGood)
      errors.push(
        InvalidAddress.make(['input', field, name], `must have ${isRequired ? 1 : 0} to ${maxLength} characters in one line`),
      );
    return text === '' ? null : text;
  };
  const address = Object.assign(new OrderAddress(), {
    name: read('name', 200, true) ?? '',
    company: read('company', 200, false),
    line1: read('line1', 200, true) ?? '',
    line2: read('line2', 200, false),
    city: read('city', 100, true) ?? '',
    region: read('region', 100, false),
    postalCode: read('postalCode', 20, false),
    countryCode: input.countryCode.trim().toUpperCase(),
    phone: read('phone', 40, false),
  });
  if (!isCountry(address.countryCode))
    errors.push(InvalidAddress.make(['input', field, 'countryCode'], 'must be an ISO 3166-1 code such as "NL"'));
  return { address, errors };
}
