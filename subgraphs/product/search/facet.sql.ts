import { CATEGORY_COLUMNS } from '../category';
import { DIMENSIONS, type Dimension, type ListingSql } from './listing.sql';

export const FACET_PARTS = [
  'vendors',
  'productTypes',
  'tags',
  'categories',
  'options',
  'price',
  'priceRanges',
  'inStock',
] as const;
export type FacetPart = (typeof FACET_PARTS)[number];

/** Lower bounds of the price ranges, in major units. */
export const PRICE_BOUNDS = [0, 25, 50, 100, 250, 500, 1000, 2500] as const;

const MAX_VALUES = 50;
const MAX_CATEGORIES = 200;

/**
 * One statement that counts a whole list: what it matches is computed once, with a flag for each filter that a facet may
 * ignore, and every part aggregates that.
 */
export function facetSql(listing: ListingSql, parts: readonly FacetPart[]): string {
  if (parts.length === 0)
    return `SELECT jsonb_build_object('total', count(*)) AS facets FROM ${listing.from} WHERE ${listing.where}`;
  const flags = [...listing.dimensions].map(([dimension, condition]) => `(${condition}) AS "fits_${dimension}"`);
  const columns = ['p.id', 'p.vendor', 'p.product_type', 'p.tags', 'p.price', 'p.is_available', 'p.option_names', ...flags];
  const values = [`'total', (SELECT count(*) FROM matched WHERE ${fits(listing)})`];
  for (const part of parts) values.push(`'${part}', (${PARTS[part](listing)})`);
  return `WITH matched AS MATERIALIZED (SELECT ${columns.join(', ')} FROM ${listing.from} WHERE ${listing.base})
    SELECT jsonb_build_object(${values.join(', ')}) AS facets`;
}

const PARTS: Readonly<Record<FacetPart, (listing: ListingSql) => string>> = {
  vendors: (listing) => countedValues(`SELECT vendor AS value FROM matched WHERE vendor <> '' AND ${fits(listing, 'vendors')}`),
  productTypes: (listing) =>
    countedValues(`SELECT product_type AS value FROM matched WHERE product_type <> '' AND ${fits(listing, 'productTypes')}`),
  tags: (listing) => countedValues(`SELECT DISTINCT id, unnest(tags) AS value FROM matched WHERE ${fits(listing, 'tags')}`),
  categories: (listing) => `
    SELECT coalesce(jsonb_agg(jsonb_build_object('category', shelf, 'count', counted.count) ORDER BY counted.count DESC, counted.key), '[]') FROM (
      SELECT stood.key, count(*)::integer AS count FROM (
        SELECT DISTINCT m.id, above.key
        FROM matched m JOIN product_category pc ON pc.product_id = m.id JOIN category c ON c.id = pc.category_id
          CROSS JOIN LATERAL unnest(c.path) AS above (key)
        WHERE ${fits(listing)}
      ) stood GROUP BY stood.key ORDER BY count DESC, stood.key LIMIT ${MAX_CATEGORIES}
    ) counted CROSS JOIN LATERAL (SELECT ${CATEGORY_COLUMNS} FROM category c WHERE c.id = counted.key) shelf`,
  options: (listing) => `
    SELECT coalesce(jsonb_agg(jsonb_build_object('name', named.name, 'values', named.values) ORDER BY named.products DESC, named.name), '[]') FROM (
      SELECT counted.name, max(counted.count) AS products,
             jsonb_agg(jsonb_build_object('value', counted.value, 'count', counted.count) ORDER BY counted.count DESC, counted.value) AS values
      FROM (
        SELECT had.name, had.value, count(*)::integer AS count,
               row_number() OVER (PARTITION BY had.name ORDER BY count(*) DESC, had.value) AS place
        FROM (
          SELECT DISTINCT m.id, o.name, o.value
          FROM matched m JOIN product_variant v ON v.product_id = m.id
            CROSS JOIN LATERAL unnest(m.option_names, v.option_values) AS o (name, value)
          WHERE o.name IS NOT NULL AND o.value IS NOT NULL AND ${fits(listing, 'options')}
        ) had GROUP BY had.name, had.value
      ) counted WHERE counted.place <= ${MAX_VALUES} GROUP BY counted.name ORDER BY products DESC, counted.name LIMIT ${MAX_VALUES}
    ) named`,
  price: (listing) => `
    SELECT jsonb_build_object('minMinor', (min(price) * 100)::integer, 'maxMinor', (max(price) * 100)::integer)
    FROM matched WHERE ${fits(listing, 'price')}`,
  priceRanges: (listing) => `
    SELECT coalesce(jsonb_agg(counted ORDER BY counted.bucket), '[]') FROM (
      SELECT width_bucket(price, ARRAY[${PRICE_BOUNDS.join(', ')}]::numeric[]) - 1 AS bucket, count(*)::integer AS count
      FROM matched WHERE ${fits(listing, 'price')} GROUP BY bucket
    ) counted`,
  inStock: (listing) => `
    SELECT jsonb_build_object('inStock', count(*) FILTER (WHERE is_available), 'outOfStock', count(*) FILTER (WHERE NOT is_available))
    FROM matched WHERE ${fits(listing, 'inStock')}`,
};

function countedValues(values: string): string {
  return `
    SELECT coalesce(jsonb_agg(counted ORDER BY counted.count DESC, counted.value), '[]') FROM (
      SELECT value, count(*)::integer AS count FROM (${values}) given GROUP BY value ORDER BY count DESC, value LIMIT ${MAX_VALUES}
    ) counted`;
}

function fits(listing: ListingSql, except?: Dimension): string {
  const flags = DIMENSIONS.filter((dimension) => dimension !== except && listing.dimensions.has(dimension));
  return flags.length === 0 ? 'TRUE' : flags.map((dimension) => `"fits_${dimension}"`).join(' AND ');
}
