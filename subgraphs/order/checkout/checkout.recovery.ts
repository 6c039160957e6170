import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Logger } from '../../../platform/observability';
import type { IdempotencyService } from '../../../platform/idempotency';
import { takeOver } from './checkout.rows';
import { keyOfCheckout, type CheckoutSteps } from './checkout.steps';

const BATCH = 20;

/** One round over the checkouts that a crash left behind: each is finished or undone. Answers how many there were. */
export async function recoverCheckouts(
  database: DataSource,
  steps: CheckoutSteps,
  idempotency: IdempotencyService,
  logger: Logger,
): Promise<number> {
  const abandoned = await takeOver(database, randomUUID(), BATCH, null);
  for (const checkout of abandoned) {
    const requestId = `recovery-${randomUUID()}`;
    try {
      const held = keyOfCheckout(checkout);
      const adopted = await idempotency.adopt(held);
      // Sent again meanwhile: that request deals with it.
      if (adopted === 'theirs') continue;
      // A request that has its answer must not get an order as well.
      const orderId = adopted === 'over' ? null : await steps.recover(checkout, requestId);
      if (adopted === 'over') await steps.undo(checkout, requestId);
      if (orderId === null) await idempotency.forget(held);
      logger.info({ checkout: checkout.id, orderId, requestId }, 'an abandoned checkout was dealt with');
    } catch (error) {
      logger.warn({ err: error, checkout: checkout.id, requestId }, 'an abandoned checkout waits for the next round');
    }
  }
  return abandoned.length;
}
