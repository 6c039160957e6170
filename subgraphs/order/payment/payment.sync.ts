import type { DataSource } from 'typeorm';
import type { Logger } from '../../../platform/observability';
import { adoptRefund, observePayment, observeRefund, paymentByProviderId, type PaymentRow } from './payment.book';
import type { PaymentMeasures } from './payment.measures';
import type { PaymentProvider, ProviderPayment } from './payment.port';
import type { SyncPayment } from './provider-inbox';

/** What follows for others from how a payment stands; each may be told more than once. */
export interface PaymentConsequences {
  /** An attempt to pay that nobody may be waiting for has its answer, or still waits for the shopper. */
  answered(reference: string): Promise<void>;
  /** What was held for an order is taken, or gone. */
  settled(orderId: number): Promise<void>;
  /** A refund of an order has failed, perhaps long after it was taken on. */
  refundFailed(orderId: number, reference: string, code: string | null): Promise<void>;
  /** Which of these attempts to pay somebody is at. */
  underWay(references: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface PaymentSyncDependencies {
  readonly database: DataSource;
  readonly provider: PaymentProvider;
  readonly consequences: PaymentConsequences;
  readonly measures: PaymentMeasures;
  readonly logger: Logger;
}

/** Brings our record of one payment to where the provider's is, whatever was told of it before. */
export class PaymentSync {
  constructor(private readonly deps: PaymentSyncDependencies) {}

  /** @returns whether our record changed @throws UPSTREAM_UNAVAILABLE */
  async run({ providerId }: SyncPayment): Promise<boolean> {
    const { database, provider, measures, logger } = this.deps;
    const startedAt = await this.now();
    const seen = await provider.read(providerId);
    // What was told of a refund does not name our reference, and may come before anything else does: the payment itself says.
    const payment = seen && (await paymentByProviderId(database, providerId, seen.reference));
    let hasChanged = false;
    if (payment) hasChanged = await this.bringUpToDate(payment, seen);
    else {
      measures.differs('unknown');
      logger.warn({ providerId, reference: seen?.reference }, 'the payment provider told of a payment that is not ours');
    }
    await database.query(
      'UPDATE provider_event SET handled_at = now() WHERE provider_id = $1 AND handled_at IS NULL AND received_at <= $2::timestamptz',
      [providerId, startedAt],
    );
    return hasChanged;
  }

  private async bringUpToDate(payment: PaymentRow, seen: ProviderPayment): Promise<boolean> {
    const { database, consequences } = this.deps;
    const isNews = await observePayment(database, payment.reference, seen);
    if (isNews && seen.status === 'VOIDED' && payment.orderId !== null) this.report(payment, 'voided_outside');
    // Told again when it is no news to our book: whoever noted it may have died before anybody was told.
    const isOver = seen.status === 'CAPTURED' || seen.status === 'VOIDED';
    if (isOver && payment.orderId !== null) await consequences.settled(payment.orderId);
    if (seen.status === 'CAPTURED' && payment.orderId === null) this.report(payment, 'captured_without_order');
    const hasRefundNews = seen.capturedMinor > 0 && (await this.noteRefunds(payment, seen.id));
    if (payment.orderId === null) await consequences.answered(payment.reference);
    return isNews || hasRefundNews;
  }

  private async noteRefunds(payment: PaymentRow, providerId: string): Promise<boolean> {
    const { database, provider, consequences } = this.deps;
    let hasNews = false;
    for (const refund of await provider.refundsOf(providerId)) {
      const isNews = refund.reference !== null && (await observeRefund(database, refund.reference, refund));
      const isAdopted = !isNews && (await adoptRefund(database, payment.id, refund));
      if (isAdopted) this.report(payment, 'refunded_outside');
      if (isNews && refund.status === 'FAILED') this.report(payment, 'refund_failed');
      const { reference, status, failureCode } = refund;
      if (status === 'FAILED' && reference !== null && payment.orderId !== null)
        await consequences.refundFailed(payment.orderId, reference, failureCode);
      hasNews ||= isNews || isAdopted;
    }
    return hasNews;
  }

  private report({ reference, orderId }: PaymentRow, difference: string): void {
    this.deps.measures.differs(difference);
    this.deps.logger.warn({ reference, orderId, difference }, 'the payment provider did something that we did not ask for');
  }

  /** The database's clock, which wrote when events came. */
  private async now(): Promise<string> {
    const [row] = await this.deps.database.query<{ now: string }[]>('SELECT now()::text AS now');
    return row?.now ?? new Date().toISOString();
  }
}
