import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/observability';
import type { SigningKeyService } from './signing-key';

const EVERY_MS = 3_600_000;
const KEY_AGE_DAYS = 30;

/** What nobody can use any more, and how long it is kept to tell users why. */
const SWEEPS = [
  `DELETE FROM session WHERE expires_at < now() - interval '7 days' OR ended_at < now() - interval '7 days'`,
  `DELETE FROM ticket WHERE expires_at < now() - interval '7 days'`,
  `DELETE FROM attempt WHERE window_ends_at < now()`,
  `DELETE FROM outgoing_mail WHERE created_at < now() - interval '30 days'`,
] as const;

/** Once now and then every hour: a fresh signing key where it is time, and no rows that nobody needs. */
export async function startUpkeep(
  database: DataSource,
  keys: SigningKeyService,
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  const ended = new AbortController();
  const once = async (): Promise<void> => {
    try {
      if (await keys.rotate(KEY_AGE_DAYS)) logger.info('access tokens have a new signing key');
      for (const sweep of SWEEPS) await database.query(sweep);
    } catch (error) {
      logger.warn({ err: error }, 'upkeep failed, trying again in an hour');
    }
  };
  await once();
  const running = (async () => {
    while (!ended.signal.aborted) {
      await delay(EVERY_MS, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
      if (!ended.signal.aborted) await once();
    }
  })();
  return {
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}
