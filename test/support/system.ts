import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { signal, startPostgres, startRedis, type LocalPostgres, type LocalRedis } from '../../cli/local';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../platform/config';
import { createDatabase, queryOnce } from './database';
import { descendantsOf } from './descendants';
import { freshRedisUrl, provideRedis } from './redis';
import { runState } from './run-state';
import { runMercato, startSystemProcess, type SystemProcess } from './system-process';

export interface SystemOptions {
  /** Further settings, as environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** `own` starts a Redis server that the test may stop, kill and start; `shared` takes an empty database of the run's. */
  readonly redis?: 'shared' | 'own' | 'none';
  /** `own` starts a PostgreSQL server that the test may stop, kill and start. */
  readonly postgres?: 'shared' | 'own';
  /** Gateway, subgraphs and worker as processes of their own. */
  readonly processes?: boolean;
  /** Fills the databases first: arguments of `mercato seed`, such as `['--products', '1000']`. */
  readonly seed?: readonly string[];
}

/** A system of the test's own, on databases of its own. */
export interface TestSystem {
  readonly url: string;
  readonly process: SystemProcess;
  /** Of the subgraphs, for looking at rows. */
  readonly databases: Readonly<Partial<Record<SubgraphName, string>>>;
  readonly redisUrl: string | null;
  /** Set with `redis: 'own'`. */
  readonly redis: ServerControl | null;
  /** Set with `postgres: 'own'`. */
  readonly postgres: ServerControl | null;
  /** With `processes`: ends one of them by kill -9, named by its command, such as `serve product` or `work`. */
  killProcess(command: string): Promise<void>;
  stop(): Promise<void>;
}

/** Faults of a server: it keeps its address and data over `stop` and `start`. */
export interface ServerControl {
  stop(): Promise<void>;
  /** Ends it without a word, as kill -9 does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Lets it hang, connections open, until `resume`. */
  pause(): void;
  resume(): void;
}

/** Starts a system that nobody else uses; call `stop` in `afterAll`. */
export async function startSystem(options: SystemOptions = {}): Promise<TestSystem> {
  const cleanUps: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  };
  try {
    const postgres = options.postgres === 'own' ? await ownPostgres() : null;
    if (postgres) cleanUps.push(postgres.control.stop);
    const redis = options.redis === 'own' ? await ownRedis() : null;
    if (redis) cleanUps.push(redis.control.stop);
    const databases = postgres ? postgres.databases : await clonedDatabases();
    const redisUrl = redis ? redis.url : options.redis === 'none' ? null : await freshRedisUrl();
    const names = Object.entries(databases).map(([name, url]) => [`${name.toUpperCase()}_DATABASE_URL`, url]);
    const environment = { ...Object.fromEntries(names), REDIS_URL: redisUrl ?? '', ...options.environment };
    if (options.seed) await runMercato(['seed', ...options.seed], environment);
    const started = await startSystemProcess({
      args: ['start', '--no-seed', ...(options.processes ? ['--processes'] : [])],
      environment,
    });
    cleanUps.push(() => started.stop());
    return {
      url: started.url,
      process: started,
      databases,
      redisUrl,
      redis: redis?.control ?? null,
      postgres: postgres?.control ?? null,
      killProcess: (command) => killPart(started.pid, command),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function killPart(system: number, command: string): Promise<void> {
  const part = descendantsOf(system).find((each) => /^\S*node /.test(each.command) && each.command.endsWith(` ${command}`));
  if (!part) throw new Error(`no process of the system runs ${command}`);
  signal(part.pid, 'SIGKILL');
}

/** Databases cloned from the migrated templates, by subgraph. */
export async function clonedDatabases(): Promise<Partial<Record<SubgraphName, string>>> {
  const present = SUBGRAPH_NAMES.filter((name) => runState().templates[name] !== undefined);
  const entries: [SubgraphName, string][] = [];
  // One after the other: PostgreSQL lets only one session at a time copy a template.
  for (const name of present) entries.push([name, (await createDatabase(name)).url]);
  return Object.fromEntries(entries);
}

/** A PostgreSQL server of the caller's own, durable, with an empty database for each subgraph. */
export async function ownPostgres(): Promise<{
  readonly databases: Record<SubgraphName, string>;
  readonly control: ServerControl;
}> {
  const folder = await mkdtemp(join(runState().folder, 'postgres-'));
  const directory = join(folder, 'server');
  await mkdir(directory, { mode: 0o711 });
  const options = {
    directory: join(directory, 'data'),
    logFile: join(folder, 'log'),
    password: randomBytes(12).toString('hex'),
    durable: true,
    maxConnections: 200,
  };
  const first = await startPostgres(options);
  for (const name of SUBGRAPH_NAMES) await queryOnce(first.urlOf('postgres'), `CREATE DATABASE "${name}"`);
  const databases = Object.fromEntries(SUBGRAPH_NAMES.map((name) => [name, first.urlOf(name)])) as Record<SubgraphName, string>;
  return { databases, control: controlOf<LocalPostgres>(first, () => startPostgres({ ...options, port: first.port })) };
}

/** A Redis server of the caller's own, without persistence. */
export async function ownRedis(): Promise<{ readonly url: string; readonly control: ServerControl }> {
  const directory = await mkdtemp(join(runState().folder, 'redis-'));
  const options = { program: await provideRedis(), directory, password: randomBytes(12).toString('hex') };
  const first = await startRedis(options);
  const port = Number(new URL(first.url).port);
  return { url: first.url, control: controlOf<LocalRedis>(first, () => startRedis({ ...options, port })) };
}

interface Server {
  readonly pid: number;
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

function controlOf<S extends Server>(first: S, startAgain: () => Promise<S>): ServerControl {
  let current = first;
  return {
    stop: () => current.stop(),
    kill: async () => {
      signal(current.pid, 'SIGKILL');
      await current.ended;
    },
    start: async () => {
      current = await startAgain();
    },
    pause: () => void signal(current.pid, 'SIGSTOP'),
    resume: () => void signal(current.pid, 'SIGCONT'),
  };
}
