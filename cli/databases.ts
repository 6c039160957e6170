import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { SUBGRAPH_NAMES, type Settings, type SubgraphName } from '../platform/config';
import { createLogger } from '../platform/observability';
import { Lifecycle } from '../platform/process';
import { migrateDatabases } from './compose/migrate';
import { openResources } from './compose/resources';
import { openDataDirectory } from './start/data-directory';
import { hasOwnDatabases, withLocalDatabases } from './start/local-services';

export type DatabaseUrls = Readonly<Record<SubgraphName, string>>;

/**
 * Gives `work` the migrated databases that the settings name, else those of the data directory: of the system that runs
 * there, or, when none does, started for as long as `work` takes.
 */
export async function usingDatabases<T>(
  settings: Settings,
  dataDir: string,
  work: (databases: DatabaseUrls) => Promise<T>,
): Promise<T> {
  const lifecycle = new Lifecycle(createLogger(settings, 'mercato'));
  lifecycle.stopOnSignals(() => process.exit(130));
  try {
    const ready = { ...(await withDatabases(settings, dataDir, lifecycle)), redisUrl: null };
    await migrateDatabases(SUBGRAPH_NAMES, await openResources(ready, 'mercato', lifecycle));
    return await work(urlsOf(ready));
  } finally {
    await lifecycle.stop();
  }
}

async function withDatabases(settings: Settings, dataDir: string, lifecycle: Lifecycle): Promise<Settings> {
  if (hasOwnDatabases(settings)) return settings;
  const running = await findRunning(resolve(dataDir));
  if (running) return { ...settings, databases: running };
  const data = await openDataDirectory(dataDir, { reset: false });
  lifecycle.add('data directory', data.release);
  return withLocalDatabases(settings, data, lifecycle);
}

/** The databases of the system that runs in a data directory, or `null` when none answers. */
async function findRunning(directory: string): Promise<DatabaseUrls | null> {
  try {
    const { postgresPassword } = JSON.parse(await readFile(join(directory, 'mercato.json'), 'utf8')) as {
      postgresPassword: string;
    };
    const pidFile = await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8');
    // PostgreSQL writes process, folder, start time and port, a line each.
    const port = Number(pidFile.split('\n')[3]);
    const urlOf = (name: SubgraphName): string => `postgres://mercato:${postgresPassword}@127.0.0.1:${port}/${name}`;
    const client = new pg.Client({ connectionString: urlOf('product'), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    await client.connect();
    await client.end();
    return { user: urlOf('user'), product: urlOf('product'), order: urlOf('order') };
  } catch {
    return null;
  }
}

function urlsOf({ databases }: Settings): DatabaseUrls {
  return { user: databases.user ?? '', product: databases.product ?? '', order: databases.order ?? '' };
}
