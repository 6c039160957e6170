import type { DataSource } from 'typeorm';
import { keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import { badInput } from '../../../platform/errors';
import type { PageRequest } from '../../../platform/federation';
import { inKeyOrder } from '../../../platform/loaders';
import { PRODUCT_COLUMNS, type ProductRow } from '../catalog';
import { ProductSort } from './listing.inputs';
import { listingSql, Parameters, sortColumns } from './listing.sql';
import { wholeShop, type Match, type ProductFilter } from './product-filter';
import { openSearchCursor, withMatch } from './search-cursor';
import type { UncountedPage } from './uncounted-page';

/** A page of products, and the words that were searched for instead when those given were found nowhere. */
export interface ProductPage extends UncountedPage {
  readonly suggestedQuery: string | null;
  /** As given, with how the words were taken: what the whole list is counted by. */
  readonly filter: ProductFilter;
}

/** A page of one category, as a loader's key. */
export interface CategoryPageKey {
  readonly categoryKey: number;
  readonly sort: ProductSort;
  readonly page: PageRequest;
}

type PageRow = ProductRow & { cursor_values: string[]; matched?: string; mode?: Match['mode'] };

/** Lists products: by filter, by words, by category. Each list is one statement; what it counts is the facets' business. */
export class ListingService {
  constructor(private readonly database: DataSource) {}

  /** @throws BAD_USER_INPUT for a cursor of another list, or relevance without words */
  async page(filter: ProductFilter, sort: ProductSort, page: PageRequest): Promise<ProductPage> {
    if (sort === ProductSort.RELEVANCE && filter.query === null)
      throw badInput('sort', 'can be RELEVANCE only where words are searched for');
    const { cursor, match } = filter.query === null ? { cursor: page.cursor, match: null } : openSearchCursor(page.cursor);
    const asked = { ...filter, match };
    const request: KeysetRequest = { sort: sortColumns(sort), list: asked, ...page, cursor };
    const parameters = new Parameters();
    const listing = listingSql(asked, parameters);
    const keyset = keysetSql(request, parameters.values.length + 1);
    parameters.values.push(...keyset.parameters);
    const isFirstSearch = filter.query !== null && match === null;
    const rows: PageRow[] = await this.database.query(
      `SELECT ${PRODUCT_COLUMNS}, ${keyset.cursorValues} AS cursor_values${isFirstSearch ? ', h.matched, h.mode' : ''}
       FROM ${listing.from} WHERE ${listing.where} AND ${keyset.where}
       ORDER BY ${keyset.orderBy} LIMIT ${parameters.add(keyset.limit)}`,
      parameters.values,
    );
    const found = isFirstSearch ? matchOf(rows) : match;
    const answered = { ...filter, match: found };
    const uncounted = keysetPage({ ...request, list: answered }, rows);
    const suggestedQuery = found?.mode === 'CORRECTED' ? found.words : null;
    return { ...(found === null ? uncounted : withMatch(uncounted, found)), suggestedQuery, filter: answered };
  }

  /** Pages of several categories; those that begin at the start share one statement. */
  async pagesOfCategories(keys: readonly CategoryPageKey[]): Promise<UncountedPage[]> {
    const answers = new Map<CategoryPageKey, UncountedPage>();
    const groups = Map.groupBy(keys, (key) =>
      JSON.stringify([key.sort, key.page, key.page.cursor === null ? null : key.categoryKey]),
    );
    for (const group of groups.values()) for (const [key, page] of await this.pagesAlike(group)) answers.set(key, page);
    return keys.map((key) => answers.get(key) as UncountedPage);
  }

  /** Active products below each category, in the order of `categoryKeys`. */
  async countsOfCategories(categoryKeys: readonly number[]): Promise<number[]> {
    const rows: { key: number; count: number }[] = await this.database.query(
      `SELECT asked.id AS key, count(DISTINCT pc.product_id)::integer AS count
       FROM unnest($1::integer[]) AS asked (id)
         JOIN category c ON c.path @> ARRAY[asked.id]
         JOIN product_category pc ON pc.category_id = c.id
         JOIN product p ON p.id = pc.product_id AND p.status = 'ACTIVE'
       GROUP BY asked.id`,
      [categoryKeys],
    );
    return inKeyOrder(categoryKeys, rows, (row) => row.key).map((row) => row?.count ?? 0);
  }

  /** Products whose name or vendor has, for each word of `prefix`, a word that begins so. */
  suggest(prefix: string, limit: number): Promise<ProductRow[]> {
    const words = prefix.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
    if (words.length === 0) return Promise.resolve([]);
    const query = words.map((word) => `${word}:*A`).join(' & ');
    return this.database.query(
      `SELECT ${PRODUCT_COLUMNS} FROM product p
       WHERE p.status = 'ACTIVE' AND p.search @@ to_tsquery('public.shop_words', $1)
       ORDER BY p.is_available DESC, position(fold($2) IN p.sort_name) = 1 DESC, length(p.name), p.id LIMIT $3`,
      [query, prefix, limit],
    );
  }

  private async pagesAlike(group: readonly CategoryPageKey[]): Promise<(readonly [CategoryPageKey, UncountedPage])[]> {
    const [first] = group;
    if (!first) return [];
    const requestOf = (key: CategoryPageKey): KeysetRequest => ({
      sort: sortColumns(key.sort),
      list: ['category', key.categoryKey],
      ...key.page,
    });
    const parameters = new Parameters();
    const asked = parameters.add(group.map(({ categoryKey }) => categoryKey));
    const listing = listingSql(wholeShop, parameters, 'asked.id');
    const keyset = keysetSql(requestOf(first), parameters.values.length + 1);
    parameters.values.push(...keyset.parameters);
    const rows: (PageRow & { asked: number })[] = await this.database.query(
      `SELECT asked.id AS asked, found.* FROM unnest(${asked}::integer[]) AS asked (id)
         CROSS JOIN LATERAL (
           SELECT ${PRODUCT_COLUMNS}, ${keyset.cursorValues} AS cursor_values
           FROM ${listing.from} WHERE ${listing.where} AND ${keyset.where}
           ORDER BY ${keyset.orderBy} LIMIT ${parameters.add(keyset.limit)}
         ) found`,
      parameters.values,
    );
    const byCategory = Map.groupBy(rows, (row) => row.asked);
    return group.map((key) => [key, keysetPage(requestOf(key), byCategory.get(key.categoryKey) ?? [])] as const);
  }
}

function matchOf([first]: readonly PageRow[]): Match | null {
  return first?.mode !== undefined && first.matched !== undefined ? { mode: first.mode, words: first.matched } : null;
}
