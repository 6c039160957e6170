import { badInput } from '../../../platform/errors';

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** Whether a text is an ISO 3166-1 code in capitals. */
export function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && code !== 'ZZ' && COUNTRIES.of(code) !== undefined;
}

/** @throws BAD_USER_INPUT unless it is an ISO 3166-1 code, in any case of letters */
export function readCountry(text: string, field: string): string {
  const code = text.trim().toUpperCase();
  if (!isCountry(code)) throw badInput(field, 'must be an ISO 3166-1 code such as "NL"');
  return code;
}
