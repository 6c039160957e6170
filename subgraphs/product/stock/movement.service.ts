import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction, keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import { badInput } from '../../../platform/errors';
import type { Page, PageRequest } from '../../../platform/federation';
import type { IdempotencyService } from '../../../platform/idempotency';
import { inKeyOrder } from '../../../platform/loaders';
import { ProductVariantNotFound, VariantRecord } from '../catalog';
import { changeOnce } from '../named-change';
import { orRefusal, Refused, type Outcome } from '../refused';
import { readText, readWhole } from '../text-input';
import type { MovementKind } from './movement.entity';
import { MovementRecord } from './movement.entity';
import { StockBelowReserved, StockMismatch, type AdjustStockFailure } from './stock.errors';

export interface MovementRow {
  readonly key: number;
  readonly variantKey: number;
  readonly quantity: number;
  readonly kind: MovementKind;
  readonly reason: string;
  readonly reference: string | null;
  readonly actor: string;
  readonly createdAt: Date;
}

export interface StockAdjustment {
  readonly delta: number | null;
  readonly quantity: number | null;
  readonly expectedQuantity: number | null;
  readonly isReceipt: boolean;
  readonly reason: string;
  readonly actor: string;
}

/** A page of one variant's ledger, as a loader's key. */
export interface LedgerKey {
  readonly variantKey: number;
  readonly page: PageRequest;
}

const MAX_STOCK = 10_000_000;
const NEWEST = [{ sql: 'm.id', type: 'integer', direction: 'DESC' }] as const;

/** The stock ledger: staff's changes of stock, and reading it. */
export class MovementService {
  constructor(
    private readonly database: DataSource,
    private readonly idempotency: IdempotencyService,
  ) {}

  /**
   * @param key the client's name for the request: sent again with it, the change is made once
   * @throws BAD_USER_INPUT unless exactly one of delta and quantity is given
   */
  async adjust(
    variantKey: number,
    adjustment: StockAdjustment,
    key: string | null = null,
  ): Promise<Outcome<number, AdjustStockFailure>> {
    const reason = readText(adjustment.reason, 'input.reason', 1, 500);
    if ((adjustment.delta === null) === (adjustment.quantity === null))
      throw badInput('input.delta', 'or quantity is needed, and only one of them');
    const change = { ...adjustment, reason };
    const name = key === null ? null : { viewer: adjustment.actor, operation: 'adjustStock', key };
    const { result, errors } = await changeOnce<number, AdjustStockFailure>(
      this.idempotency,
      name,
      [variantKey, change],
      (remember) =>
        orRefusal(() =>
          inTransaction(this.database, async (tx) => {
            await write(tx, variantKey, change);
            await remember(tx, variantKey);
            return variantKey;
          }),
        ),
    );
    return { result: result === null ? null : variantKey, errors };
  }

  /** The newest first. Pages that begin at the start share one statement. */
  async pages(keys: readonly LedgerKey[]): Promise<Omit<Page<MovementRow>, 'totalCount'>[]> {
    const answers = new Map<LedgerKey, Omit<Page<MovementRow>, 'totalCount'>>();
    const groups = Map.groupBy(keys, ({ page, variantKey }) => JSON.stringify([page, page.cursor === null ? null : variantKey]));
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      const keyset = keysetSql(requestOf(first), 3);
      const rows: (MovementRow & { cursor_values: string[] })[] = await this.database.query(
        `SELECT found.* FROM unnest($1::integer[]) AS asked (id) CROSS JOIN LATERAL (
           SELECT m.id AS key, m.variant_id AS "variantKey", m.quantity, m.kind, m.reason, m.reference, m.actor, m.created_at AS "createdAt",
                  ${keyset.cursorValues} AS cursor_values
           FROM stock_movement m WHERE m.variant_id = asked.id AND ${keyset.where} ORDER BY ${keyset.orderBy} LIMIT $2
         ) found`,
        [group.map(({ variantKey }) => variantKey), keyset.limit, ...keyset.parameters],
      );
      const byVariant = Map.groupBy(rows, (row) => row.variantKey);
      for (const key of group) answers.set(key, keysetPage(requestOf(key), byVariant.get(key.variantKey) ?? []));
    }
    return keys.map((key) => answers.get(key) as Omit<Page<MovementRow>, 'totalCount'>);
  }

  async counts(variantKeys: readonly number[]): Promise<number[]> {
    const rows: { key: number; count: number }[] = await this.database.query(
      'SELECT variant_id AS key, count(*)::integer AS count FROM stock_movement WHERE variant_id = ANY ($1) GROUP BY variant_id',
      [variantKeys],
    );
    return inKeyOrder(variantKeys, rows, (row) => row.key).map((row) => row?.count ?? 0);
  }
}

async function write(tx: EntityManager, variantKey: number, adjustment: StockAdjustment): Promise<void> {
  const variant = await tx.findOne(VariantRecord, { where: { id: variantKey }, lock: { mode: 'for_no_key_update' } });
  if (!variant) throw new Refused(ProductVariantNotFound.make());
  const delta = deltaOf(variant, adjustment);
  if (delta === 0) return;
  const { isReceipt, reason, actor } = adjustment;
  // By SQL, since TypeORM would raise the variant's version, which tells of its other columns.
  await tx.query('UPDATE product_variant SET stock_on_hand = stock_on_hand + $2 WHERE id = $1', [variantKey, delta]);
  const kind: MovementKind = isReceipt ? 'RECEIPT' : 'ADJUSTMENT';
  await tx.insert(MovementRecord, { variantId: variantKey, quantity: delta, kind, reason, actor });
  await tx.query(`SELECT tell_stock('ADJUSTED', changed_stock(ARRAY[$1::integer]))`, [variantKey]);
}

function requestOf({ variantKey, page }: LedgerKey): KeysetRequest {
  return { sort: NEWEST, list: ['stock ledger', variantKey], ...page };
}

function deltaOf(variant: VariantRecord, { delta, quantity, expectedQuantity }: StockAdjustment): number {
  if (expectedQuantity !== null && expectedQuantity !== variant.stockOnHand)
    throw new Refused(StockMismatch.make(variant.stockOnHand));
  const change =
    quantity === null
      ? readWhole(delta ?? 0, 'input.delta', -MAX_STOCK, MAX_STOCK)
      : readWhole(quantity, 'input.quantity', 0, MAX_STOCK) - variant.stockOnHand;
  const left = variant.stockOnHand + change;
  const isBound = variant.isTracked && !variant.allowBackorder;
  if (isBound && change < 0 && left < variant.stockReserved) throw new Refused(StockBelowReserved.make(variant.stockReserved));
  if (left > MAX_STOCK || left < -MAX_STOCK) throw badInput('input.delta', `must leave from 0 to ${MAX_STOCK}`);
  return change;
}
