import { createHash, randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { AppError } from '../../../platform/errors';
import { CartVersionConflict, InsufficientStock, type Cart, type CartService } from '../cart';
import type { ContactPort } from '../contact';
import { ownerKey, ownerOf } from '../guest';
import { IdempotencyKeyReused, type IdempotencyService, type HeldKey } from '../../../platform/idempotency';
import { actorOf } from '../audit';
import type { OrderAddress } from '../order';
import type { Quote, QuoteService } from '../quote';
import { DiscountCodeInvalid } from '../discount';
import type { Shortage } from '../stock';
import type { Caller } from '../upstream';
import type { CheckoutDraft } from './checkout.entity';
import {
  CartEmpty,
  CheckoutInProgress,
  EmailRequired,
  PaymentActionRequired,
  PaymentDeclined,
  PriceChanged,
  revivedFailure,
  storedFailure,
  type PlaceOrderFailure,
  type StoredFailure,
} from './checkout.errors';
import { beginCheckout } from './checkout.begin';
import { takeOver, type OpenCheckout } from './checkout.rows';
import type { CheckoutRecovery } from './checkout.recovery';
import { CheckoutLost, PLACE_ORDER, type CheckoutSteps } from './checkout.steps';

/** A checked request to place an order. */
export interface PlaceOrderRequest {
  readonly idempotencyKey: string;
  readonly email: string | null;
  readonly shippingAddress: OrderAddress;
  readonly billingAddress: OrderAddress | null;
  /** The code of a shipping rate. */
  readonly shippingMethod: string;
  readonly paymentToken: string;
  readonly expectedTotalMinor: number | null;
  readonly expectedCartVersion: number | null;
  readonly note: string | null;
}

export interface PlaceOrderOutcome {
  readonly orderId: number | null;
  readonly errors: readonly PlaceOrderFailure[];
  readonly isReplayed: boolean;
}

/** What is stored under the key: the order, or why there is none. */
type StoredAnswer = { readonly orderId: number } | { readonly failures: readonly StoredFailure[] };

type Prepared = { readonly cart: Cart; readonly draft: CheckoutDraft } | { readonly failures: readonly PlaceOrderFailure[] };

export interface CheckoutDependencies {
  readonly database: DataSource;
  readonly carts: CartService;
  readonly quotes: QuoteService;
  readonly contacts: ContactPort;
  readonly idempotency: IdempotencyService;
  readonly steps: CheckoutSteps;
  readonly recovery: CheckoutRecovery;
}

/**
 * Places orders, exactly once per idempotency key. What is refused before anything was begun is not remembered, so the
 * same request may succeed later; from the first step on, the same key and input give the same answer.
 */
export class CheckoutService {
  constructor(private readonly deps: CheckoutDependencies) {}

  async place(caller: Caller, request: PlaceOrderRequest): Promise<PlaceOrderOutcome> {
    const owner = ownerOf(caller.viewer);
    if (!owner) return failed(CartEmpty.make());
    const { idempotencyKey, ...input } = request;
    const name = { viewer: ownerKey(owner), operation: PLACE_ORDER, key: idempotencyKey };
    const attempt = await this.deps.idempotency.begin(name, input);
    switch (attempt.kind) {
      case 'reused':
        return failed(IdempotencyKeyReused.make());
      case 'busy':
        return failed(CheckoutInProgress.make());
      case 'done':
        return this.replay(attempt.response as StoredAnswer);
      case 'ours':
        return this.begin(caller, request, attempt.held, attempt.isTakenOver);
    }
  }

  /** The second click of two answers as the first does: not before the money is taken, unless that takes long. */
  private async replay(answer: StoredAnswer): Promise<PlaceOrderOutcome> {
    if ('orderId' in answer) await this.deps.steps.settled(answer.orderId);
    return { ...outcomeOf(answer), isReplayed: true };
  }

  /** What it would come to, and what would stand in the way. */
  async quote(
    caller: Caller,
    request: PlaceOrderRequest,
  ): Promise<{ quote: Quote | null; currency: string; errors: readonly PlaceOrderFailure[] }> {
    const cart = await this.deps.carts.active(caller.viewer);
    if (!cart || cart.lines.length === 0) return { quote: null, currency: '', errors: [CartEmpty.make()] };
    const quote = await this.price(cart, request, caller.requestId);
    return { quote, currency: cart.currency, errors: refusalsOf(cart, quote, request) };
  }

  private async begin(
    caller: Caller,
    request: PlaceOrderRequest,
    held: HeldKey,
    isTakenOver: boolean,
  ): Promise<PlaceOrderOutcome> {
    if (isTakenOver) {
      const outcome = await this.takeUpAgain(held, caller.requestId);
      if (outcome !== null) return outcome;
    }
    const { idempotency, steps } = this.deps;
    const checkout = await this.start(caller, request, held).catch(async (error: unknown) => {
      await idempotency.forget(held);
      throw error;
    });
    if (!('id' in checkout)) {
      // Whoever took the request over meanwhile answers it: perhaps it is this cart that they have just ordered.
      return (await idempotency.forget(held)) ? failed(...checkout.failures) : failed(CheckoutInProgress.make());
    }
    try {
      return await this.run(checkout, request, held, caller.requestId);
    } catch (error) {
      if (error instanceof CheckoutLost) return failed(CheckoutInProgress.make());
      if (await steps.undoQuietly(checkout, caller.requestId)) await idempotency.forget(held);
      throw error;
    }
  }

  private async start(
    caller: Caller,
    request: PlaceOrderRequest,
    held: HeldKey,
  ): Promise<OpenCheckout | { failures: readonly PlaceOrderFailure[] }> {
    // A cart that changed while it was priced is priced once more; one that is being ordered stays refused.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const prepared = await this.prepare(caller, request);
      if ('failures' in prepared) return prepared;
      const { cart, draft } = prepared;
      // A shopper who comes back from the bank with another card.
      if (attempt > 1) await this.deps.recovery.supersede(prepared.cart.id).catch(() => undefined);
      const begun = await beginCheckout(this.deps.database, held, cart.id, referenceOf(held), draft);
      if (begun && 'id' in begun) return begun;
      if (begun) {
        const code = draft.discount?.code ?? '';
        return { failures: [DiscountCodeInvalid.make(code, begun.refusal, ['cart', 'discountCode'])] };
      }
    }
    return { failures: [CheckoutInProgress.make()] };
  }

  private async run(
    checkout: OpenCheckout,
    request: PlaceOrderRequest,
    held: HeldKey,
    requestId: string,
  ): Promise<PlaceOrderOutcome> {
    const { steps } = this.deps;
    const shortages = await steps.reserve(checkout, requestId);
    if (shortages.length > 0) return this.giveUp(checkout, held, shortages.map(asFailure), requestId);
    const payment = await steps.pay(checkout, request.paymentToken);
    if (payment.kind === 'DECLINED') return this.giveUp(checkout, held, [PaymentDeclined.make(payment.code)], requestId);
    if (payment.kind === 'ACTION_REQUIRED') {
      return failed(PaymentActionRequired.make(payment.action, await steps.leaveToShopper(checkout)));
    }
    return { orderId: await steps.order(checkout, payment.captureOn, requestId), errors: [], isReplayed: false };
  }

  private async giveUp(
    checkout: OpenCheckout,
    held: HeldKey,
    failures: readonly PlaceOrderFailure[],
    requestId: string,
  ): Promise<PlaceOrderOutcome> {
    const isStored = await this.deps.idempotency.finish(this.deps.database, held, { failures: failures.map(storedFailure) });
    if (!isStored) throw new CheckoutLost('another process took this request over');
    await this.deps.steps.undoQuietly(checkout, requestId);
    return failed(...failures);
  }

  private async prepare(caller: Caller, request: PlaceOrderRequest): Promise<Prepared> {
    const { viewer, requestId } = caller;
    const cart = await this.deps.carts.active(viewer);
    if (!cart || cart.lines.length === 0) return { failures: [CartEmpty.make()] };
    const [quote, email] = await Promise.all([this.price(cart, request, requestId), this.emailOf(caller, request)]);
    const failures = refusalsOf(cart, quote, request);
    if (email === null) return { failures: [...failures, EmailRequired.make()] };
    if (failures.length > 0) return { failures };
    const draft = {
      ...quote.priced,
      userId: cart.userId,
      guestTokenHash: cart.guestTokenHash,
      email,
      currency: cart.currency,
      cartVersion: cart.version,
    };
    const { shippingAddress, billingAddress, note } = request;
    return { cart, draft: { ...draft, shippingAddress, billingAddress, note, actor: actorOf(viewer) } };
  }

  private price(cart: Cart, { shippingAddress, shippingMethod }: PlaceOrderRequest, requestId: string): Promise<Quote> {
    return this.deps.quotes.quote({ cart, to: shippingAddress, shippingMethod, requestId });
  }

  private async emailOf({ viewer, requestId }: Caller, request: PlaceOrderRequest): Promise<string | null> {
    if (request.email !== null) return request.email;
    return viewer.userId === null ? null : this.deps.contacts.emailOf(viewer.userId, requestId);
  }

  /** Sent again after a crash, or by a shopper who was at the bank; `null` when there is nothing left of the first time. */
  private async takeUpAgain(held: HeldKey, requestId: string): Promise<PlaceOrderOutcome | null> {
    const { database, steps, idempotency } = this.deps;
    try {
      const [checkout] = await takeOver(database, held.holder, 1, held);
      if (!checkout) return null;
      const resumed = await steps.resume(checkout, requestId);
      switch (resumed.kind) {
        case 'ORDERED':
          return { orderId: resumed.orderId, errors: [], isReplayed: true };
        case 'WAITING':
          return failed(PaymentActionRequired.make(resumed.action, resumed.until));
        case 'DECLINED':
          return await this.giveUp(checkout, held, [PaymentDeclined.make(resumed.code)], requestId);
        case 'UNDONE':
          return null;
      }
    } catch (error) {
      if (error instanceof CheckoutLost) return failed(CheckoutInProgress.make());
      await idempotency.release(held);
      throw error;
    }
  }
}

/** What stands in the way before anything is begun. */
function refusalsOf(cart: Cart, { priced, failures }: Quote, request: PlaceOrderRequest): PlaceOrderFailure[] {
  const { expectedCartVersion, expectedTotalMinor } = request;
  if (expectedCartVersion !== null && expectedCartVersion !== cart.version) return [CartVersionConflict.make(cart)];
  if (expectedTotalMinor === null || expectedTotalMinor === priced.totalMinor) return [...failures];
  return [...failures, PriceChanged.make(expectedTotalMinor, priced.totalMinor, cart.currency)];
}

/** New for each attempt, since a reservation or payment that was given back cannot be used again. */
function referenceOf({ viewer, key }: HeldKey): string {
  const request = createHash('sha256').update(`${viewer}|${key}`).digest('base64url').slice(0, 22);
  return `chk_${request}_${randomUUID()}`;
}

function asFailure({ variantId, available }: Shortage): InsufficientStock {
  return InsufficientStock.make(variantId, available, ['cart', 'lines']);
}

function outcomeOf(answer: StoredAnswer): Omit<PlaceOrderOutcome, 'isReplayed'> {
  if ('orderId' in answer) return { orderId: answer.orderId, errors: [] };
  return { orderId: null, errors: answer.failures.map(revivedFailure) };
}

function failed(...errors: PlaceOrderFailure[]): PlaceOrderOutcome {
  if (errors.length === 0) throw new AppError('INTERNAL_SERVER_ERROR', 'a checkout failed without a reason');
  return { orderId: null, errors, isReplayed: false };
}
