import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signal, startPostgres, startRedis } from '../../cli/local';
import { PROJECT_ROOT } from '../../cli/project-root';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../platform/config';
import { createDatabase, queryOnce } from './database';
import { leaveForTeardown } from './left-for-teardown';
import { provideRedis } from './redis';
import { publishRunState, type RunState } from './run-state';
import { runMercato, startSystemProcess } from './system-process';

const FOLDER_PREFIX = 'mercato-test-';

/** Starts PostgreSQL and Redis, migrates one template database per subgraph, and starts the system that most tests share. */
export default async function globalSetup(): Promise<void> {
  build();
  removeFoldersOfDeadRuns();
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  leaveForTeardown(async () => rmSync(folder, { recursive: true, force: true }));
  const { postgresUrl, redisUrl } = await startServers(folder);
  const templates = await migrateTemplates(postgresUrl);
  const state = { postgresUrl, redisUrl, templates, folder };
  const file = join(folder, 'state.json');
  publishRunState(file, { ...state, shared: { problem: 'not started yet' } });
  publishRunState(file, { ...state, shared: await startShared(redisUrl, templates) });
}

function build(): void {
  execFileSync(process.execPath, [join(PROJECT_ROOT, 'cli', 'build.mjs')], { stdio: 'inherit' });
}

/** Data of a run that was killed before it could tidy up; its servers ended by themselves. */
function removeFoldersOfDeadRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid && !signal(pid, 0)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

async function startServers(folder: string): Promise<{ postgresUrl: string; redisUrl: string }> {
  mkdirSync(join(folder, 'server'), { mode: 0o711 });
  const postgres = await startPostgres({
    directory: join(folder, 'server', 'postgres'),
    logFile: join(folder, 'postgres.log'),
    password: randomBytes(12).toString('hex'),
    durable: false,
    maxConnections: 500,
  });
  leaveForTeardown(() => postgres.stop());
  const redis = await startRedis({
    program: await provideRedis(),
    directory: join(folder, 'redis'),
    password: randomBytes(12).toString('hex'),
  });
  leaveForTeardown(() => redis.stop());
  return { postgresUrl: postgres.urlOf('').replace(/\/$/, ''), redisUrl: redis.url };
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

async function startShared(redisUrl: string, templates: RunState['templates']): Promise<RunState['shared']> {
  try {
    const databases: Record<string, string> = {};
    for (const name of Object.keys(templates) as SubgraphName[]) {
      databases[`${name.toUpperCase()}_DATABASE_URL`] = (await createDatabase(name)).url;
    }
    const system = await startSystemProcess({ environment: { ...databases, REDIS_URL: redisUrl } });
    leaveForTeardown(() => system.stop());
    return { url: system.url };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    process.stderr.write(`the shared system did not start: ${problem}\n`);
    return { problem };
  }
}
