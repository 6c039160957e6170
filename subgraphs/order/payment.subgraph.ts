import type { DataSource } from 'typeorm';
import type { PaymentSettings } from '../../platform/config';
import { inTransaction } from '../../platform/db';
import type { JobDefinition, JobSchedule } from '../../platform/jobs';
import type { Routes } from '../../platform/http';
import type { Logger, Metrics } from '../../platform/observability';
import type { CheckoutRecovery } from './checkout';
import type { TaskRunner } from './followup';
import { oweAgain, type OrderService } from './order';
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
import type { RefundPayout } from './refund';

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
  /** Forgets what the provider told long ago. */
  sweep(): Promise<void>;
  useMetrics(metrics: Metrics): void;
}

export interface PaymentFollowers {
  readonly database: DataSource;
  readonly orders: OrderService;
  readonly recovery: CheckoutRecovery;
  readonly refunds: RefundPayout;
  readonly runner: TaskRunner;
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
      return createPaymentJobs(sync, new Reconciliation({ ...deps, payments: service, sync }));
    },
    sweep: () => inbox.sweep(),
    useMetrics: (metrics) => measures.useMetrics(metrics),
  };
}

/** What the provider tells may make orders, pay them, or leave them unpaid. */
export function whatFollowsFromPayments({ database, orders, recovery, refunds, runner }: PaymentFollowers): PaymentConsequences {
  return {
    answered: (reference) => recovery.settle(reference),
    underWay: (references) => recovery.underWay(references),
    settled: async (orderId) => {
      const [order] = await orders.byKeys([orderId]);
      if (order?.paymentStatus !== 'AUTHORIZED') return;
      await inTransaction(database, (tx) => oweAgain(tx, orderId, 'CAPTURE_PAYMENT'));
      await runner.runFor(orderId, `settled-${orderId}`);
    },
    refundFailed: async (orderId, reference, code) => {
      await refunds.failed(orderId, reference, code);
      await runner.runFor(orderId, `refund-failed-${orderId}`);
    },
  };
}

function providerOf({ apiKey, apiUrl, webhookSecret, timeoutMs, returnUrl }: PaymentSettings): PaymentProvider {
  if (apiKey === null) return createUnconfiguredProvider();
  return createStripeProvider({ apiKey, apiUrl, webhookSecret, timeoutMs, returnUrl });
}
