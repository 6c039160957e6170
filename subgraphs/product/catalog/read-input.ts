import { badInput } from '../../../platform/errors';
import { keyOf, readMoney, type MoneyInput } from '../../../platform/federation';
import { readOptionalText, readText, readWhole } from '../text-input';
import type { NewImageInput, NewVariantInput } from './product-edit.inputs';

export interface NewVariant {
  readonly sku: string | null;
  readonly title: string;
  readonly optionValues: string[];
  readonly price: number;
  readonly compareAtPrice: number | null;
  readonly stockOnHand: number;
  readonly isTracked: boolean;
  readonly allowBackorder: boolean;
  readonly requiresShipping: boolean;
  readonly weightGrams: number | null;
  readonly barcode: string | null;
}

export interface NewImage {
  readonly url: string;
  readonly alt: string;
  readonly width: number | null;
  readonly height: number | null;
}

export const MAX_VARIANTS = 100;
const MAX_PRICE_MINOR = 1_000_000_000;
const MAX_STOCK = 10_000_000;

export function readTaxCategory(category: string, field: string): string {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(category)) {
    throw badInput(field, 'must have 1 to 40 lower-case letters, digits and "-", the first a letter');
  }
  return category;
}

/** @throws BAD_USER_INPUT naming the field, as all readers here */
export function readNewVariant(input: NewVariantInput, optionCount: number, currency: string, field: string): NewVariant {
  const optionValues = readOptionValues(input.optionValues ?? [], optionCount, `${field}.optionValues`);
  return {
    sku: readOptionalText(input.sku, `${field}.sku`, 100),
    title: titleOf(optionValues),
    optionValues,
    price: readPrice(input.price, currency, `${field}.price`),
    compareAtPrice: input.compareAtPrice ? readPrice(input.compareAtPrice, currency, `${field}.compareAtPrice`) : null,
    stockOnHand: readWhole(input.stockOnHand, `${field}.stockOnHand`, 0, MAX_STOCK),
    isTracked: input.isTracked,
    allowBackorder: input.allowBackorder,
    requiresShipping: input.requiresShipping,
    weightGrams: readWeight(input.weightGrams, `${field}.weightGrams`),
    barcode: readOptionalText(input.barcode, `${field}.barcode`, 100),
  };
}

export function readPrice(input: MoneyInput, currency: string, field: string): number {
  return readMoney(input, currency, field, 0, MAX_PRICE_MINOR);
}

export function readWeight(grams: number | null | undefined, field: string): number | null {
  return grams === null || grams === undefined ? null : readWhole(grams, field, 0, 10_000_000);
}

export function readOptionValues(values: readonly string[], optionCount: number, field: string): string[] {
  if (values.length !== optionCount)
    throw badInput(field, `must hold ${optionCount} choices, one for each option of the product`);
  return values.map((value) => readText(value, field, 1, 100));
}

export function titleOf(optionValues: readonly string[]): string {
  return optionValues.join(' / ') || 'Default';
}

export function readNewImage(input: NewImageInput, field: string): NewImage {
  const url = readText(input.url, `${field}.url`, 1, 2000);
  const isWeb = /^https?:\/\//.test(url) && URL.canParse(url);
  if (!isWeb && !/^\/(?![/\\])\S*$/.test(url))
    throw badInput(`${field}.url`, 'must be an http or https address, or a path that begins with one /');
  const pixels = (value: number | null | undefined, name: string): number | null =>
    value === null || value === undefined ? null : readWhole(value, `${field}.${name}`, 1, 100_000);
  return {
    url,
    alt: readOptionalText(input.alt, `${field}.alt`, 500) ?? '',
    width: pixels(input.width, 'width'),
    height: pixels(input.height, 'height'),
  };
}

/** Short texts without repetition, such as tags. */
export function readWords(words: readonly string[], field: string, maximum: number): string[] {
  if (words.length > maximum) throw badInput(field, `must hold at most ${maximum}`);
  return [...new Set(words.map((word) => readText(word, field, 1, 100)))];
}

export function readCategoryKeys(ids: readonly string[]): number[] {
  if (ids.length > 50) throw badInput('input.categoryIds', 'must hold at most 50');
  return [...new Set(ids.map((id) => keyOf('Category', id, 'input.categoryIds')))];
}
