import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction, keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import { badInput } from '../../../platform/errors';
import type { Page, PageRequest } from '../../../platform/federation';
import { auditSetting, type AuditActor } from '../audit';
import { ShippingRate } from './shipping-rate.entity';
import {
  ShippingCodeTaken,
  ShippingRateNotFound,
  ShippingRateVersionConflict,
  type ShippingRateFailure,
} from './shipping.errors';

/** What is given of a rate; what is `undefined` stays, or has its default. */
export type ShippingRateChange = {
  readonly [
    Field in
      | 'name'
      | 'description'
      | 'countries'
      | 'priceMinor'
      | 'freeFromMinor'
      | 'minDays'
      | 'maxDays'
      | 'isActive'
      | 'position'
  ]: ShippingRate[Field] | undefined;
};

export interface ShippingRateOutcome {
  readonly rate: ShippingRate | null;
  readonly errors: readonly ShippingRateFailure[];
}

const DEFAULTS = { description: '', countries: [], freeFromMinor: null, isActive: true, position: 0 };

/** Keeps the ways to ship. Orders that were placed keep the name and the price of their day. */
export class ShippingService {
  constructor(private readonly database: DataSource) {}

  /** In the order in which customers see them. */
  async page(page: PageRequest): Promise<Page<ShippingRate>> {
    const sort = [
      { sql: 's.position', direction: 'ASC', type: 'integer' },
      { sql: 's.id', direction: 'ASC', type: 'integer' },
    ] as const;
    const request: KeysetRequest = { sort, list: 'shippingRates', ...page };
    const sql = keysetSql(request, 2);
    const keys = await this.database.query<{ id: number; cursor_values: string[] }[]>(
      `SELECT s.id, ${sql.cursorValues} AS cursor_values FROM shipping_rate s WHERE ${sql.where} ORDER BY ${sql.orderBy} LIMIT $1`,
      [sql.limit, ...sql.parameters],
    );
    const { edges, pageInfo } = keysetPage(request, keys);
    const rates = await this.rates().findBy(edges.map(({ node: { id } }) => ({ id })));
    const found = edges.flatMap(({ cursor, node: { id } }) =>
      rates.filter((rate) => rate.id === id).map((node) => ({ cursor, node })),
    );
    return { edges: found, pageInfo, totalCount: () => this.rates().count() };
  }

  create(code: string, rate: ShippingRateChange, actor: AuditActor): Promise<ShippingRateOutcome> {
    const values = { ...DEFAULTS, ...defined(rate), code, version: 1, updatedAt: new Date() };
    return inTransaction(this.database, async (tx) => {
      const rates = tx.getRepository(ShippingRate);
      const written = await rates.createQueryBuilder().insert().values(values).orIgnore().returning('id').execute();
      const [row] = written.raw as { id: number }[];
      if (!row) return { rate: null, errors: [ShippingCodeTaken.make()] };
      await auditSetting(tx, 'ShippingRate', row.id, { action: 'CREATED', actor, data: { code, ...defined(rate) } });
      return { rate: await rates.findOneBy({ id: row.id }), errors: [] };
    });
  }

  update(
    key: number,
    change: ShippingRateChange,
    expectedVersion: number | null,
    actor: AuditActor,
  ): Promise<ShippingRateOutcome> {
    return this.locked(key, expectedVersion, async (rate, tx) => {
      const next = { ...rate, ...defined(change) };
      if (next.minDays > next.maxDays) throw badInput('input.maxDays', 'must be minDays or more');
      await tx.update(ShippingRate, { id: key }, { ...next, version: rate.version + 1, updatedAt: new Date() });
      await auditSetting(tx, 'ShippingRate', key, { action: 'CHANGED', actor, data: defined(change) });
      return { rate: await tx.findOneBy(ShippingRate, { id: key }), errors: [] };
    });
  }

  delete(key: number, expectedVersion: number | null, actor: AuditActor): Promise<ShippingRateOutcome> {
    return this.locked(key, expectedVersion, async (rate, tx) => {
      await tx.delete(ShippingRate, { id: key });
      await auditSetting(tx, 'ShippingRate', key, { action: 'DELETED', actor, data: { code: rate.code } });
      return { rate, errors: [] };
    });
  }

  /** Holds the rate while `work` changes it. */
  private locked(
    key: number,
    expectedVersion: number | null,
    work: (rate: ShippingRate, tx: EntityManager) => Promise<ShippingRateOutcome>,
  ): Promise<ShippingRateOutcome> {
    return inTransaction(this.database, async (tx) => {
      const rate = await tx.findOne(ShippingRate, { where: { id: key }, lock: { mode: 'pessimistic_write' } });
      if (!rate) return { rate: null, errors: [ShippingRateNotFound.make()] };
      if (expectedVersion !== null && rate.version !== expectedVersion)
        return { rate: null, errors: [ShippingRateVersionConflict.make(rate)] };
      return work(rate, tx);
    });
  }

  private rates() {
    return this.database.getRepository(ShippingRate);
  }
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
