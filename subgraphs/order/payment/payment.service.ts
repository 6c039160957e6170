import type { DataSource, EntityManager } from 'typeorm';
import { minorToDecimal } from '../../../platform/db';
import { groupedByKey } from '../../../platform/loaders';
import { Payment } from './payment.entity';
import type { Authorisation, ChargeRequest, PaymentProvider } from './payment.port';
import { crashPoint } from '../../../platform/process';

interface RefundRow {
  readonly status: 'PENDING' | 'DONE' | 'FAILED';
  readonly failure_code: string | null;
}

/** How an order's money ended up, for the order's own record. */
export type Settlement = 'VOIDED' | 'REFUNDED' | 'NOTHING';

export interface RefundRequest {
  readonly orderId: number;
  /** Ours: the same reference gives back once, however often it is asked for. */
  readonly reference: string;
  readonly amountMinor: number;
}

export type RefundOutcome = { readonly isRefunded: true } | { readonly isRefunded: false; readonly code: string };

/** Keeps our record of payments in step with the provider: written before the call, completed after it. */
export class PaymentService {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
  ) {}

  /** The payments of each order, oldest first, in the order asked. */
  async ofOrders(orderIds: readonly number[]): Promise<Payment[][]> {
    const payments = await this.database
      .getRepository(Payment)
      .createQueryBuilder('payment')
      .where('payment.order_id = ANY(:orderIds)', { orderIds })
      .orderBy('payment.id')
      .getMany();
    return groupedByKey(orderIds, payments, (payment) => payment.orderId ?? 0);
  }

  /** Holds the amount. The record is there before the provider is asked, so a lost answer can be looked up. */
  async authorise(charge: ChargeRequest, token: string): Promise<Authorisation> {
    await this.database.query(
      `INSERT INTO payment (provider, reference, status, currency, amount) VALUES ($1, $2, 'PENDING', $3, $4::numeric)
       ON CONFLICT (reference) DO NOTHING`,
      [this.provider.name, charge.reference, charge.currency, minorToDecimal(charge.amountMinor)],
    );
    crashPoint('payment.noted');
    const outcome = await this.provider.authorise({ ...charge, token });
    crashPoint('payment.answered');
    return this.note(charge.reference, outcome);
  }

  /** The outcome of an authorisation whose answer was lost; `null` when none took place. */
  async findAuthorisation(reference: string): Promise<Authorisation | null> {
    const found = await this.provider.find(reference);
    return found && this.note(reference, found);
  }

  /** Lets go of a hold that will never have an order, and bars the reference for good. */
  async abandon(charge: ChargeRequest): Promise<void> {
    await this.provider.void(charge);
    await this.database.query(
      `UPDATE payment SET status = 'VOIDED', updated_at = now() WHERE reference = $1 AND status IN ('PENDING', 'AUTHORIZED')`,
      [charge.reference],
    );
  }

  /** Ties the payment to its order; inside the transaction that makes the order. */
  async attach(tx: EntityManager, reference: string, orderId: number): Promise<void> {
    await tx.query('UPDATE payment SET order_id = $2, updated_at = now() WHERE reference = $1', [reference, orderId]);
  }

  /** Takes what is held; `false` when there is nothing to take. */
  async capture(orderId: number): Promise<boolean> {
    const payment = await this.latestOf(orderId);
    if (payment?.status === 'CAPTURED') return true;
    if (payment?.status !== 'AUTHORIZED') return false;
    await this.provider.capture(payment);
    crashPoint('payment.captured');
    await this.database.query(
      `UPDATE payment SET status = 'CAPTURED', captured_amount = amount, updated_at = now() WHERE id = $1 AND status = 'AUTHORIZED'`,
      [payment.id],
    );
    return true;
  }

  /** Gives everything back: a hold is let go, taken money is refunded. */
  async settle(orderId: number): Promise<Settlement> {
    const payment = await this.latestOf(orderId);
    if (payment?.status === 'AUTHORIZED') {
      await this.abandon(payment);
      return 'VOIDED';
    }
    if (payment?.status === 'CAPTURED') {
      await this.provider.refund(payment);
      await this.database.query(
        `UPDATE payment SET status = 'REFUNDED', refunded_amount = captured_amount, updated_at = now() WHERE id = $1 AND status = 'CAPTURED'`,
        [payment.id],
      );
      return 'REFUNDED';
    }
    if (payment?.status === 'REFUNDED' || payment?.status === 'VOIDED') return payment.status;
    return 'NOTHING';
  }

  /**
   * Gives a part of what was taken back. Never more than was taken: refunds that are under way count.
   *
   * @throws UPSTREAM_UNAVAILABLE when the outcome is not known; ask again by the same reference
   */
  async refund({ orderId, reference, amountMinor }: RefundRequest): Promise<RefundOutcome> {
    const begun = await this.beginRefund(orderId, reference, amountMinor);
    if (begun === null) return { isRefunded: false, code: 'amount_too_large' };
    if (begun.status === 'FAILED') return { isRefunded: false, code: begun.failure_code ?? 'refused' };
    if (begun.status === 'DONE') return { isRefunded: true };
    await this.database.query(
      `WITH done AS (
         UPDATE payment_refund SET status = 'DONE', updated_at = now() WHERE reference = $1 AND status = 'PENDING' RETURNING payment_id
       )
       UPDATE payment SET status = 'REFUNDED', updated_at = now() FROM done
       WHERE id = done.payment_id AND status = 'CAPTURED' AND refunded_amount = captured_amount`,
      [reference],
    );
    return { isRefunded: true };
  }

  private async beginRefund(orderId: number, reference: string, amountMinor: number): Promise<RefundRow | null> {
    await this.database.query(
      `WITH counted AS (
         UPDATE payment SET refunded_amount = refunded_amount + $3::numeric, updated_at = now()
         WHERE order_id = $1 AND status = 'CAPTURED' AND refunded_amount + $3::numeric <= captured_amount
           AND NOT EXISTS (SELECT FROM payment_refund WHERE reference = $2)
         RETURNING id
       )
       INSERT INTO payment_refund (reference, payment_id, amount) SELECT $2, id, $3::numeric FROM counted`,
      [orderId, reference, minorToDecimal(amountMinor)],
    );
    const [row] = await this.database.query<RefundRow[]>('SELECT status, failure_code FROM payment_refund WHERE reference = $1', [
      reference,
    ]);
    return row ?? null;
  }

  private async latestOf(orderId: number): Promise<Payment | null> {
    const [payments] = await this.ofOrders([orderId]);
    return payments?.at(-1) ?? null;
  }

  private async note(reference: string, outcome: Authorisation): Promise<Authorisation> {
    await this.database.query(
      `UPDATE payment SET status = $2, capture_on = COALESCE($3, capture_on), failure_code = $4, updated_at = now()
       WHERE reference = $1 AND status = 'PENDING'`,
      outcome.isAuthorised ? [reference, 'AUTHORIZED', outcome.captureOn, null] : [reference, 'DECLINED', null, outcome.code],
    );
    return outcome;
  }
}
