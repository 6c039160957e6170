import type { DataSource } from 'typeorm';
import type { Settings } from '../../platform/config';
import { sweepDecisions, type BackgroundWork, type JobDefinition } from '../../platform/jobs';
import { createMailJob } from './mail';
import type { SigningKeyService } from './signing-key';

const KEY_AGE_DAYS = 30;

/** What nobody can use any more, and how long it is kept to tell users why. */
const SWEEPS = [
  `DELETE FROM session WHERE expires_at < now() - interval '7 days' OR ended_at < now() - interval '7 days'`,
  `DELETE FROM ticket WHERE expires_at < now() - interval '7 days'`,
  `DELETE FROM attempt WHERE window_ends_at < now()`,
  `DELETE FROM outgoing_mail WHERE created_at < now() - interval '30 days'`,
] as const;

/** What the user subgraph does in the background. */
export function createUserJobs(
  database: DataSource,
  keys: SigningKeyService,
  { smtpUrl, mailFrom: from, publicUrl }: Pick<Settings, 'smtpUrl' | 'mailFrom' | 'publicUrl'>,
): BackgroundWork {
  const upkeep: JobDefinition<object> = {
    name: 'user.upkeep',
    concurrency: 1,
    isRoutine: true,
    run: async (_payload, { logger }) => {
      if (await keys.rotate(KEY_AGE_DAYS)) logger.info('access tokens have a new signing key');
      for (const sweep of SWEEPS) await database.query(sweep);
      await sweepDecisions(database);
    },
  };
  return {
    definitions: [createMailJob(database, { smtpUrl, from, publicUrl }), upkeep],
    schedules: [{ name: upkeep.name, everySeconds: 3_600 }],
  };
}
