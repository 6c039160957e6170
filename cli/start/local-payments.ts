import type { Settings } from '../../platform/config';
import { freePort } from '../local';
import type { DataDirectory } from './data-directory';

export interface LocalPayments {
  readonly settings: Settings;
  /** Where our sandbox is to listen; `null` when the settings name a payment provider. */
  readonly sandboxPort: number | null;
}

/** Whether the settings leave it to us to stand in for a payment provider. Never in production. */
export function needsPaymentSandbox({ payment, environment }: Settings): boolean {
  return payment.apiKey === null && environment !== 'production';
}

/** Settings by which the order subgraph pays with a sandbox of ours, which tells it of payments at `webhookPort`. */
export async function withLocalPayments(settings: Settings, data: DataDirectory, webhookPort: number): Promise<LocalPayments> {
  if (!needsPaymentSandbox(settings)) return { settings, sandboxPort: null };
  const sandboxPort = await freePort();
  const payment = {
    ...settings.payment,
    apiKey: data.secrets.paymentApiKey,
    webhookSecret: data.secrets.paymentWebhookSecret,
    apiUrl: `http://127.0.0.1:${sandboxPort}`,
    sandboxDirectory: data.pathOf('payment-sandbox'),
    webhookUrl: `http://127.0.0.1:${webhookPort}/webhooks/payments`,
    returnUrl: settings.publicUrl,
  };
  return { settings: { ...settings, payment }, sandboxPort };
}
