import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sendJson, startHttpServer } from '../../platform/http';
import type { Logger } from '../../platform/observability';
import type { Stoppable } from '../../platform/process';
import { Api } from './api';
import { Deliveries } from './deliveries';
import { Ledger } from './ledger';
import { answerPage } from './pages';
import { finishRefund } from './refunds';

export interface PaymentSandboxOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where its journal lives; made when it is missing. One sandbox at a time. */
  readonly directory: string;
  /** Callers send it as their API key. */
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** Where events are sent; `null` sends none. */
  readonly webhookUrl: string | null;
  /** How shoppers reach it, for the bank's page; default: where it listens. */
  readonly publicUrl?: string;
  readonly logger: Logger;
}

export interface PaymentSandbox extends Stoppable {
  readonly url: string;
  readonly port: number;
}

/**
 * A payment provider without real money: an HTTP server that answers the calls of Stripe's SDK, sends signed webhooks, and
 * forgets nothing that it has acknowledged, even when it is killed.
 */
export async function startPaymentSandbox(options: PaymentSandboxOptions): Promise<PaymentSandbox> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const ledger = new Ledger();
  await ledger.open(join(options.directory, 'journal.jsonl'));
  const deliveries = new Deliveries({ url: options.webhookUrl, secret: options.webhookSecret, ledger, logger: options.logger });
  let baseUrl = options.publicUrl ?? '';
  const api = new Api({ ledger, deliveries, apiKey: options.apiKey, pageOf: (id) => `${baseUrl}/_sandbox/3ds/${id}` });
  const server = await startHttpServer(
    {
      'GET /health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
      'GET /ready': (_request, response) => sendJson(response, 200, { status: 'ready' }),
    },
    {
      host: options.host,
      port: options.port,
      fallback: (request, response) =>
        request.url?.startsWith('/v1/') ? api.answer(request, response) : answerPage(api, ledger, request, response),
    },
  );
  const url = `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${server.port}`;
  baseUrl ||= url;
  deliveries.resume();
  for (const refund of ledger.refunds.values()) if (refund.status === 'pending') await api.keep(finishRefund(ledger, refund));
  return {
    name: 'payment sandbox',
    url,
    port: server.port,
    stop: async () => {
      deliveries.stop();
      api.stop();
      await server.stop(1_000);
      await ledger.close();
    },
  };
}
