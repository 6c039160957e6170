import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction, keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import { badInput } from '../../../platform/errors';
import type { Page, PageRequest } from '../../../platform/federation';
import { auditSetting, type AuditActor } from '../audit';
import { DiscountCode } from './discount-code.entity';
import {
  DiscountCodeNotFound,
  DiscountCodeTaken,
  DiscountCodeUsed,
  DiscountCodeVersionConflict,
  DiscountLimitBelowUse,
  type DiscountCodeFailure,
} from './discount.errors';

/** What a code does; it never changes, since orders refer to it. */
export type DiscountEffect = Pick<DiscountCode, 'code' | 'kind' | 'percentage' | 'amountMinor'>;

/** When and for whom it does it. */
export type DiscountTerms = Readonly<
  Pick<
    DiscountCode,
    | 'description'
    | 'minimumSubtotalMinor'
    | 'startsAt'
    | 'endsAt'
    | 'usageLimit'
    | 'usageLimitPerCustomer'
    | 'productIds'
    | 'categoryIds'
    | 'isActive'
  >
>;
export type DiscountTermsChange = Partial<DiscountTerms>;

export interface DiscountCodeOutcome {
  readonly discount: DiscountCode | null;
  readonly errors: readonly DiscountCodeFailure[];
}

export interface DiscountListRequest {
  readonly page: PageRequest;
  /** Codes that contain it, in capitals; `null` for all. */
  readonly search: string | null;
}

/** Keeps discount codes. Uses are counted by the database alone, see `discount-use.ts`. */
export class DiscountService {
  constructor(private readonly database: DataSource) {}

  /** The newest first. */
  async page({ page, search }: DiscountListRequest): Promise<Page<DiscountCode>> {
    const sort = [{ sql: 'd.id', direction: 'DESC', type: 'integer' }] as const;
    const request: KeysetRequest = { sort, list: ['discountCodes', search], ...page };
    const sql = keysetSql(request, 3);
    const matches = '($2::text IS NULL OR strpos(d.code, $2) > 0)';
    const keys = await this.database.query<{ id: number; cursor_values: string[] }[]>(
      `SELECT d.id, ${sql.cursorValues} AS cursor_values FROM discount_code d WHERE ${matches} AND ${sql.where}
       ORDER BY ${sql.orderBy} LIMIT $1`,
      [sql.limit, search, ...sql.parameters],
    );
    const { edges, pageInfo } = keysetPage(request, keys);
    const codes = await this.codes().findBy(edges.map(({ node: { id } }) => ({ id })));
    const found = edges.flatMap(({ cursor, node: { id } }) =>
      codes.filter((code) => code.id === id).map((node) => ({ cursor, node })),
    );
    const totalCount = async (): Promise<number> => {
      const text = `SELECT count(*)::int AS count FROM discount_code d WHERE $1::int > 0 AND ${matches}`;
      const [counted] = await this.database.query<{ count: number }[]>(text, [1, search]);
      return counted?.count ?? 0;
    };
    return { edges: found, pageInfo, totalCount };
  }

  create(discount: DiscountEffect & DiscountTerms, actor: AuditActor): Promise<DiscountCodeOutcome> {
    checkWindow(discount);
    const now = new Date();
    const values = { ...discount, usedCount: 0, version: 1, createdAt: now, updatedAt: now };
    return inTransaction(this.database, async (tx) => {
      const codes = tx.getRepository(DiscountCode);
      const written = await codes.createQueryBuilder().insert().values(values).orIgnore().returning('id').execute();
      const [row] = written.raw as { id: number }[];
      if (!row) return refused(DiscountCodeTaken.make());
      await auditSetting(tx, 'DiscountCode', row.id, { action: 'CREATED', actor, data: discount });
      return { discount: await codes.findOneBy({ id: row.id }), errors: [] };
    });
  }

  update(
    key: number,
    change: DiscountTermsChange,
    expectedVersion: number | null,
    actor: AuditActor,
  ): Promise<DiscountCodeOutcome> {
    return this.locked(key, expectedVersion, async (discount, tx) => {
      const next = { ...discount, ...change };
      checkWindow(next);
      if (next.usageLimit !== null && next.usageLimit < discount.usedCount) {
        return refused(DiscountLimitBelowUse.make(discount.usedCount));
      }
      const codes = tx.getRepository(DiscountCode);
      await codes.update({ id: key }, { ...change, version: discount.version + 1, updatedAt: new Date() });
      await auditSetting(tx, 'DiscountCode', key, { action: 'CHANGED', actor, data: change });
      return { discount: await codes.findOneBy({ id: key }), errors: [] };
    });
  }

  delete(key: number, expectedVersion: number | null, actor: AuditActor): Promise<DiscountCodeOutcome> {
    return this.locked(key, expectedVersion, async (discount, tx) => {
      const uses: unknown[] = await tx.query('SELECT 1 FROM discount_use WHERE discount_id = $1 LIMIT 1', [key]);
      if (uses.length > 0) return refused(DiscountCodeUsed.make());
      await tx.delete(DiscountCode, { id: key });
      await auditSetting(tx, 'DiscountCode', key, { action: 'DELETED', actor, data: { code: discount.code } });
      return { discount, errors: [] };
    });
  }

  /** Runs `work` while no checkout can take the code. */
  private locked(
    key: number,
    expectedVersion: number | null,
    work: (discount: DiscountCode, tx: EntityManager) => Promise<DiscountCodeOutcome>,
  ): Promise<DiscountCodeOutcome> {
    return inTransaction(this.database, async (tx) => {
      const discount = await tx.findOne(DiscountCode, { where: { id: key }, lock: { mode: 'pessimistic_write' } });
      if (!discount) return refused(DiscountCodeNotFound.make());
      if (expectedVersion !== null && discount.version !== expectedVersion) {
        return refused(DiscountCodeVersionConflict.make(discount));
      }
      return work(discount, tx);
    });
  }

  private codes() {
    return this.database.getRepository(DiscountCode);
  }
}

/** @throws BAD_USER_INPUT unless it begins before it ends */
function checkWindow({ startsAt, endsAt }: Pick<DiscountTerms, 'startsAt' | 'endsAt'>): void {
  if (startsAt && endsAt && startsAt >= endsAt) throw badInput('input.endsAt', 'must be later than startsAt');
}

function refused(failure: DiscountCodeFailure): DiscountCodeOutcome {
  return { discount: null, errors: [failure] };
}
