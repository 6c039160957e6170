import type { JobDefinition, JobSchedule } from '../../../platform/jobs';
import type { PaymentSync } from './payment.sync';
import { SYNC_PAYMENT, type SyncPayment } from './provider-inbox';
import type { Reconciliation } from './reconciliation';

const RECONCILE = 'payment.reconcile';
const LOOK_BACK_MS = 3 * 86_400_000;
const RECONCILE_SECONDS = 900;

/** What is done about payments in the background. */
export function createPaymentJobs(
  sync: PaymentSync,
  reconciliation: Reconciliation,
): { readonly definitions: readonly JobDefinition<never>[]; readonly schedules: readonly JobSchedule[] } {
  const syncJob: JobDefinition<SyncPayment> = {
    name: SYNC_PAYMENT,
    maxAttempts: 20,
    batchSize: 20,
    run: async (payload) => void (await sync.run(payload)),
  };
  const reconcileJob: JobDefinition<object> = {
    name: RECONCILE,
    maxAttempts: 3,
    concurrency: 1,
    timeoutSeconds: RECONCILE_SECONDS,
    run: async (_payload, { signal }) => {
      await reconciliation.run({ since: new Date(Date.now() - LOOK_BACK_MS), signal });
    },
  };
  return {
    definitions: [syncJob, reconcileJob] as unknown as JobDefinition<never>[],
    schedules: [{ name: RECONCILE, cron: '23 * * * *' }],
  };
}
