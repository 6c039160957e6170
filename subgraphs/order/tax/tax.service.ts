import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import type { Page, PageRequest } from '../../../platform/federation';
import { auditSetting, type AuditActor } from '../audit';
import type { TaxRate, TaxZone } from './tax-zone.entity';
import { lockZone, readZone, readZonePage } from './tax-zone.rows';
import { TaxZoneNotFound, TaxZoneVersionConflict, type TaxFailure } from './tax.errors';

export interface NewTaxZone {
  readonly countryCode: string;
  /** Empty for the whole country. */
  readonly region: string;
  readonly name: string;
  readonly pricesIncludeTax: boolean;
  readonly isShippingTaxed: boolean;
  readonly rates: readonly TaxRate[];
}

export interface TaxOutcome {
  readonly zone: TaxZone | null;
  readonly errors: readonly TaxFailure[];
}

/** Keeps the taxes of places. Orders that were placed keep the rates of their day. */
export class TaxService {
  constructor(private readonly database: DataSource) {}

  page(request: PageRequest): Promise<Page<TaxZone>> {
    return readZonePage(this.database, request);
  }

  /** Makes the place's zone, or replaces it. */
  set(zone: NewTaxZone, expectedVersion: number | null, actor: AuditActor): Promise<TaxOutcome> {
    return inTransaction(this.database, async (tx) => {
      const current = await lockZone(tx, zone.countryCode, zone.region);
      if (expectedVersion !== null && current?.version !== expectedVersion) {
        return { zone: null, errors: [TaxZoneVersionConflict.make(current)] };
      }
      const [written] = await tx.query<{ id: number }[]>(
        `INSERT INTO tax_zone AS z (country_code, region, name, prices_include_tax, is_shipping_taxed) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (country_code, lower(region)) DO UPDATE SET region = EXCLUDED.region, name = EXCLUDED.name,
           prices_include_tax = EXCLUDED.prices_include_tax, is_shipping_taxed = EXCLUDED.is_shipping_taxed,
           version = z.version + 1, updated_at = now()
         RETURNING id`,
        [zone.countryCode, zone.region, zone.name, zone.pricesIncludeTax, zone.isShippingTaxed],
      );
      const key = written?.id ?? 0;
      await tx.query('DELETE FROM tax_rate WHERE zone_id = $1', [key]);
      await tx.query(
        `INSERT INTO tax_rate (zone_id, category, rate)
         SELECT $1, category, rate FROM jsonb_to_recordset($2::jsonb) AS r (category text, rate int)`,
        [key, JSON.stringify(zone.rates)],
      );
      await auditSetting(tx, 'TaxZone', key, { action: current ? 'CHANGED' : 'CREATED', actor, data: zone });
      return { zone: await readZone(tx, key), errors: [] };
    });
  }

  /** Nothing is taxed there from now on. */
  remove(key: number, expectedVersion: number | null, actor: AuditActor): Promise<TaxOutcome> {
    return inTransaction(this.database, async (tx) => {
      const zone = await readZone(tx, key);
      if (!zone) return { zone: null, errors: [TaxZoneNotFound.make()] };
      const [removed] = await tx.query<[unknown[], number]>(
        'DELETE FROM tax_zone WHERE id = $1 AND ($2::int IS NULL OR version = $2) RETURNING 1',
        [key, expectedVersion],
      );
      if (removed.length === 0) return { zone: null, errors: [TaxZoneVersionConflict.make(await readZone(tx, key))] };
      const { countryCode, region } = zone;
      await auditSetting(tx, 'TaxZone', key, { action: 'DELETED', actor, data: { countryCode, region } });
      return { zone, errors: [] };
    });
  }
}
