import type { DataSource, EntityManager } from 'typeorm';
import { decimalToMinor } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { groupedByKey } from '../../../platform/loaders';
import {
  ABANDONED,
  barPayment,
  givenBackOf,
  latestPaymentOf,
  markAbandoned,
  observePayment,
  observeRefund,
  openPayment,
  openRefund,
  paymentByReference,
  restReference,
  type GivenBack,
  type PaymentRow,
} from './payment.book';
import { Payment, type PaymentState } from './payment.entity';
import type { Authorisation, CaptureOn, ChargeRequest, PaymentProvider, ProviderPayment, ProviderRefund } from './payment.port';
import { crashPoint } from '../../../platform/process';

/** How an order's money ended up, for the order's own record. */
export type Settlement = 'VOIDED' | 'REFUNDED' | 'NOTHING';

export interface RefundRequest {
  readonly orderId: number;
  /** Ours: the same reference gives back once, however often it is asked for. */
  readonly reference: string;
  readonly amountMinor: number;
}

/** LOST: the hold is gone, and with it the money. NOTHING: there was nothing to pay. */
export type Capture = 'TAKEN' | 'LOST' | 'NOTHING';

export type RefundOutcome = { readonly isRefunded: true } | { readonly isRefunded: false; readonly code: string };

const MAY_BE_PAID: ReadonlySet<PaymentState> = new Set(['PENDING', 'ACTION_REQUIRED', 'AUTHORIZED']);

/** Of orders that cost nothing, and of demo orders: there is nobody to ask, our book is all there is. */
const NOBODY = 'none';

/** Keeps our record of payments in step with the provider: written before the call, completed after it. */
export class PaymentService {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly captureOn: CaptureOn = 'PLACING',
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
    const captureOn = token === 'tok_hold' ? 'SHIPPING' : this.captureOn;
    const isFree = charge.amountMinor === 0;
    const isOurs = await openPayment(this.database, charge, isFree ? NOBODY : this.provider.name, captureOn);
    if (!isOurs) return { kind: 'DECLINED', code: 'voided' };
    crashPoint('payment.noted');
    const seen = isFree ? freeOf(charge) : await this.provider.authorise({ ...charge, token });
    crashPoint('payment.answered');
    return this.note(charge.reference, seen, captureOn);
  }

  /** How an authorisation stands whose answer was lost, or that waits for the shopper; `null` when none took place. */
  async findAuthorisation(reference: string): Promise<Authorisation | null> {
    const payment = await paymentByReference(this.database, reference);
    if (!payment) return null;
    if (payment.status === 'VOIDED' || payment.failureCode === ABANDONED) return { kind: 'DECLINED', code: 'voided' };
    if (payment.status === 'DECLINED') return { kind: 'DECLINED', code: payment.failureCode ?? 'card_declined' };
    if (payment.provider === NOBODY) return this.note(reference, freeOf(payment), payment.captureOn);
    const seen = await this.provider.find(payment, payment.providerId);
    return seen.status === 'NEW' ? null : this.note(reference, seen, payment.captureOn);
  }

  /**
   * Lets go of a hold that will never have an order, and bars the reference for good.
   *
   * @param isKnownToShopper who was asked to confirm it can pay it with another card even after one was declined
   * @throws UPSTREAM_UNAVAILABLE while the money may still be held
   */
  async abandon(charge: ChargeRequest, isKnownToShopper = false): Promise<void> {
    await barPayment(this.database, charge, NOBODY);
    const payment = await paymentByReference(this.database, charge.reference);
    if (payment && (await markAbandoned(this.database, charge.reference))) await this.letGo(payment, isKnownToShopper);
  }

  /** Takes what is held. @throws UPSTREAM_UNAVAILABLE while it is neither taken nor lost */
  async capture(orderId: number): Promise<Capture> {
    const payment = await latestPaymentOf(this.database, orderId);
    if (!payment) return 'NOTHING';
    if (payment.status === 'CAPTURED' || payment.status === 'REFUNDED') return 'TAKEN';
    if (payment.status === 'VOIDED' || payment.status === 'DECLINED') return 'LOST';
    if (payment.status !== 'AUTHORIZED') throw undecided();
    const seen = await this.taken(payment);
    crashPoint('payment.captured');
    await observePayment(this.database, payment.reference, seen);
    if (seen.status !== 'CAPTURED' && seen.status !== 'VOIDED') throw undecided();
    return seen.status === 'CAPTURED' ? 'TAKEN' : 'LOST';
  }

  /** How much of an order's money has gone back. */
  givenBackOf(tx: EntityManager, orderId: number): Promise<GivenBack> {
    return givenBackOf(tx, orderId);
  }

  /** Gives everything back: a hold is let go, taken money is refunded. */
  async settle(orderId: number): Promise<Settlement> {
    const payment = await latestPaymentOf(this.database, orderId);
    if (payment?.status === 'AUTHORIZED' && (await this.letGo(payment))) return 'VOIDED';
    if (payment?.status === 'AUTHORIZED' || payment?.status === 'CAPTURED') {
      const held = await latestPaymentOf(this.database, orderId);
      if (held) await this.refundRest(held);
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
    const payment = await latestPaymentOf(this.database, orderId);
    if (!payment) return { isRefunded: false, code: 'no_payment' };
    if (payment.status === 'VOIDED' || payment.status === 'DECLINED') return { isRefunded: false, code: 'never_taken' };
    return this.giveBack(payment, reference, amountMinor);
  }

  private async giveBack(payment: PaymentRow, reference: string, amountMinor: number): Promise<RefundOutcome> {
    const opened = await openRefund(this.database, payment.id, reference, amountMinor);
    if (opened === null) return { isRefunded: false, code: 'amount_too_large' };
    if (opened.status === 'FAILED') return { isRefunded: false, code: opened.failureCode ?? 'refused' };
    if (opened.status === 'DONE') return { isRefunded: true };
    const seen = await this.givenBack(payment, reference, amountMinor, opened.isNew);
    await observeRefund(this.database, reference, seen);
    // A refund that takes its time counts: should it fail yet, reconciliation tells.
    return seen.status === 'FAILED' ? { isRefunded: false, code: seen.failureCode ?? 'refused' } : { isRefunded: true };
  }

  /** The provider keeps names of requests for a day alone; one that was asked before is looked for first. */
  private async givenBack(payment: PaymentRow, reference: string, amountMinor: number, isNew: boolean): Promise<ProviderRefund> {
    const { providerId: paymentId } = payment;
    if (paymentId === null) return { id: '', reference, amountMinor, status: 'DONE', failureCode: null };
    const known = isNew ? undefined : (await this.provider.refundsOf(paymentId)).find((refund) => refund.reference === reference);
    return known ?? this.provider.refund({ paymentId, reference, amountMinor });
  }

  /** What is left, each try under a name of its own once the last one failed for good. */
  private async refundRest(payment: PaymentRow): Promise<void> {
    const [{ tries } = { tries: 0 }] = await this.database.query<{ tries: number }[]>(
      `SELECT count(*)::int AS tries FROM payment_refund WHERE payment_id = $1 AND status = 'FAILED' AND starts_with(reference, $2)`,
      [payment.id, restReference(payment.reference, '')],
    );
    const rest = restReference(payment.reference, tries);
    const [open] = await this.database.query<{ amount: string }[]>(
      `SELECT amount FROM payment_refund WHERE reference = $1 AND status = 'PENDING'`,
      [rest],
    );
    const amountMinor = open ? decimalToMinor(open.amount) : payment.capturedMinor - payment.refundedMinor;
    if (amountMinor === 0) return;
    const outcome = await this.giveBack(payment, rest, amountMinor);
    if (!outcome.isRefunded)
      throw new AppError('UPSTREAM_UNAVAILABLE', 'The payment provider refused a refund', { code: outcome.code });
  }

  /** `false` when the money was taken in the meantime: then there is nothing to let go of. */
  private async letGo(payment: PaymentRow, isKnownToShopper = false): Promise<boolean> {
    if (!MAY_BE_PAID.has(payment.status) && !(payment.status === 'DECLINED' && isKnownToShopper)) return true;
    const seen = await this.cancelled(payment);
    await observePayment(this.database, payment.reference, seen);
    if (seen.status !== 'VOIDED' && seen.status !== 'CAPTURED') throw undecided();
    return seen.status === 'VOIDED';
  }

  private async cancelled(payment: PaymentRow): Promise<ProviderPayment> {
    if (payment.provider === NOBODY || isInOurBookAlone(payment)) return { ...freeOf(payment), status: 'VOIDED' };
    if (payment.providerId !== null) return this.provider.cancel(payment.providerId);
    const seen = await this.provider.find(payment, null);
    return seen.status === 'VOIDED' ? seen : this.provider.cancel(seen.id);
  }

  private async taken(payment: PaymentRow): Promise<ProviderPayment> {
    if (payment.providerId === null) return { ...freeOf(payment), status: 'CAPTURED', capturedMinor: payment.amountMinor };
    return this.provider.capture(payment.providerId, payment.orderNumber ?? '');
  }

  private async note(reference: string, seen: ProviderPayment, captureOn: CaptureOn): Promise<Authorisation> {
    await observePayment(this.database, reference, seen);
    return authorisationOf(seen, captureOn);
  }
}

/** A demo order's: its provider was never asked. Of any other, the provider's name was noted before it got its order. */
function isInOurBookAlone({ providerId, orderId }: PaymentRow): boolean {
  return providerId === null && orderId !== null;
}

function authorisationOf(seen: ProviderPayment, captureOn: CaptureOn): Authorisation {
  switch (seen.status) {
    case 'AUTHORIZED':
    case 'CAPTURED':
      return { kind: 'AUTHORISED', captureOn };
    case 'DECLINED':
      return { kind: 'DECLINED', code: seen.failureCode ?? 'card_declined' };
    case 'VOIDED':
      return { kind: 'DECLINED', code: 'voided' };
    case 'ACTION_REQUIRED':
      if (seen.action) return { kind: 'ACTION_REQUIRED', action: seen.action };
      throw undecided();
    case 'NEW':
    case 'PROCESSING':
      throw undecided();
  }
}

/** Nothing can be said of the money yet: whoever asks has to ask again. */
function undecided(): AppError {
  return new AppError('UPSTREAM_UNAVAILABLE', 'The bank has not answered yet; try again', { service: 'payment' });
}

/** A payment that nobody outside knows of, as if its provider had just held it. */
function freeOf({ reference, amountMinor, currency }: ChargeRequest): ProviderPayment {
  return {
    id: '',
    reference,
    status: 'AUTHORIZED',
    failureCode: null,
    action: null,
    currency,
    amountMinor,
    capturedMinor: 0,
    refundedMinor: null,
    createdAt: new Date(),
  };
}
