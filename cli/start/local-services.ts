import { setTimeout as delay } from 'node:timers/promises';
import { SUBGRAPH_NAMES, type Settings } from '../../platform/config';
import type { Lifecycle } from '../../platform/process';
import { findRedis, startPostgres, startRedis, type LocalRedis } from '../local';
import { CommandError, complain, say, step } from '../print';
import type { DataDirectory } from './data-directory';

const MAX_CONNECTIONS = 200;
const REDIS_RESTART_MS = 1_000;

/** Whether the settings name every database, so that none has to be started here. @throws CommandError when they name only some */
export function hasOwnDatabases(settings: Settings): boolean {
  const missing = SUBGRAPH_NAMES.filter((name) => settings.databases[name] === null);
  if (missing.length > 0 && missing.length < SUBGRAPH_NAMES.length) {
    throw new CommandError(
      `${missing.map((name) => `${name.toUpperCase()}_DATABASE_URL`).join(' and ')} must be set too: set all databases or none`,
    );
  }
  return missing.length === 0;
}

/** Starts the embedded PostgreSQL; answers the settings with its databases. */
export async function withLocalDatabases(settings: Settings, data: DataDirectory, lifecycle: Lifecycle): Promise<Settings> {
  const postgres = await step('PostgreSQL 18', () =>
    startPostgres({
      directory: data.pathOf('postgres'),
      logFile: data.pathOf('postgres.log'),
      password: data.secrets.postgresPassword,
      durable: true,
      maxConnections: MAX_CONNECTIONS,
    }),
  );
  let isStopping = false;
  lifecycle.add('PostgreSQL', () => {
    isStopping = true;
    return postgres.stop();
  });
  void postgres.ended.then(() => {
    if (isStopping) return;
    complain(`mercato: PostgreSQL has ended unexpectedly (see ${data.pathOf('postgres.log')}); start again`);
    void lifecycle.stop().then(() => process.exit(1));
  });
  await postgres.createDatabases(SUBGRAPH_NAMES);
  return {
    ...settings,
    databases: { user: postgres.urlOf('user'), product: postgres.urlOf('product'), order: postgres.urlOf('order') },
  };
}

/** Starts a Redis of our own where the machine has the program; answers the settings unchanged where it has not. */
export async function withLocalRedis(settings: Settings, data: DataDirectory, lifecycle: Lifecycle): Promise<Settings> {
  const program = await findRedis();
  if (program === null) {
    say('  · no redis-server on PATH and no REDIS_URL: cache and events stay in this process');
    return settings;
  }
  const options = { program, directory: data.pathOf('redis'), password: data.secrets.redisPassword };
  const redis = await step('Redis', () => startRedis(options));
  lifecycle.add('Redis', keepRunning(redis, { ...options, port: Number(new URL(redis.url).port) }));
  return { ...settings, redisUrl: redis.url };
}

/** Starts it again when it dies, at the same address; answers how to stop it for good. */
function keepRunning(first: LocalRedis, options: Parameters<typeof startRedis>[0]): () => Promise<void> {
  let current = first;
  let isStopping = false;
  const watch = async (): Promise<void> => {
    while (!isStopping) {
      await current.ended;
      if (isStopping) return;
      await delay(REDIS_RESTART_MS);
      if (!isStopping) current = await startRedis(options).catch(() => current);
    }
  };
  void watch();
  return async () => {
    isStopping = true;
    await current.stop();
  };
}
