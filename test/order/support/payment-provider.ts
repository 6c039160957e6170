import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import Stripe from 'stripe';
import { readSettings, type PaymentSettings } from '../../../platform/config';
import { startHttpServer, type Routes } from '../../../platform/http';
import { createLogger } from '../../../platform/observability';
import { startPaymentSandbox, type PaymentSandbox } from '../../../sandbox/payment';
import { runState } from '../../support/run-state';

export interface LedgerIntent {
  readonly id: string;
  readonly reference: string | null;
  readonly status: string;
  readonly amount: number;
  readonly amount_received: number;
  readonly amount_refunded: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Ledger {
  readonly intents: readonly LedgerIntent[];
  readonly refunds: readonly {
    readonly id: string;
    readonly reference: string | null;
    readonly amount: number;
    readonly status: string;
  }[];
  readonly events: number;
}

/** A payment sandbox of a test's own, and where its webhooks arrive. */
export interface TestProvider {
  readonly settings: PaymentSettings;
  readonly webhookUrl: string;
  readonly stripe: Stripe;
  /** Gives webhooks to a subgraph; before that, and after `null`, they are refused and come again. */
  listen(routes: Routes | null): void;
  ledger(): Promise<Ledger>;
  /** What the shopper does on the bank's page. */
  answerBank(intentId: string, verdict: 'approve' | 'refuse'): Promise<Response>;
  /** The next call of `create`, `confirm`, `capture`, `cancel` or `refund` does nothing and ends in a server error. */
  failNext(operation: string): Promise<void>;
  stop(): Promise<void>;
  /** At the same address, with the same journal. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const API_KEY = 'sk_test_of_the_tests';
const WEBHOOK_SECRET = 'whsec_of_the_tests';

export async function openProvider(): Promise<TestProvider> {
  const directory = await mkdtemp(join(runState().folder, 'payments-'));
  let routes: Routes | null = null;
  const receiver = await startHttpServer(
    {},
    {
      host: '127.0.0.1',
      port: 0,
      fallback: (request, response) => {
        const route = routes?.[`${request.method} ${request.url}`];
        return route ? route(request, response) : void response.writeHead(503).end();
      },
    },
  );
  const webhookUrl = `http://127.0.0.1:${receiver.port}/webhooks/payments`;
  const settings = readSettings({ NODE_ENV: 'test', LOG_LEVEL: 'silent' });
  const open = (port: number): Promise<PaymentSandbox> =>
    startPaymentSandbox({
      host: '127.0.0.1',
      port,
      directory,
      apiKey: API_KEY,
      webhookSecret: WEBHOOK_SECRET,
      webhookUrl,
      logger: createLogger(settings, 'payment sandbox'),
    });
  let sandbox = await open(0);
  const { url, port } = sandbox;
  return {
    settings: {
      ...settings.payment,
      apiKey: API_KEY,
      apiUrl: url,
      webhookSecret: WEBHOOK_SECRET,
      timeoutMs: 1_000,
      sandboxDirectory: directory,
    },
    webhookUrl,
    stripe: new Stripe(API_KEY, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false }),
    listen: (given) => {
      routes = given;
    },
    ledger: async () => (await (await fetch(`${url}/_sandbox/ledger`)).json()) as Ledger,
    answerBank: (intentId, verdict) => fetch(`${url}/_sandbox/3ds/${intentId}/${verdict}`, { method: 'POST' }),
    failNext: async (operation) => {
      const answer = await fetch(`${url}/_sandbox/faults/${operation}`, { method: 'POST' });
      const { failsNext } = (await answer.json()) as { failsNext: string | null };
      if (failsNext !== operation) throw new Error(`the sandbox knows no operation ${operation}`);
    },
    stop: () => sandbox.stop(),
    start: async () => {
      sandbox = await open(port);
    },
    close: async () => {
      await sandbox.stop();
      await receiver.stop(100);
    },
  };
}
