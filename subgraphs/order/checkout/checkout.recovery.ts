import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Logger } from '../../../platform/observability';
import type { IdempotencyService } from '../../../platform/idempotency';
import { PaymentDeclined, storedFailure } from './checkout.errors';
import { findLeftToShopper, openReferences, takeOver, type OpenCheckout } from './checkout.rows';
import { keyOfCheckout, PLACE_ORDER, type CheckoutSteps, type Resumed } from './checkout.steps';

const BATCH = 20;

export interface CheckoutRecoveryDependencies {
  readonly database: DataSource;
  readonly steps: CheckoutSteps;
  readonly idempotency: IdempotencyService;
  readonly logger: Logger;
}

/** Finishes or undoes checkouts that nobody is at: those of a process that died, and those left to a shopper at the bank. */
export class CheckoutRecovery {
  constructor(private readonly deps: CheckoutRecoveryDependencies) {}

  /** One round over the checkouts whose time is over. Answers how many there were. Those left when `signal` comes wait for another. */
  async recoverAbandoned(signal?: AbortSignal): Promise<number> {
    const { database, steps, idempotency, logger } = this.deps;
    const abandoned = await takeOver(database, randomUUID(), BATCH, null);
    for (const checkout of abandoned) {
      if (signal?.aborted) break;
      const requestId = `recovery-${randomUUID()}`;
      try {
        const adopted = await idempotency.adopt(keyOfCheckout(checkout));
        // Sent again meanwhile: that request deals with it.
        if (adopted === 'theirs') continue;
        // A request that has its answer must not get an order as well.
        if (adopted === 'over') await steps.undo(checkout, requestId);
        else await this.resume(checkout, requestId, true);
        logger.info({ checkout: checkout.id, requestId }, 'an abandoned checkout was dealt with');
      } catch (error) {
        logger.warn({ err: error, checkout: checkout.id, requestId }, 'an abandoned checkout waits for the next round');
      }
    }
    return abandoned.length;
  }

  /**
   * The provider said something of a payment whose shopper was at the bank: the order is made, or all is given back.
   *
   * @throws Error while somebody else is at it, who may have asked the provider before: then this has to be done again
   */
  async settle(reference: string): Promise<void> {
    await this.takeUp({ reference }, true);
  }

  /** The shopper wants to pay the cart in another way: what waits for them at the bank ends, unless it was paid by now. */
  async supersede(cartId: number): Promise<void> {
    await this.takeUp({ cartId }, false);
  }

  /** Which of these references are those of open checkouts. */
  underWay(references: readonly string[]): Promise<ReadonlySet<string>> {
    return openReferences(this.deps.database, references);
  }

  private async takeUp(by: Parameters<typeof findLeftToShopper>[1], mayWait: boolean): Promise<void> {
    const { database, idempotency } = this.deps;
    const found = await findLeftToShopper(database, by);
    if (!found) return;
    const held = { ...found, operation: PLACE_ORDER, holder: randomUUID() };
    const adopted = await idempotency.adopt(held);
    if (adopted === 'theirs') throw new Error('another process is at this checkout');
    if (adopted === 'over') return;
    const [checkout] = await takeOver(database, held.holder, 1, found);
    if (checkout) await this.resume(checkout, `confirmed-${randomUUID()}`, mayWait);
    // Closed since it was found: the same request, sent again, must not wait for our lease.
    else await idempotency.release(held);
  }

  private async resume(checkout: OpenCheckout, requestId: string, mayWait: boolean): Promise<void> {
    const { steps, idempotency, database, logger } = this.deps;
    const held = keyOfCheckout(checkout);
    const resumed: Resumed = await steps.resume(checkout, requestId, mayWait).catch(async (error: unknown) => {
      await idempotency.release(held);
      throw error;
    });
    if (resumed.kind === 'UNDONE') await idempotency.forget(held);
    if (resumed.kind === 'DECLINED') {
      const failures = [storedFailure(PaymentDeclined.make(resumed.code))];
      if (await idempotency.finish(database, held, { failures })) await steps.undoQuietly(checkout, requestId);
    }
    logger.debug({ checkout: checkout.id, became: resumed.kind, requestId }, 'a checkout was taken up again');
  }
}
