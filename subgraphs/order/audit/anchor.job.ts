import type { DataSource } from 'typeorm';
import type { JobDefinition, JobSchedule } from '../../../platform/jobs';
import { anchorChains } from './audit-anchors';

/** Notes every minute where the chains stand, and tells the logs: who keeps them can prove that nothing was cut off since. */
export const ANCHOR_SCHEDULE: JobSchedule = { name: 'audit.anchor', everySeconds: 60 };

export function anchorJob(database: DataSource): JobDefinition<object> {
  return {
    name: ANCHOR_SCHEDULE.name,
    concurrency: 1,
    isRoutine: true,
    run: async (_payload, { logger, signal }) => {
      for (let anchor = await anchorChains(database); anchor !== null; anchor = await anchorChains(database)) {
        logger.info({ anchor: anchor.sequence, hash: anchor.hash }, 'the audit trail is anchored');
        if (signal.aborted) return;
      }
    },
  };
}
