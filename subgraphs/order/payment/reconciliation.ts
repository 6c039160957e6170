import { observePayment, paymentsByReference, unsettledPayments, type PaymentRow } from './payment.book';
import type { ProviderPayment } from './payment.port';
import type { PaymentService } from './payment.service';
import type { PaymentSync, PaymentSyncDependencies } from './payment.sync';

export interface ReconciliationResult {
  readonly looked: number;
  /** Holds that nobody would ever have used. */
  readonly cancelled: number;
  /** Where our record was behind. */
  readonly noted: number;
  /** What people have to look at. */
  readonly reported: number;
}

export interface ReconciliationDependencies extends PaymentSyncDependencies {
  readonly payments: PaymentService;
  readonly sync: PaymentSync;
}

export interface ReconciliationOptions {
  /** How far back. */
  readonly since: Date;
  /** How long a payment without an order may be somebody's who is still at it. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

const BATCH = 100;
/** Longer than a checkout may last, so that nothing is taken from under one. */
const GRACE_MS = 30 * 60_000;
const OUR_REFERENCE = /^chk_/;

type Counts = { -readonly [Name in keyof ReconciliationResult]: number };

/** Compares the provider's payments with ours and mends or reports what differs. Running it twice mends nothing twice. */
export class Reconciliation {
  constructor(private readonly deps: ReconciliationDependencies) {}

  /** @throws the signal's reason when that comes before the end; what is done by then stays done */
  async run({ since, graceMs = GRACE_MS, signal }: ReconciliationOptions): Promise<ReconciliationResult> {
    const counts: Counts = { looked: 0, cancelled: 0, noted: 0, reported: 0 };
    const settledBefore = new Date(Date.now() - graceMs);
    const met = new Set<string>();
    for await (const batch of inBatches(this.deps.provider.since(since))) {
      signal?.throwIfAborted();
      counts.looked += batch.length;
      for (const { reference } of batch) if (reference !== null) met.add(reference);
      await this.compare(batch, settledBefore, counts, signal);
    }
    await this.lookForTheRest(since, settledBefore, met, counts, signal);
    this.deps.logger.info(counts, 'payments were compared with the provider');
    return counts;
  }

  private async compare(
    batch: readonly ProviderPayment[],
    settledBefore: Date,
    counts: Counts,
    signal?: AbortSignal,
  ): Promise<void> {
    const references = batch.flatMap(({ reference }) => (reference === null ? [] : [reference]));
    // In this order: a checkout that makes its order in between is seen as open, or as an order, never as neither.
    const underWay = await this.deps.consequences.underWay(references);
    const ours = await paymentsByReference(this.deps.database, references);
    for (const seen of batch) {
      signal?.throwIfAborted();
      const payment = ours.get(seen.reference ?? '');
      const isLoose =
        seen.createdAt < settledBefore && !underWay.has(seen.reference ?? '') && (payment?.orderId ?? null) === null;
      if (isLoose && isHeld(seen) && OUR_REFERENCE.test(seen.reference ?? '')) await this.cancel(seen, counts);
      else if (payment && (isLoose || payment.orderId !== null)) await this.mend(payment, seen, counts);
      else if (!payment && seen.status === 'CAPTURED') this.report('unknown', seen.id, seen.reference, counts);
    }
  }

  /** Authorised there without checkout or order here. */
  private async cancel(seen: ProviderPayment, counts: Counts): Promise<void> {
    const { reference, amountMinor, currency, id } = seen;
    if (reference === null) return;
    const after = await this.deps.provider.cancel(id);
    await observePayment(this.deps.database, reference, after);
    await this.deps.payments.abandon({ reference, amountMinor, currency });
    counts.cancelled += 1;
    this.deps.measures.differs('cancelled');
    this.deps.logger.warn({ providerId: id, reference }, 'a payment without checkout or order was let go');
  }

  private async mend(payment: PaymentRow, seen: ProviderPayment, counts: Counts): Promise<void> {
    if (agrees(payment, seen)) return;
    const isMended = await this.deps.sync.run({ providerId: seen.id });
    if (isMended) {
      counts.noted += 1;
      this.deps.measures.differs('noted');
    }
    const after = (await paymentsByReference(this.deps.database, [payment.reference])).get(payment.reference);
    if (after && !agrees(after, seen)) this.report('differs', seen.id, payment.reference, counts);
  }

  /** Payments of ours that the provider did not name. */
  private async lookForTheRest(
    since: Date,
    until: Date,
    met: ReadonlySet<string>,
    counts: Counts,
    signal?: AbortSignal,
  ): Promise<void> {
    const rest = (await unsettledPayments(this.deps.database, since, until)).filter(({ reference }) => !met.has(reference));
    const underWay = await this.deps.consequences.underWay(rest.map(({ reference }) => reference));
    for (const payment of rest) {
      signal?.throwIfAborted();
      if (payment.orderId !== null) this.report('missing', payment.providerId, payment.reference, counts);
      else if (!underWay.has(payment.reference)) {
        await this.deps.payments.abandon(payment);
        counts.cancelled += 1;
      }
    }
  }

  private report(difference: string, providerId: string | null, reference: string | null, counts: Counts): void {
    counts.reported += 1;
    this.deps.measures.differs(difference);
    this.deps.logger.error(
      { providerId, reference, difference },
      'a payment differs from what the provider says; somebody has to look',
    );
  }
}

function isHeld({ status }: ProviderPayment): boolean {
  return status === 'AUTHORIZED' || status === 'ACTION_REQUIRED';
}

function agrees(payment: PaymentRow, seen: ProviderPayment): boolean {
  if (seen.status === 'NEW') return payment.status === 'PENDING' || payment.status === 'VOIDED' || payment.status === 'DECLINED';
  if (seen.status === 'PROCESSING') return payment.status === 'PENDING' || payment.status === 'ACTION_REQUIRED';
  if (payment.status === 'DECLINED') return seen.status === 'DECLINED' || seen.status === 'VOIDED';
  const isSame = payment.status === seen.status || (payment.status === 'REFUNDED' && seen.status === 'CAPTURED');
  return (
    isSame &&
    payment.capturedMinor === seen.capturedMinor &&
    payment.refundedMinor === (seen.refundedMinor ?? payment.refundedMinor)
  );
}

async function* inBatches<T>(all: AsyncIterable<T>): AsyncIterable<readonly T[]> {
  let batch: T[] = [];
  for await (const each of all) {
    batch.push(each);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
