import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Logger } from '../../../platform/observability';
import type { IdempotencyService } from '../idempotency';
import { takeOver } from './checkout.rows';
import { PLACE_ORDER, type CheckoutSteps } from './checkout.steps';

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
      const orderId = await steps.recover(checkout, requestId);
      if (orderId === null) await idempotency.forget({ viewer: checkout.viewer, operation: PLACE_ORDER, key: checkout.key });
      logger.info({ checkout: checkout.id, orderId, requestId }, 'an abandoned checkout was dealt with');
    } catch (error) {
      logger.warn({ err: error, checkout: checkout.id, requestId }, 'an abandoned checkout waits for the next round');
    }
  }
  return abandoned.length;
}
