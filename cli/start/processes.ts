import { SUBGRAPH_NAMES, environmentWith, type PaymentSettings, type Settings } from '../../platform/config';
import type { Resources } from '../compose/resources';
import { freePort } from '../local';
import { CommandError, step } from '../print';
import { keepProcess, launch, type KeptProcess } from './kept-process';

/**
 * The system as separate processes over signed HTTP and Redis: the same commands that docker-compose.yml runs. Each is
 * started again when it dies.
 */
export async function openProcesses(
  resources: Resources,
  seed: () => Promise<void>,
  given: { readonly order: number; readonly sandbox: number | null },
): Promise<{ url: string }> {
  const { settings } = resources;
  if (settings.redisUrl === null) throw new CommandError('separate processes need Redis: set REDIS_URL, or install redis-server');
  const ports = Object.fromEntries(await Promise.all(SUBGRAPH_NAMES.map(async (name) => [name, await freePort()])));
  ports['order'] = given.order;
  const environment = environmentOf(settings, ports);
  await step('migrations', () => runToItsEnd(['migrate'], environment));
  await seed();
  await step('processes', async () => {
    const kept: KeptProcess[] = [];
    const keep = async (name: string, args: readonly string[], port: number): Promise<void> => {
      const started = await keepProcess({ name, args, port, environment });
      resources.lifecycle.add(name, () => started.stop());
      kept.push(started);
    };
    if (given.sandbox !== null) await keep('payment sandbox', ['serve', 'payment-sandbox'], given.sandbox);
    for (const name of SUBGRAPH_NAMES) await keep(name, ['serve', name], Number(ports[name]));
    await keep('worker', ['work'], await freePort());
    await keep('gateway', ['serve', 'gateway'], settings.port);
    await Promise.all(kept.map((each) => each.untilReady()));
  });
  return { url: `${settings.publicUrl}/graphql` };
}

function environmentOf(settings: Settings, ports: Readonly<Record<string, number>>): Record<string, string> {
  const entries = SUBGRAPH_NAMES.flatMap((name) => [
    [`${name.toUpperCase()}_DATABASE_URL`, settings.databases[name] ?? ''],
    [`${name.toUpperCase()}_SUBGRAPH_URL`, `http://127.0.0.1:${ports[name]}/graphql`],
  ]);
  return {
    ...Object.fromEntries(entries),
    HOST: settings.host,
    PUBLIC_URL: settings.publicUrl,
    LOG_LEVEL: settings.logLevel,
    REDIS_URL: settings.redisUrl ?? '',
    SUBGRAPH_SIGNING_KEY: settings.subgraphSigningKey ?? '',
    ...paymentEnvironment(settings.payment),
  };
}

function paymentEnvironment(payment: PaymentSettings): Record<string, string> {
  return {
    PAYMENT_API_KEY: payment.apiKey ?? '',
    PAYMENT_API_URL: payment.apiUrl ?? '',
    PAYMENT_WEBHOOK_SECRET: payment.webhookSecret ?? '',
    PAYMENT_WEBHOOK_URL: payment.webhookUrl ?? '',
    PAYMENT_SANDBOX_DIRECTORY: payment.sandboxDirectory,
    PAYMENT_RETURN_URL: payment.returnUrl,
  };
}

async function runToItsEnd(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  const started = await launch(args, environmentWith(environment));
  if ((await started.ended) !== 0) throw new CommandError(`mercato ${args.join(' ')} failed`);
}
