import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../../platform/observability';
import type { Stoppable } from '../../../platform/process';
import type { ReservationService } from './reservation.service';

const SWEEP_EVERY_MS = 5_000;
const FORGET_EVERY_MS = 3_600_000;
const KEEP_ENDED_DAYS = 90;

/** Frees the stock of reservations whose time is over. Several workers may run; each reservation is ended once. */
export function startReservationExpiry(reservations: ReservationService, logger: Logger, everyMs = SWEEP_EVERY_MS): Stoppable {
  const ended = new AbortController();
  let forgetAtMs = 0;
  const sweep = async (): Promise<void> => {
    const expired = await reservations.expireOverdue();
    if (expired > 0) logger.info({ expired }, 'stock reservations expired');
    if (Date.now() < forgetAtMs) return;
    forgetAtMs = Date.now() + FORGET_EVERY_MS;
    await reservations.forgetEnded(KEEP_ENDED_DAYS);
  };
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await sweep().catch((error: unknown) =>
        logger.error({ err: error }, 'the sweep of stock reservations failed, trying again'),
      );
      await delay(everyMs, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    name: 'reservation expiry',
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}
