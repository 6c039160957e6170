import type { DataSource, EntityManager } from 'typeorm';
import { decimalToMinor, inTransaction, minorToDecimal } from '../../../platform/db';
import type { PaymentState } from './payment.entity';
import type { CaptureOn, ChargeRequest, ProviderPayment, ProviderRefund } from './payment.port';

type Handle = DataSource | EntityManager;

/** A payment as the use cases need it. */
export interface PaymentRow extends ChargeRequest {
  readonly id: number;
  readonly orderId: number | null;
  readonly orderNumber: string | null;
  readonly provider: string;
  readonly providerId: string | null;
  readonly status: PaymentState;
  readonly captureOn: CaptureOn;
  readonly failureCode: string | null;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
}

type Observed = Exclude<ProviderPayment['status'], 'NEW' | 'PROCESSING'>;

/**
 * From where each state may be reached. Nothing leads back, so it does not matter in which order, or how often, news of a
 * payment comes.
 */
const COMES_AFTER: Readonly<Record<Observed, readonly PaymentState[]>> = {
  ACTION_REQUIRED: ['PENDING'],
  DECLINED: ['PENDING', 'ACTION_REQUIRED'],
  AUTHORIZED: ['PENDING', 'ACTION_REQUIRED'],
  CAPTURED: ['PENDING', 'ACTION_REQUIRED', 'AUTHORIZED'],
  VOIDED: ['PENDING', 'ACTION_REQUIRED', 'AUTHORIZED'],
};

/** Writes a payment down before anybody is asked for it. `false` when it was barred before, or begun. */
export async function openPayment(
  handle: Handle,
  charge: ChargeRequest,
  provider: string,
  captureOn: CaptureOn,
): Promise<boolean> {
  return insert(handle, charge, provider, captureOn, 'PENDING');
}

/** Sees to it that a payment that was never begun never will be. */
export async function barPayment(handle: Handle, charge: ChargeRequest, provider: string): Promise<void> {
  await insert(handle, charge, provider, 'PLACING', 'VOIDED');
}

/** Noted before a payment without an order is let go: from then on it can get none. */
export const ABANDONED = 'abandoned';

/** Decides, against whoever may be making its order, that a payment will have none. `false` when it has one. */
export async function markAbandoned(handle: Handle, reference: string): Promise<boolean> {
  const [marked] = await handle.query<[unknown[], number]>(
    `UPDATE payment SET failure_code = CASE WHEN status = 'DECLINED' THEN failure_code ELSE '${ABANDONED}' END, updated_at = now()
     WHERE reference = $1 AND order_id IS NULL RETURNING 1`,
    [reference],
  );
  return marked.length > 0;
}

/**
 * A part `attached AS (...)` for a `WITH` list that ties a payment to its order, in the transaction that makes the order; it
 * has no row when the money was let go, or is being.
 */
export function attachedCte(reference: string, orderId: string): string {
  return `attached AS (
    UPDATE payment SET order_id = ${orderId}::integer, updated_at = now()
    WHERE reference = ${reference} AND status NOT IN ('VOIDED', 'DECLINED') AND failure_code IS DISTINCT FROM '${ABANDONED}' RETURNING 1)`;
}

async function insert(
  handle: Handle,
  charge: ChargeRequest,
  provider: string,
  captureOn: CaptureOn,
  status: PaymentState,
): Promise<boolean> {
  const rows = await handle.query<unknown[]>(
    `INSERT INTO payment (provider, reference, status, capture_on, currency, amount) VALUES ($1, $2, $3, $4, $5, $6::numeric)
     ON CONFLICT (reference) DO NOTHING RETURNING 1`,
    [provider, charge.reference, status, captureOn, charge.currency, minorToDecimal(charge.amountMinor)],
  );
  return rows.length > 0;
}

/**
 * Notes what the provider said of a payment. Money is noted as taken for an order alone.
 *
 * @returns whether that was news
 */
export async function observePayment(handle: Handle, reference: string, seen: ProviderPayment): Promise<boolean> {
  if (seen.status === 'NEW' || seen.status === 'PROCESSING') return false;
  const [changed] = await handle.query<[unknown[], number]>(
    `UPDATE payment SET status = $2, provider_id = COALESCE(provider_id, NULLIF($3, '')), failure_code = COALESCE($4, failure_code),
       captured_amount = CASE WHEN $2 = 'CAPTURED' THEN LEAST($5::numeric, amount) ELSE captured_amount END, updated_at = now()
     WHERE reference = $1 AND status = ANY($6) AND ($2 <> 'CAPTURED' OR order_id IS NOT NULL) RETURNING 1`,
    [reference, seen.status, seen.id, seen.failureCode, minorToDecimal(seen.capturedMinor), COMES_AFTER[seen.status]],
  );
  return changed.length > 0;
}

const COLUMNS = `p.id, p.order_id AS "orderId", o.number AS "orderNumber", p.provider, p.provider_id AS "providerId", p.reference,
  p.status, p.capture_on AS "captureOn", p.failure_code AS "failureCode", p.currency, p.amount, p.captured_amount AS captured,
  p.refunded_amount AS refunded`;
const FROM = 'FROM payment p LEFT JOIN "order" o ON o.id = p.order_id';

type Raw = Omit<PaymentRow, 'amountMinor' | 'capturedMinor' | 'refundedMinor'> & {
  readonly amount: string;
  readonly captured: string;
  readonly refunded: string;
};

export async function paymentByReference(handle: Handle, reference: string): Promise<PaymentRow | null> {
  return first(await handle.query<Raw[]>(`SELECT ${COLUMNS} ${FROM} WHERE p.reference = $1`, [reference]));
}

/** By the provider's name for it, or by ours while the provider's is not written down yet. */
export async function paymentByProviderId(
  handle: Handle,
  providerId: string,
  reference: string | null,
): Promise<PaymentRow | null> {
  return first(
    await handle.query<Raw[]>(`SELECT ${COLUMNS} ${FROM} WHERE p.provider_id = $1 OR p.reference = $2 ORDER BY p.id LIMIT 1`, [
      providerId,
      reference,
    ]),
  );
}

export async function latestPaymentOf(handle: Handle, orderId: number): Promise<PaymentRow | null> {
  return first(
    await handle.query<Raw[]>(`SELECT ${COLUMNS} ${FROM} WHERE p.order_id = $1 ORDER BY p.id DESC LIMIT 1`, [orderId]),
  );
}

/** Those of many references, by reference. */
export async function paymentsByReference(handle: Handle, references: readonly string[]): Promise<Map<string, PaymentRow>> {
  const rows = await handle.query<Raw[]>(`SELECT ${COLUMNS} ${FROM} WHERE p.reference = ANY($1)`, [references]);
  return new Map(rows.map((row) => [row.reference, rowOf(row)]));
}

/** Payments that were begun in a span of time and are not at their end. */
export async function unsettledPayments(handle: Handle, since: Date, until: Date): Promise<PaymentRow[]> {
  const rows = await handle.query<Raw[]>(
    `SELECT ${COLUMNS} ${FROM} WHERE p.status IN ('PENDING', 'ACTION_REQUIRED', 'AUTHORIZED') AND p.provider = 'stripe'
       AND p.created_at >= $1 AND p.created_at < $2 ORDER BY p.order_id IS NOT NULL, p.created_at LIMIT 1000`,
    [since, until],
  );
  return rows.map(rowOf);
}

function first([row]: Raw[]): PaymentRow | null {
  return row ? rowOf(row) : null;
}

function rowOf({ amount, captured, refunded, ...row }: Raw): PaymentRow {
  return {
    ...row,
    amountMinor: decimalToMinor(amount),
    capturedMinor: decimalToMinor(captured),
    refundedMinor: decimalToMinor(refunded),
  };
}

export interface RefundRow {
  readonly isNew: boolean;
  readonly status: ProviderRefund['status'];
  readonly failureCode: string | null;
}

/**
 * Writes a refund down before the provider is asked, if there is so much left: refunds that are under way count as given.
 * One that was written before is answered as it stands; `null` when there is not enough left.
 */
export async function openRefund(
  database: DataSource,
  paymentId: number,
  reference: string,
  amountMinor: number,
): Promise<RefundRow | null> {
  return inTransaction(database, async (tx) => {
    // Who asks for the same in the same instant waits here, and then sees what the other has written.
    await tx.query('SELECT 1 FROM payment WHERE id = $1 FOR UPDATE', [paymentId]);
    const [row] = await tx.query<RefundRow[]>(
      `WITH known AS (SELECT status, failure_code FROM payment_refund WHERE reference = $2),
       counted AS (
         UPDATE payment SET refunded_amount = refunded_amount + $3::numeric, updated_at = now()
         WHERE id = $1 AND status = 'CAPTURED' AND refunded_amount + $3::numeric <= captured_amount AND NOT EXISTS (SELECT FROM known)
         RETURNING id
       ), opened AS (
         INSERT INTO payment_refund (reference, payment_id, amount) SELECT $2, id, $3::numeric FROM counted RETURNING status, failure_code
       )
       SELECT true AS "isNew", status, failure_code AS "failureCode" FROM opened
       UNION ALL SELECT false, status, failure_code FROM known`,
      [paymentId, reference, minorToDecimal(amountMinor)],
    );
    return row ?? null;
  });
}

/** Notes what became of a refund. One that failed, even late, gives its amount free again. @returns whether that was news */
export async function observeRefund(handle: Handle, reference: string, seen: ProviderRefund): Promise<boolean> {
  const [changed] = await handle.query<[unknown[], number]>(
    `WITH changed AS (
       UPDATE payment_refund SET status = $2, failure_code = $3, provider_id = COALESCE(provider_id, NULLIF($4, '')), updated_at = now()
       WHERE reference = $1 AND status <> $2 AND (status = 'PENDING' OR (status = 'DONE' AND $2 = 'FAILED')) RETURNING payment_id, amount
     )
     UPDATE payment p SET updated_at = now(),
       refunded_amount = p.refunded_amount - CASE WHEN $2 = 'FAILED' THEN changed.amount ELSE 0 END,
       status = CASE WHEN $2 = 'DONE' AND p.status = 'CAPTURED' AND p.refunded_amount = p.captured_amount THEN 'REFUNDED'
                     WHEN $2 = 'FAILED' AND p.status = 'REFUNDED' THEN 'CAPTURED' ELSE p.status END
     FROM changed WHERE p.id = changed.payment_id RETURNING 1`,
    [reference, seen.status, seen.failureCode, seen.id],
  );
  return changed.length > 0;
}

/** A refund that was not asked for by us, such as in the provider's own back office. @returns whether it was not known yet */
export async function adoptRefund(database: DataSource, paymentId: number, seen: ProviderRefund): Promise<boolean> {
  if (seen.status === 'FAILED') return false;
  const reference = seen.reference ?? `provider-${seen.id}`;
  const opened = await openRefund(database, paymentId, reference, seen.amountMinor);
  if (opened?.isNew !== true) return false;
  await observeRefund(database, reference, seen);
  return true;
}

export interface GivenBack {
  /** All that was taken has gone back, or is on its way. */
  readonly isAll: boolean;
  /** What was left in the end has been asked for, and not been refused. */
  readonly isRest: boolean;
}

/** The name of a refund of all that is left of a payment; each try has one of its own. */
export function restReference(reference: string, attempt: number | ''): string {
  return `${reference}:rest-${attempt}`;
}

/** How much of an order's money has gone back, by its latest payment. */
export async function givenBackOf(handle: Handle, orderId: number): Promise<GivenBack> {
  const [row] = await handle.query<GivenBack[]>(
    `SELECT refunded_amount = captured_amount AS "isAll", EXISTS (
       SELECT FROM payment_refund r WHERE r.payment_id = p.id AND r.status <> 'FAILED' AND starts_with(r.reference, p.reference || $2)
     ) AS "isRest"
     FROM payment p WHERE order_id = $1 ORDER BY id DESC LIMIT 1`,
    [orderId, restReference('', '')],
  );
  return row ?? { isAll: true, isRest: false };
}
