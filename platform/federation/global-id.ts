import { AppError } from '../errors';

/**
 * Opaque ids: a type's prefix and an integer key, scrambled so that nobody reads how many orders a shop has or guesses
 * the next id. Scrambling is no protection: policies are. Ids never change for a given type and key.
 */
const PREFIXES = {
  User: 'usr',
  Address: 'adr',
  Session: 'ses',
  Product: 'prd',
  ProductVariant: 'var',
  ProductImage: 'img',
  Category: 'cat',
  StockMovement: 'stm',
  Cart: 'crt',
  CartLine: 'cln',
  Order: 'ord',
  OrderItem: 'itm',
  OrderEvent: 'evt',
  Payment: 'pay',
  Shipment: 'shp',
  WebhookEndpoint: 'whe',
  WebhookDelivery: 'whd',
  OrderReturn: 'ret',
  Refund: 'rfd',
  OrderNote: 'nte',
  TaxZone: 'txz',
  ShippingRate: 'shr',
  DiscountCode: 'dsc',
} as const;

export type GlobalIdType = keyof typeof PREFIXES;

const TYPE_BY_PREFIX = new Map(Object.entries(PREFIXES).map(([type, prefix]) => [prefix as string, type as GlobalIdType]));
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 9;
const HALF = 0x1000000;
const ROUND_KEYS = [0x5bd1e9, 0x3c6ef3, 0x9e3779, 0x7f4a7c];
const MAX_KEY = 2_147_483_647;

/** `globalId('Product', 1)` -> `prd_…`, always the same. @throws RangeError when `key` is no positive 32-bit integer */
export function globalId(type: GlobalIdType, key: number): string {
  if (!Number.isInteger(key) || key < 1 || key > MAX_KEY) throw new RangeError('a key must be a positive 32-bit integer');
  const salt = saltOf(type);
  let left = Math.floor(key / HALF);
  let right = key % HALF;
  for (const roundKey of ROUND_KEYS) [left, right] = [right, left ^ mix(right, roundKey ^ salt)];
  let scrambled = left * HALF + right;
  let text = '';
  for (let at = 0; at < LENGTH; at += 1) {
    text = ALPHABET.charAt(scrambled % 62) + text;
    scrambled = Math.floor(scrambled / 62);
  }
  return `${PREFIXES[type]}_${text}`;
}

/** The integer key behind an opaque id, or `null` when the text is no id of this type. */
export function tryKeyOf(type: GlobalIdType, id: string): number | null {
  return typeOfGlobalId(id) === type ? unscramble(type, id.slice(PREFIXES[type].length + 1)) : null;
}

/** The integer key behind an opaque id. @throws BAD_USER_INPUT naming `field` when the text is no id of this type */
export function keyOf(type: GlobalIdType, id: string, field = 'id'): number {
  const key = tryKeyOf(type, id);
  if (key === null) throw new AppError('BAD_USER_INPUT', `${field} must be the id of a ${type}, as this API gave it`, { field });
  return key;
}

/** Which type an opaque id names, or `null` for any other text. */
export function typeOfGlobalId(id: string): GlobalIdType | null {
  const separator = id.indexOf('_');
  const type = TYPE_BY_PREFIX.get(id.slice(0, separator));
  return type !== undefined && unscramble(type, id.slice(separator + 1)) !== null ? type : null;
}

function unscramble(type: GlobalIdType, text: string): number | null {
  if (text.length !== LENGTH) return null;
  let scrambled = 0;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return null;
    scrambled = scrambled * 62 + digit;
  }
  if (scrambled >= HALF * HALF) return null;
  const salt = saltOf(type);
  let left = Math.floor(scrambled / HALF);
  let right = scrambled % HALF;
  for (const roundKey of ROUND_KEYS.toReversed()) [left, right] = [right ^ mix(left, roundKey ^ salt), left];
  const key = left * HALF + right;
  return key >= 1 && key <= MAX_KEY ? key : null;
}

function mix(half: number, key: number): number {
  const product = Math.imul(half ^ key, 0x2c1b3c6d);
  return ((product ^ (product >>> 15)) >>> 4) & (HALF - 1);
}

function saltOf(type: GlobalIdType): number {
  const prefix = PREFIXES[type];
  return (prefix.charCodeAt(0) << 16) | (prefix.charCodeAt(1) << 8) | prefix.charCodeAt(2);
}
