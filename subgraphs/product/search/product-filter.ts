import { requireScope, type Viewer } from '../../../platform/auth';
import { badInput } from '../../../platform/errors';
import { keyOf, readMoney } from '../../../platform/federation';
import { seesAllProducts, type ProductStatus } from '../catalog';
import type { OptionFilterInput, ProductFilterInput } from './listing.inputs';

export const MATCH_MODES = ['EXACT', 'CORRECTED', 'LIKE'] as const;

/** How a search took its words: as they were given, as `words` corrects them, or by names that are like them. */
export interface Match {
  readonly mode: (typeof MATCH_MODES)[number];
  readonly words: string;
}

/** Which products to list, checked. Equal filters have equal JSON, so it serves as a key of cursors and caches. */
export interface ProductFilter {
  readonly statuses: readonly ProductStatus[];
  readonly categoryKey: number | null;
  readonly categorySlug: string | null;
  readonly query: string | null;
  /** How the first page took the words, to which the pages and counts of a list keep; `null` while that is not known. */
  readonly match: Match | null;
  readonly minPriceMinor: number | null;
  readonly maxPriceMinor: number | null;
  readonly inStock: boolean | null;
  readonly options: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly vendors: readonly string[];
  readonly productTypes: readonly string[];
  readonly tags: readonly string[];
}

const MAX_VALUES = 50;
const MAX_OPTIONS = 10;
const MAX_TEXT = 200;

/** What the shop shows to everybody. */
export const wholeShop: ProductFilter = {
  statuses: ['ACTIVE'],
  categoryKey: null,
  categorySlug: null,
  query: null,
  match: null,
  minPriceMinor: null,
  maxPriceMinor: null,
  inStock: null,
  options: [],
  vendors: [],
  productTypes: [],
  tags: [],
};

/** @throws BAD_USER_INPUT naming the field that is wrong; UNAUTHENTICATED or FORBIDDEN when others than staff ask for other statuses */
export function readFilter(input: ProductFilterInput | null | undefined, viewer: Viewer, currency: string): ProductFilter {
  if (!input) return wholeShop;
  const price = (name: 'minPrice' | 'maxPrice'): number | null => {
    const money = input[name];
    return money ? readMoney(money, currency, `filter.${name}`, 0, 1_000_000_000) : null;
  };
  return {
    statuses: readStatuses(input, viewer),
    categoryKey: input.categoryId ? keyOf('Category', input.categoryId, 'filter.categoryId') : null,
    categorySlug: input.categorySlug ? readText(input.categorySlug, 'filter.categorySlug') : null,
    query: readQuery(input.query, 'filter.query'),
    match: null,
    minPriceMinor: price('minPrice'),
    maxPriceMinor: price('maxPrice'),
    inStock: input.inStock ?? null,
    options: readOptions(input.options ?? []),
    vendors: readTexts(input.vendors, 'filter.vendors'),
    productTypes: readTexts(input.productTypes, 'filter.productTypes'),
    tags: readTexts(input.tags, 'filter.tags'),
  };
}

/** Words to search for; `null` when there are none. @throws BAD_USER_INPUT */
export function readQuery(query: string | null | undefined, field: string): string | null {
  const trimmed = readText(query ?? '', field)
    .normalize('NFC')
    .trim()
    .replace(/\s+/g, ' ');
  return trimmed === '' ? null : trimmed;
}

function readStatuses(input: ProductFilterInput, viewer: Viewer): ProductStatus[] {
  const statuses = [...new Set(input.statuses ?? [])].sort();
  if (statuses.length === 0) return ['ACTIVE'];
  if (statuses.some((status) => status !== 'ACTIVE') && !seesAllProducts(viewer)) requireScope(viewer, 'catalog:write');
  return statuses;
}

function readOptions(options: readonly OptionFilterInput[]): ProductFilter['options'] {
  if (options.length > MAX_OPTIONS) throw badInput('filter.options', `must hold at most ${MAX_OPTIONS}`);
  return options.map(({ name, values }) => {
    const read = readTexts(values, 'filter.options.values');
    if (read.length === 0) throw badInput('filter.options.values', `must hold from 1 to ${MAX_VALUES}`);
    return { name: readText(name, 'filter.options.name'), values: read };
  });
}

function readTexts(texts: readonly string[] | null | undefined, field: string): string[] {
  if (!texts) return [];
  if (texts.length > MAX_VALUES) throw badInput(field, `must hold at most ${MAX_VALUES}`);
  return [...new Set(texts.map((text) => readText(text, field)))].sort();
}

function readText(text: string, field: string): string {
  if (text.length > MAX_TEXT || text.includes('\0') || !text.isWellFormed())
    throw badInput(field, `must be at most ${MAX_TEXT} characters of Unicode without NUL`);
  return text;
}
