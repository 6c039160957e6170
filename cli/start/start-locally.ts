import type { Settings } from '../../platform/config';
import { createLogger } from '../../platform/observability';
import { Lifecycle } from '../../platform/process';
import { portTaken } from '../compose/gateway';
import { openSystem } from '../compose/one-process';
import { openResources, type Resources } from '../compose/resources';
import { freePort, isPortFree } from '../local';
import { formatDuration, say, step } from '../print';
import { showWelcome } from './banner';
import { openDataDirectory } from './data-directory';
import { hasOwnDatabases, withLocalDatabases, withLocalRedis } from './local-services';
import { needsPaymentSandbox, withLocalPayments, type LocalPayments } from './local-payments';
import { openProcesses } from './processes';
import { seedWhenEmpty } from './seeding';
import { stopWithLauncher } from './stop-with-launcher';

export interface StartOptions {
  readonly dataDir: string;
  readonly reset: boolean;
  readonly seed: boolean;
  readonly processes: boolean;
}

/** Starts everything in its order, prints what a newcomer needs, and stops in the opposite order on Ctrl-C. */
export async function startLocally(given: Settings, options: StartOptions, tracing: { stop(): Promise<void> }): Promise<void> {
  const startedMs = performance.now();
  const lifecycle = new Lifecycle(createLogger(given, 'mercato'));
  lifecycle.add('tracing', () => tracing.stop());
  lifecycle.stopOnSignals(() => {
    say('stopped');
    process.exit(0);
  });
  stopWithLauncher(lifecycle);
  try {
    const { settings, sandboxPort, orderPort } = await withServices(await withPort(given), options, lifecycle);
    const seed = (): Promise<void> => (options.seed ? seedWhenEmpty(settings) : Promise.resolve());
    const resources = await openResources(settings, 'mercato', lifecycle);
    if (sandboxPort !== null && !options.processes) await openSandbox(resources, sandboxPort);
    const { url } = await (options.processes
      ? openProcesses(resources, seed, { order: orderPort, sandbox: sandboxPort })
      : openSystem(resources, seed));
    showWelcome(url, options.seed, settings.payment.apiUrl);
    say(`ready in ${formatDuration(performance.now() - startedMs)}; Ctrl-C stops it`);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function withPort(settings: Settings): Promise<Settings> {
  if (settings.port !== 0) {
    if (!(await isPortFree(settings.host, settings.port))) throw portTaken(settings.port);
    return settings;
  }
  const port = await freePort();
  return { ...settings, port, publicUrl: `http://localhost:${port}` };
}

/** Starts the databases and the Redis that the settings do not name. */
async function withServices(
  given: Settings,
  options: StartOptions,
  lifecycle: Lifecycle,
): Promise<LocalPayments & { readonly orderPort: number }> {
  const needsDatabases = !hasOwnDatabases(given);
  const orderPort = options.processes ? await freePort() : given.port;
  const needsNothing = !needsDatabases && given.redisUrl !== null && !needsPaymentSandbox(given);
  if (needsNothing) return { settings: given, sandboxPort: null, orderPort };
  const data = await openDataDirectory(options.dataDir, options);
  lifecycle.add('data directory', data.release);
  let settings: Settings = { ...given, subgraphSigningKey: given.subgraphSigningKey ?? data.secrets.subgraphSigningKey };
  if (needsDatabases) settings = await withLocalDatabases(settings, data, lifecycle);
  if (settings.redisUrl === null) settings = await withLocalRedis(settings, data, lifecycle);
  return { ...(await withLocalPayments(settings, data, orderPort)), orderPort };
}

/** In this process, but over HTTP: the shop talks to it as it would to Stripe. */
function openSandbox(resources: Resources, port: number): Promise<unknown> {
  const { openPaymentSandbox } = require('../compose/payment-sandbox') as typeof import('../compose/payment-sandbox');
  return step('payment sandbox', () => openPaymentSandbox({ ...resources, settings: { ...resources.settings, port } }));
}
