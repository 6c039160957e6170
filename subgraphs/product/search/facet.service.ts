import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Cache, type CacheStore } from '../../../platform/cache';
import type { Category } from '../category';
import { facetSql, type FacetPart } from './facet.sql';
import { listingSql, Parameters } from './listing.sql';
import type { ProductFilter } from './product-filter';

export interface CountedValue {
  readonly value: string;
  readonly count: number;
}

/** What a list could be narrowed to. Parts that were not asked for are absent. */
export interface Facets {
  readonly total: number;
  readonly vendors?: readonly CountedValue[];
  readonly productTypes?: readonly CountedValue[];
  readonly tags?: readonly CountedValue[];
  readonly categories?: readonly { readonly category: Category; readonly count: number }[];
  readonly options?: readonly { readonly name: string; readonly values: readonly CountedValue[] }[];
  readonly price?: { readonly minMinor: number | null; readonly maxMinor: number | null };
  readonly priceRanges?: readonly { readonly bucket: number; readonly count: number }[];
  readonly inStock?: { readonly inStock: number; readonly outOfStock: number };
}

export interface FacetRequest {
  readonly filter: ProductFilter;
  readonly parts: readonly FacetPart[];
}

interface FacetKey extends FacetRequest {
  /** Changes with every change of the catalogue, so that older counts are never read again. */
  readonly generation: string;
}

const TTL_SECONDS = 15;

/**
 * Counts of a list. They are cached and end with every change of the catalogue; stock alone does not end them, so a count
 * of what is in stock may be 15 seconds old.
 */
export class FacetService {
  private readonly generation: Cache<'catalogue', string>;
  private readonly cache: Cache<FacetKey, Facets>;

  constructor(
    private readonly database: DataSource,
    store: CacheStore,
  ) {
    this.generation = new Cache(
      { name: 'catalogue-generation', version: 1, ttlSeconds: 3600, key: String, load: async () => [randomUUID()] },
      store,
    );
    this.cache = new Cache<FacetKey, Facets>(
      {
        name: 'facets',
        version: 2,
        ttlSeconds: TTL_SECONDS,
        key: ({ generation, filter, parts }) => JSON.stringify([generation, parts, filter]),
        load: (keys) => Promise.all(keys.map((key) => this.read(key))),
      },
      store,
    );
  }

  /** How many the whole list has, and the parts that were asked for. */
  async of(filter: ProductFilter, parts: readonly FacetPart[]): Promise<Facets> {
    const generation = (await this.generation.get('catalogue')) ?? randomUUID();
    return (await this.cache.get({ generation, filter, parts: [...parts].sort() })) ?? { total: 0 };
  }

  /** Answers several requests; those for one list share one statement. */
  async ofMany(requests: readonly FacetRequest[]): Promise<Facets[]> {
    const lists = Map.groupBy(requests, ({ filter }) => JSON.stringify(filter));
    const counted = new Map<string, Promise<Facets>>();
    for (const [list, [first, ...others]] of lists) {
      if (first) counted.set(list, this.of(first.filter, [...new Set([first, ...others].flatMap(({ parts }) => parts))]));
    }
    return Promise.all(requests.map(({ filter }) => counted.get(JSON.stringify(filter)) as Promise<Facets>));
  }

  /** Ends all counts. Call it after the commit of a change of the catalogue. */
  endCache(): Promise<void> {
    return this.generation.invalidate(['catalogue']);
  }

  private async read({ filter, parts }: FacetKey): Promise<Facets> {
    const parameters = new Parameters();
    const listing = listingSql(filter, parameters);
    const rows: { facets: Facets }[] = await this.database.query(facetSql(listing, parts), parameters.values);
    return rows[0]?.facets ?? { total: 0 };
  }
}
