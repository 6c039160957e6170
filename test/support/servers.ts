import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signal, startPostgres } from '../../cli/local';
import { PROJECT_ROOT } from '../../cli/project-root';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../platform/config';
import { queryOnce } from './database';
import { startTestRedis } from './redis';
import { publishRunState, type RunState } from './run-state';
import { runMercato } from './system-process';

const FOLDER_PREFIX = 'mercato-test-';
const MAX_CONNECTIONS = 500;

/** PostgreSQL with migrated templates, and Redis, for one run of tests, a proof or a benchmark. */
export interface TestServers {
  /** Makes what was started afterwards known to the test workers too. */
  publish(shared: RunState['shared']): void;
  stop(): Promise<void>;
}

/** Starts them in a temporary folder that goes away with them. `isDurable: false` is faster and unsafe only for crashes of the machine. */
export async function startServers(options: { readonly isDurable: boolean }): Promise<TestServers> {
  removeFoldersOfDeadRuns();
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  const stops: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const postgresUrl = await startDatabaseServer(folder, options.isDurable, stops);
    const redis = await startTestRedis(join(folder, 'redis'));
    stops.push(() => redis.stop());
    const templates = await migrateTemplates(postgresUrl);
    const publish = (shared: RunState['shared']): void =>
      publishRunState(join(folder, 'state.json'), { postgresUrl, redisUrl: redis.url, templates, folder, shared });
    publish({ problem: 'it has not been started' });
    return { publish, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDatabaseServer(folder: string, isDurable: boolean, stops: (() => Promise<void>)[]): Promise<string> {
  mkdirSync(join(folder, 'server'), { mode: 0o711 });
  const postgres = await startPostgres({
    directory: join(folder, 'server', 'postgres'),
    logFile: join(folder, 'postgres.log'),
    password: randomBytes(12).toString('hex'),
    durable: isDurable,
    maxConnections: MAX_CONNECTIONS,
  });
  stops.push(() => postgres.stop());
  return postgres.urlOf('').replace(/\/$/, '');
}

/** Data of a run that was killed before it could tidy up; its servers ended by themselves. */
function removeFoldersOfDeadRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid && !signal(pid, 0)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** A subgraph whose migrations fail is left out, so that the tests of the others still run. */
async function migrateTemplates(postgresUrl: string): Promise<RunState['templates']> {
  const present = SUBGRAPH_NAMES.filter((name) => existsSync(join(PROJECT_ROOT, 'subgraphs', name, 'index.ts')));
  const migrated = await Promise.all(
    present.map(async (name): Promise<[SubgraphName, string] | null> => {
      const template = `template_${name}`;
      await queryOnce(`${postgresUrl}/postgres`, `CREATE DATABASE ${template}`);
      try {
        await runMercato(['migrate', name], { [`${name.toUpperCase()}_DATABASE_URL`]: `${postgresUrl}/${template}` });
      } catch (error) {
        process.stderr.write(`migrations of ${name} failed: ${String((error as { stderr?: string }).stderr ?? error)}\n`);
        return null;
      }
      await queryOnce(`${postgresUrl}/postgres`, `ALTER DATABASE ${template} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
      return [name, template];
    }),
  );
  return Object.fromEntries(migrated.filter((entry) => entry !== null));
}
