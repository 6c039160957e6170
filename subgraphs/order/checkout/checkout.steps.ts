import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import type { Logger } from '../../../platform/observability';
import { touchCart } from '../cart';
import type { HeldKey, IdempotencyService } from '../../../platform/idempotency';
import { placeNewOrder, type FollowUps, type OrderTask } from '../order';
import type { Authorisation, PaymentAction, PaymentService } from '../payment';
import type { Shortage, StockPort } from '../stock';
import { closeCheckout } from './checkout.close';
import { leaveToShopper, lockCartAndDraft, lockDraft, moveCheckout, type OpenCheckout } from './checkout.rows';
import { crashPoint } from '../../../platform/process';

export const PLACE_ORDER = 'placeOrder';

/** Longer than a checkout may be held, so that recovery always finds the stock still reserved. */
const RESERVATION_SECONDS = 900;
/** How long a shopper may take at the bank; the reservation must outlive it, and who then cleans up. */
const CONFIRM_SECONDS = 600;

/** What became of a checkout that was taken up again. */
export type Resumed =
  | { readonly kind: 'ORDERED'; readonly orderId: number }
  | { readonly kind: 'WAITING'; readonly action: PaymentAction; readonly until: Date }
  | { readonly kind: 'DECLINED'; readonly code: string }
  | { readonly kind: 'UNDONE' };

export interface CheckoutStepsDependencies {
  readonly database: DataSource;
  readonly stock: StockPort;
  readonly payments: PaymentService;
  readonly idempotency: IdempotencyService;
  readonly followUps: FollowUps;
  readonly logger: Logger;
}

const LOST = 'another process took this checkout over';

/** Thrown when another process has taken the checkout over: the one that lost it stops without undoing anything. */
export class CheckoutLost extends Error {}

/**
 * The steps of a checkout, each written down before it is taken, so that a crash between any two leaves a record of
 * what may have happened outside. The order of steps keeps two promises: stock is held before money, and money is only
 * held, never taken, before the order exists.
 */
export class CheckoutSteps {
  constructor(private readonly deps: CheckoutStepsDependencies) {}

  /** Holds the stock. An answer that is not empty says what runs short, and nothing is held. */
  async reserve(checkout: OpenCheckout, requestId: string): Promise<Shortage[]> {
    crashPoint('checkout.begun');
    const lines = checkout.draft.items.map(({ variantId, quantity }) => ({ variantId, quantity }));
    const shortages = await this.deps.stock.reserve(checkout.reference, lines, RESERVATION_SECONDS, requestId);
    crashPoint('checkout.stock-held');
    return shortages;
  }

  /** Holds the money. */
  async pay(checkout: OpenCheckout, paymentToken: string): Promise<Authorisation> {
    await this.move(this.deps.database, checkout, 'PAYING');
    crashPoint('checkout.paying');
    const authorisation = await this.deps.payments.authorise(chargeOf(checkout), paymentToken);
    crashPoint('checkout.money-held');
    return authorisation;
  }

  /** Makes the order, its log and event, empties the cart and stores the answer, all at once; then takes the money. */
  async order(checkout: OpenCheckout, captureOn: 'PLACING' | 'SHIPPING', requestId: string): Promise<number> {
    const { database, followUps } = this.deps;
    const orderId = await inTransaction(database, async (tx) => {
      // As it is written now: an erasure of the account may have taken the person out since it was begun.
      const draft = await lockCartAndDraft(tx, checkout);
      if (!draft) throw new CheckoutLost(LOST);
      const order = await placeNewOrder(tx, draft, checkout.reference, draft.actor);
      const owed: OrderTask[] = captureOn === 'PLACING' ? ['CLAIM_STOCK', 'CAPTURE_PAYMENT'] : ['CLAIM_STOCK'];
      const closed = await closeCheckout(tx, checkout, PLACE_ORDER, order.id, owed);
      if (!closed.isOurs) throw new CheckoutLost(LOST);
      if (!closed.isPaid) throw new Error('the money of this checkout was let go');
      if (!closed.isCartDone) await takeOutOfCart(tx, checkout);
      crashPoint('checkout.ordering');
      return order.id;
    });
    crashPoint('checkout.ordered');
    await followUps.runFor(orderId, requestId);
    return orderId;
  }

  /** Waits a moment for what the request that made the order still does for it, such as taking the money. */
  settled(orderId: number): Promise<void> {
    return this.deps.followUps.waitFor(orderId);
  }

  /** Gives back whatever may be held, and closes the checkout. Safe to repeat. @throws CheckoutLost before anything is given back */
  async undo(checkout: OpenCheckout, requestId: string): Promise<void> {
    const { stock, payments, database } = this.deps;
    if (!(await lockDraft(database, checkout))) throw new CheckoutLost(LOST);
    await payments.abandon(chargeOf(checkout), checkout.confirmUntil !== null);
    crashPoint('checkout.money-released');
    await stock.release(checkout.reference, 'checkout not completed', requestId);
    crashPoint('checkout.stock-released');
    await this.move(database, checkout, 'UNDONE');
  }

  /**
   * Takes up a checkout that was left behind. Money that is held means that its customer may have been told nothing but
   * wants the goods: the order is made. While the shopper may yet confirm, it is left to them again. What was declined
   * stays open for the caller, who answers that and undoes it; otherwise everything is given back.
   *
   * @param mayWait `false` ends the shopper's time
   */
  async resume(checkout: OpenCheckout, requestId: string, mayWait = true): Promise<Resumed> {
    const authorisation = checkout.step === 'PAYING' ? await this.deps.payments.findAuthorisation(checkout.reference) : null;
    if (authorisation?.kind === 'AUTHORISED') {
      return { kind: 'ORDERED', orderId: await this.order(checkout, authorisation.captureOn, requestId) };
    }
    const hasTime = checkout.confirmUntil === null || checkout.confirmUntil.getTime() > Date.now();
    if (authorisation?.kind === 'ACTION_REQUIRED' && mayWait && hasTime) {
      return { kind: 'WAITING', action: authorisation.action, until: await this.leaveToShopper(checkout) };
    }
    if (authorisation?.kind === 'DECLINED' && authorisation.code !== 'voided') return authorisation;
    await this.undo(checkout, requestId);
    return { kind: 'UNDONE' };
  }

  /** Keeps stock and payment as they are until the shopper has confirmed, and lets the same request be sent again meanwhile. */
  async leaveToShopper(checkout: OpenCheckout): Promise<Date> {
    const until = await leaveToShopper(this.deps.database, checkout, CONFIRM_SECONDS);
    if (until === null) throw new CheckoutLost(LOST);
    crashPoint('checkout.left-to-shopper');
    await this.deps.idempotency.release(keyOfCheckout(checkout));
    return until;
  }

  /** Undoes after a failure of ours; where even that fails, the worker will. */
  async undoQuietly(checkout: OpenCheckout, requestId: string): Promise<boolean> {
    try {
      await this.undo(checkout, requestId);
      return true;
    } catch (error) {
      this.deps.logger.warn(
        { err: error, checkout: checkout.id, requestId },
        'a checkout could not be undone yet, the worker will',
      );
      return false;
    }
  }

  private async move(handle: DataSource | EntityManager, checkout: OpenCheckout, to: OpenCheckout['step']): Promise<void> {
    if (!(await moveCheckout(handle, checkout, to))) throw new CheckoutLost(LOST);
  }
}

/** The request that a checkout answers. Its holder is the checkout's: who takes over one takes over both. */
export function keyOfCheckout({ viewer, key, holder }: OpenCheckout): HeldKey {
  return { viewer, operation: PLACE_ORDER, key, holder };
}

function chargeOf({ reference, draft }: OpenCheckout) {
  return { reference, amountMinor: draft.totalMinor, currency: draft.currency };
}

/** What came into the cart while it was being ordered stays in it. */
async function takeOutOfCart(tx: EntityManager, { cartId, draft }: OpenCheckout): Promise<void> {
  const items = JSON.stringify(draft.items.map(({ variantId, quantity }) => ({ variantId, quantity })));
  await tx.query(
    `DELETE FROM cart_line l USING jsonb_to_recordset($2::jsonb) AS i ("variantId" int, quantity int)
     WHERE l.cart_id = $1 AND l.variant_id = i."variantId" AND l.quantity <= i.quantity`,
    [cartId, items],
  );
  await tx.query(
    `UPDATE cart_line l SET quantity = l.quantity - i.quantity FROM jsonb_to_recordset($2::jsonb) AS i ("variantId" int, quantity int)
     WHERE l.cart_id = $1 AND l.variant_id = i."variantId" AND l.quantity > i.quantity`,
    [cartId, items],
  );
  await touchCart(tx, cartId);
}
