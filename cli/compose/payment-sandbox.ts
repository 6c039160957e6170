import type { Settings } from '../../platform/config';
import { startPaymentSandbox, type PaymentSandbox } from '../../sandbox/payment';
import { CommandError } from '../print';
import type { Resources } from './resources';

/** The payment provider without real money, as the settings say. @throws CommandError in production, or when a secret is missing */
export async function openPaymentSandbox({
  settings,
  lifecycle,
  logger,
}: Pick<Resources, 'settings' | 'lifecycle' | 'logger'>): Promise<PaymentSandbox> {
  const { apiKey, webhookSecret } = refuseProduction(settings).payment;
  if (apiKey === null || webhookSecret === null) throw new CommandError('PAYMENT_API_KEY and PAYMENT_WEBHOOK_SECRET are needed');
  const sandbox = await startPaymentSandbox({
    host: settings.host,
    port: settings.port,
    directory: settings.payment.sandboxDirectory,
    apiKey,
    webhookSecret,
    webhookUrl: settings.payment.webhookUrl,
    publicUrl: settings.payment.apiUrl ?? undefined,
    logger,
  });
  lifecycle.add(sandbox.name, () => sandbox.stop());
  return sandbox;
}

function refuseProduction(settings: Settings): Settings {
  if (settings.environment === 'production') {
    throw new CommandError('the payment sandbox takes no real money, so it does not start with NODE_ENV=production');
  }
  return settings;
}
