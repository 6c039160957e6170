import { openable } from '../../../platform/db';
import type { ReconciliationResult } from '../../../subgraphs/order/payment';
import {
  createPaymentMeasures,
  createStripeProvider,
  Payment,
  PaymentService,
  PaymentSync,
  ProviderInbox,
  Reconciliation,
} from '../../../subgraphs/order/payment';
import { createLogger } from '../../../platform/observability';
import { readSettings } from '../../../platform/config';
import type { Shop } from './shop';

/** The payment slice of a shop, to be called where no mutation leads to it alone. */
export interface PaymentParts {
  readonly service: PaymentService;
  readonly inbox: ProviderInbox;
  readonly sync: PaymentSync;
  /** Of the last day; a payment without an order counts as left behind at once. */
  reconcile(signal?: AbortSignal): Promise<ReconciliationResult>;
  close(): Promise<void>;
}

export async function openPayments(shop: Shop): Promise<PaymentParts> {
  const database = openable({
    url: shop.order.url,
    entities: [Payment],
    migrations: [],
    poolSize: 10,
    applicationName: 'payments-under-test',
  });
  await database.open();
  const { apiKey, webhookSecret, apiUrl, timeoutMs, returnUrl } = shop.provider.settings;
  const provider = createStripeProvider({ apiKey: apiKey ?? '', webhookSecret, apiUrl, timeoutMs, returnUrl });
  const logger = createLogger(readSettings({ NODE_ENV: 'test', LOG_LEVEL: 'silent' }), 'payments');
  const service = new PaymentService(database.source, provider);
  const open = async (references: readonly string[]): Promise<ReadonlySet<string>> => {
    const rows = await shop.order.query<{ reference: string }>(
      `SELECT reference FROM checkout WHERE reference = ANY($1) AND step IN ('STARTED', 'RESERVED', 'PAYING')`,
      [references],
    );
    return new Set(rows.map(({ reference }) => reference));
  };
  const consequences = {
    answered: async () => undefined,
    settled: async () => undefined,
    refundFailed: async () => undefined,
    underWay: open,
  };
  const deps = { database: database.source, provider, consequences, measures: createPaymentMeasures(), logger };
  const sync = new PaymentSync(deps);
  const reconciliation = new Reconciliation({ ...deps, payments: service, sync });
  return {
    service,
    sync,
    inbox: new ProviderInbox(database.source, provider, logger),
    reconcile: (signal) => reconciliation.run({ since: new Date(Date.now() - 86_400_000), graceMs: -2_000, signal }),
    close: () => database.close(),
  };
}
