import type { Settings } from '../../platform/config';
import { createLogger } from '../../platform/observability';
import { Lifecycle } from '../../platform/process';
import { portTaken } from '../compose/gateway';
import { openSystem } from '../compose/one-process';
import { openResources } from '../compose/resources';
import { freePort, isPortFree } from '../local';
import { formatDuration, say } from '../print';
import { showWelcome } from './banner';
import { openDataDirectory } from './data-directory';
import { hasOwnDatabases, withLocalDatabases, withLocalRedis } from './local-services';
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
    const settings = await withServices(await withPort(given), options, lifecycle);
    const seed = (): Promise<void> => (options.seed ? seedWhenEmpty(settings) : Promise.resolve());
    const open = options.processes ? openProcesses : openSystem;
    const { url } = await open(await openResources(settings, 'mercato', lifecycle), seed);
    showWelcome(url, options.seed);
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
async function withServices(given: Settings, options: StartOptions, lifecycle: Lifecycle): Promise<Settings> {
  const needsDatabases = !hasOwnDatabases(given);
  if (!needsDatabases && given.redisUrl !== null) return given;
  const data = await openDataDirectory(options.dataDir, options);
  lifecycle.add('data directory', data.release);
  let settings: Settings = { ...given, subgraphSigningKey: given.subgraphSigningKey ?? data.secrets.subgraphSigningKey };
  if (needsDatabases) settings = await withLocalDatabases(settings, data, lifecycle);
  return settings.redisUrl === null ? withLocalRedis(settings, data, lifecycle) : settings;
}
