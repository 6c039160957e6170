import type { DataSource } from 'typeorm';
import type { PaymentSettings } from '../../platform/config';
import type { JobDefinition, JobSchedule } from '../../platform/jobs';
import type { Routes } from '../../platform/http';
import type { Logger, Metrics } from '../../platform/observability';
import {
  createPaymentJobs,
  createPaymentMeasures,
  createStripeProvider,
  createUnconfiguredProvider,
  PaymentService,
  PaymentSync,
  ProviderInbox,
  Reconciliation,
  type PaymentConsequences,
  type PaymentProvider,
} from './payment';

export interface PaymentsDependencies {
  readonly database: DataSource;
  readonly settings: PaymentSettings;
  readonly logger: Logger;
}

/** The door to money, and what is heard from its provider. */
export interface Payments {
  readonly service: PaymentService;
  readonly routes: Routes;
  /** What is done in the background, once it is known for whom anything follows from that. */
  background(consequences: PaymentConsequences): {
    readonly definitions: readonly JobDefinition<never>[];
    readonly schedules: readonly JobSchedule[];
  };
  useMetrics(metrics: Metrics): void;
}

export function createPayments({ database, settings, logger }: PaymentsDependencies): Payments {
  const provider = providerOf(settings);
  const service = new PaymentService(database, provider, settings.captureOn);
  const inbox = new ProviderInbox(database, provider, logger);
  const measures = createPaymentMeasures();
  return {
    service,
    routes: settings.webhookSecret === null ? {} : inbox.routes(),
    background: (consequences) => {
      const deps = { database, provider, consequences, measures, logger };
      const sync = new PaymentSync(deps);
      return createPaymentJobs(sync, new Reconciliation({ ...deps, payments: service, sync }), inbox);
    },
    useMetrics: (metrics) => measures.useMetrics(metrics),
  };
}

function providerOf({ apiKey, apiUrl, webhookSecret, timeoutMs, returnUrl }: PaymentSettings): PaymentProvider {
  if (apiKey === null) return createUnconfiguredProvider();
  return createStripeProvider({ apiKey, apiUrl, webhookSecret, timeoutMs, returnUrl });
}
