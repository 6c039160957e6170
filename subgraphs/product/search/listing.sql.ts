import type { SortColumn } from '../../../platform/db';
import { ProductSort } from './listing.inputs';
import type { ProductFilter } from './product-filter';

/** The parameters of one statement; `add` answers the placeholder. */
export class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** Filters that a facet of the same name ignores, so that a client can offer the alternatives. */
export const DIMENSIONS = ['vendors', 'productTypes', 'tags', 'price', 'inStock', 'options'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** A filter as SQL over `product p`; the text depends on which filters are given, never on their values. */
export interface ListingSql {
  readonly from: string;
  /** What always holds: status, category, words. */
  readonly base: string;
  readonly dimensions: ReadonlyMap<Dimension, string>;
  /** All of it. */
  readonly where: string;
}

/** `categorySql` stands for the category's key where one statement lists several categories. */
export function listingSql(filter: ProductFilter, parameters: Parameters, categorySql?: string): ListingSql {
  const base = [statusCondition(filter, parameters)];
  const from =
    filter.query === null ? 'product p' : `${hitsOf(filter.query, filter, parameters)} h JOIN product p ON p.id = h.id`;
  const category = categorySql ?? (filter.categoryKey === null ? null : `${parameters.add(filter.categoryKey)}::integer`);
  if (category !== null) base.push(inCategory(category));
  if (filter.categorySlug !== null)
    base.push(inCategory(`(SELECT id FROM category WHERE slug = ${parameters.add(filter.categorySlug)})`));
  const dimensions = dimensionConditions(filter, parameters);
  return { from, base: base.join(' AND '), dimensions, where: [...base, ...dimensions.values()].join(' AND ') };
}

/** The columns of each sort; the last is unique. */
export function sortColumns(sort: ProductSort): SortColumn[] {
  const [column, direction] = SORTS[sort];
  return [
    { ...column, direction },
    { sql: 'p.id', type: 'integer', direction },
  ];
}

const NAME = { sql: 'p.sort_name', type: 'text' } as const;
const PRICE = { sql: 'p.price', type: 'numeric' } as const;
const SORTS: Readonly<Record<ProductSort, readonly [Omit<SortColumn, 'direction'>, 'ASC' | 'DESC']>> = {
  [ProductSort.RELEVANCE]: [{ sql: 'h.rank', type: 'integer' }, 'DESC'],
  [ProductSort.NEWEST]: [{ sql: 'p.created_at', type: 'timestamptz' }, 'DESC'],
  [ProductSort.NAME_ASC]: [NAME, 'ASC'],
  [ProductSort.NAME_DESC]: [NAME, 'DESC'],
  [ProductSort.PRICE_ASC]: [PRICE, 'ASC'],
  [ProductSort.PRICE_DESC]: [PRICE, 'DESC'],
};

/** What the words find: the first page tries one way after the other, and what follows keeps to the way that found something. */
function hitsOf(query: string, { match, statuses }: ProductFilter, parameters: Parameters): string {
  if (match === null) return `search_products(${parameters.add(query)}, ${parameters.add(statuses)})`;
  return `${match.mode === 'LIKE' ? 'products_like' : 'products_matching'}(${parameters.add(match.words)})`;
}

/** A literal where it can be one: the partial indexes of active products serve no parameter. */
function statusCondition({ statuses }: ProductFilter, parameters: Parameters): string {
  return statuses.length === 1 && statuses[0] === 'ACTIVE'
    ? `p.status = 'ACTIVE'`
    : `p.status = ANY (${parameters.add(statuses)})`;
}

function inCategory(key: string): string {
  return `p.id IN (SELECT pc.product_id FROM product_category pc JOIN category c ON c.id = pc.category_id WHERE c.path @> ARRAY[${key}])`;
}

function dimensionConditions(filter: ProductFilter, parameters: Parameters): Map<Dimension, string> {
  const found = new Map<Dimension, string>();
  if (filter.vendors.length > 0) found.set('vendors', `p.vendor = ANY (${parameters.add(filter.vendors)})`);
  if (filter.productTypes.length > 0) found.set('productTypes', `p.product_type = ANY (${parameters.add(filter.productTypes)})`);
  if (filter.tags.length > 0) found.set('tags', `p.tags @> ${parameters.add(filter.tags)}::text[]`);
  const price = [
    ...(filter.minPriceMinor === null ? [] : [`p.price >= ${parameters.add(filter.minPriceMinor)}::numeric / 100`]),
    ...(filter.maxPriceMinor === null ? [] : [`p.price <= ${parameters.add(filter.maxPriceMinor)}::numeric / 100`]),
  ];
  if (price.length > 0) found.set('price', price.join(' AND '));
  if (filter.inStock !== null) found.set('inStock', filter.inStock ? 'p.is_available' : 'NOT p.is_available');
  if (filter.options.length > 0) found.set('options', optionsCondition(filter, parameters));
  return found;
}

/** One variant must have all the choices at once and, where only stocked products are wanted, be in stock itself. */
function optionsCondition(filter: ProductFilter, parameters: Parameters): string {
  const chosen = filter.options.map(
    ({ name, values }) =>
      `v.option_values[array_position(p.option_names, ${parameters.add(name)})] = ANY (${parameters.add(values)})`,
  );
  const stocked = filter.inStock === true ? ' AND v.is_sellable' : '';
  return `EXISTS (SELECT 1 FROM product_variant v WHERE v.product_id = p.id AND ${chosen.join(' AND ')}${stocked})`;
}
