import { decimalToMinor } from '../../platform/db';

/** Why a row, or a part of it, cannot be taken; the message is shown in the report. */
export class RowError extends Error {}

const TRUE = new Set(['true', 'yes', '1', 'active', 'continue']);
const FALSE = new Set(['false', 'no', '0', 'deny']);
/** U+FFFD stands where the file's bytes were no UTF-8; PostgreSQL takes no NUL. */
const UNREADABLE = /[\0\ufffd]/;

/** @throws RowError beyond `maximum` characters, and for characters that cannot be stored */
export function readText(text: string, name: string, maximum: number): string {
  if (text.length > maximum) throw new RowError(`${name} has ${text.length} characters, ${maximum} at most`);
  if (UNREADABLE.test(text)) throw new RowError(`${name} is not valid UTF-8; save the file as UTF-8`);
  return text;
}

export function readOptionalText(text: string, name: string, maximum: number): string | null {
  return text === '' ? null : readText(text, name, maximum);
}

/** A price in minor units; more than two fraction digits round half up. @throws RowError */
export function readPrice(text: string, name: string, maximumMinor: number): number {
  const match = /^(\d{1,9})(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RowError(text === '' ? `${name} is missing` : `${name} "${text.slice(0, 40)}" is no price such as 19.99`);
  const [, whole, fraction = ''] = match;
  const minor = decimalToMinor(`${whole}.${fraction.padEnd(2, '0').slice(0, 2)}`) + (Number(fraction[2] ?? 0) >= 5 ? 1 : 0);
  if (minor > maximumMinor) throw new RowError(`${name} ${text} is more than ${maximumMinor / 100}`);
  return minor;
}

/** @throws RowError when the text is no whole number from `minimum` to `maximum` */
export function readWhole(text: string, name: string, minimum: number, maximum: number): number {
  const value = /^-?\d{1,12}(\.0+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new RowError(`${name} "${text.slice(0, 40)}" is no whole number`);
  if (value < minimum || value > maximum) throw new RowError(`${name} ${text} is not from ${minimum} to ${maximum}`);
  return value;
}

/** @throws RowError when the text is neither yes nor no; empty is `fallback` */
export function readFlag(text: string, name: string, fallback: boolean): boolean {
  const lower = text.toLowerCase();
  if (lower === '') return fallback;
  if (TRUE.has(lower)) return true;
  if (FALSE.has(lower)) return false;
  throw new RowError(`${name} "${text.slice(0, 40)}" is neither true nor false`);
}

/** A web address, or a path of our own. @throws RowError */
export function readUrl(text: string, name: string, maximum: number): string {
  const url = readText(text, name, maximum);
  if (/^\/[\w./-]+$/.test(url) && !url.startsWith('//')) return url;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') {
    throw new RowError(`${name} "${url.slice(0, 60)}" is no address that begins with https:// or http://`);
  }
  return url;
}
