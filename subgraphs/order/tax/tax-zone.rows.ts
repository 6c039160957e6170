import type { DataSource, EntityManager } from 'typeorm';
import { keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import type { Page, PageRequest } from '../../../platform/federation';
import { TaxZone, type TaxRate } from './tax-zone.entity';

type Handle = DataSource | EntityManager;

interface ZoneRow {
  readonly id: number;
  readonly country_code: string;
  readonly region: string;
  readonly name: string;
  readonly prices_include_tax: boolean;
  readonly is_shipping_taxed: boolean;
  readonly version: number;
  readonly updated_at: Date;
  readonly rates: TaxRate[];
}

const ZONE = `SELECT z.*, COALESCE((SELECT jsonb_agg(jsonb_build_object('category', r.category, 'rate', r.rate) ORDER BY r.category)
    FROM tax_rate r WHERE r.zone_id = z.id), '[]') AS rates`;

export async function readZone(handle: Handle, key: number): Promise<TaxZone | null> {
  const [row] = await handle.query<ZoneRow[]>(`${ZONE} FROM tax_zone z WHERE z.id = $1`, [key]);
  return row ? zoneOf(row) : null;
}

/** Holds the place's zone until `tx` ends; `null` while there is none. */
export async function lockZone(tx: EntityManager, countryCode: string, region: string): Promise<TaxZone | null> {
  const [row] = await tx.query<ZoneRow[]>(
    `${ZONE} FROM tax_zone z WHERE z.country_code = $1 AND lower(z.region) = lower($2) FOR UPDATE OF z`,
    [countryCode, region],
  );
  return row ? zoneOf(row) : null;
}

/** By country, each country's own zone before those of its regions. */
export async function readZonePage(database: DataSource, page: PageRequest): Promise<Page<TaxZone>> {
  const request: KeysetRequest = {
    sort: [
      { sql: 'z.country_code', direction: 'ASC', type: 'text' },
      { sql: 'lower(z.region)', direction: 'ASC', type: 'text' },
    ],
    list: 'taxZones',
    ...page,
  };
  const sql = keysetSql(request, 2);
  const rows = await database.query<(ZoneRow & { cursor_values: string[] })[]>(
    `${ZONE}, ${sql.cursorValues} AS cursor_values FROM tax_zone z WHERE ${sql.where} ORDER BY ${sql.orderBy} LIMIT $1`,
    [sql.limit, ...sql.parameters],
  );
  const { edges, pageInfo } = keysetPage(request, rows);
  const totalCount = async (): Promise<number> => {
    const [counted] = await database.query<{ count: number }[]>('SELECT count(*)::int AS count FROM tax_zone');
    return counted?.count ?? 0;
  };
  return { edges: edges.map(({ cursor, node }) => ({ cursor, node: zoneOf(node) })), pageInfo, totalCount };
}

function zoneOf(row: ZoneRow): TaxZone {
  return Object.assign(new TaxZone(), {
    id: row.id,
    countryCode: row.country_code,
    region: row.region,
    name: row.name,
    pricesIncludeTax: row.prices_include_tax,
    isShippingTaxed: row.is_shipping_taxed,
    version: row.version,
    updatedAt: row.updated_at,
    rates: row.rates,
  });
}
