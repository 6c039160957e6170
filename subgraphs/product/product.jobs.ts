import type { BackgroundWork, JobDefinition } from '../../platform/jobs';
import type { ReservationService } from './stock';

const KEEP_ENDED_DAYS = 90;

/** What the product subgraph does in the background. */
export function createProductJobs(reservations: ReservationService): BackgroundWork {
  const expire: JobDefinition<object> = {
    name: 'stock.expire-reservations',
    concurrency: 1,
    maxAttempts: 1,
    run: async (_payload, { logger }) => {
      const expired = await reservations.expireOverdue();
      if (expired > 0) logger.info({ expired }, 'stock reservations expired');
    },
  };
  const forget: JobDefinition<object> = {
    name: 'stock.forget-reservations',
    concurrency: 1,
    run: () => reservations.forgetEnded(KEEP_ENDED_DAYS),
  };
  return {
    definitions: [expire, forget],
    schedules: [
      { name: expire.name, everySeconds: 5 },
      { name: forget.name, everySeconds: 3_600 },
    ],
  };
}
