import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { CommandError } from '../print';
import { freePort } from './free-port';
import { startGuarded, type GuardedProcess } from './guarded-process';
import { asPostgresUser, findPostgres, type PostgresPrograms } from './postgres-binaries';
import { endOrphan } from './postgres-orphan';

export interface PostgresOptions {
  /** Holds the cluster; made when it is missing. Its parent folder must exist. */
  readonly directory: string;
  readonly logFile: string;
  readonly password: string;
  /** `false` trades safety against crashes of the machine for speed: for tests alone. */
  readonly durable: boolean;
  readonly maxConnections: number;
  /** 0 or absent picks a free one. */
  readonly port?: number;
}

export interface LocalPostgres {
  readonly pid: number;
  readonly port: number;
  urlOf(database: string): string;
  createDatabases(names: readonly string[]): Promise<void>;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

const USER = 'mercato';
const MAJOR_VERSION = '18';
const START_TIMEOUT_MS = 60_000;
const MAX_ATTEMPTS = 40;
const RETRY_MS = 250;
const run = promisify(execFile);

/** Starts the embedded PostgreSQL on its folder, which is initialised first when it is new. */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const programs = await findPostgres();
  const version = await readFile(join(options.directory, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) await initialise(options, programs);
  else if (version.trim() !== MAJOR_VERSION) {
    throw new CommandError(
      `${options.directory} was made by PostgreSQL ${version.trim()}, this is ${MAJOR_VERSION}: start with --reset, or with another --data-dir`,
    );
  }
  await endOrphan(options.directory);
  const port = options.port || (await freePort());
  const urlOf = (database: string): string => `postgres://${USER}:${options.password}@127.0.0.1:${port}/${database}`;
  const server = await launchUntilReady(options, programs, port, urlOf('postgres'));
  return {
    pid: server.pid,
    port,
    urlOf,
    createDatabases: (names) => createDatabases(urlOf('postgres'), names),
    ended: server.ended,
    stop: () => server.stop(),
  };
}

/** Into a folder beside it that is renamed when complete, so that an initialisation cut short is never taken for a cluster. */
async function initialise(options: PostgresOptions, programs: PostgresPrograms): Promise<void> {
  const unfinished = `${options.directory}.new`;
  const passwordFile = `${options.directory}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (programs.user) {
    await chmod(dirname(options.directory), 0o711);
    await chown(unfinished, programs.user.uid, programs.user.gid);
    await chown(passwordFile, programs.user.uid, programs.user.gid);
  }
  const args = [
    `--pgdata=${unfinished}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
  const initdb = await asPostgresUser(programs, programs.initdb, args, [unfinished]);
  try {
    await run(initdb.command, [...initdb.args], { uid: initdb.uid, gid: initdb.gid, cwd: '/' });
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
      .at(-1);
    throw new CommandError(`PostgreSQL could not be set up in ${options.directory}: ${said}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, options.directory);
}

/** After a kill -9 the dead server's backends take a moment to notice; until then PostgreSQL refuses the folder. */
async function launchUntilReady(
  options: PostgresOptions,
  programs: PostgresPrograms,
  port: number,
  url: string,
): Promise<GuardedProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const server = await launch(options, programs, port);
    try {
      await untilReady(url, server, options.logFile);
      return server;
    } catch (error) {
      await server.stop();
      if (attempt === MAX_ATTEMPTS || !/still in use/.test(String(error))) throw error;
      await delay(RETRY_MS);
    }
  }
}

async function launch(options: PostgresOptions, programs: PostgresPrograms, port: number): Promise<GuardedProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: options.maxConnections,
    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    work_mem: '8MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '2GB',
    random_page_cost: 1.1,
    jit: 'off',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const args = ['-D', options.directory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const postgres = await asPostgresUser(programs, programs.postgres, args, [options.directory]);
  const log = await open(options.logFile, 'w', 0o600);
  try {
    return await startGuarded({ ...postgres, stdout: log.fd, stderr: log.fd });
  } finally {
    await log.close();
  }
}

async function untilReady(url: string, server: GuardedProcess, logFile: string): Promise<void> {
  let hasEnded = false;
  void server.ended.then(() => (hasEnded = true));
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (!hasEnded) {
    const problem = await connectOnce(url);
    if (problem === null) return;
    if (problem.code === '28P01')
      throw new CommandError(
        'the password in the data directory does not fit its database: start with --reset, or with another --data-dir',
      );
    if (Date.now() > deadlineMs)
      throw new CommandError(`PostgreSQL did not get ready in ${START_TIMEOUT_MS / 1000} s; see ${logFile}`);
    await delay(20);
  }
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const reason = log.split('\n').findLast((line) => /FATAL|PANIC|ERROR|could not/.test(line)) ?? 'it ended without saying why';
  throw new CommandError(
    `PostgreSQL did not start: ${reason.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '').trim()} (see ${logFile}; --reset makes a new database)`,
  );
}

async function connectOnce(url: string): Promise<NodeJS.ErrnoException | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabases(url: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    const present = new Set(rows.map((row) => row.datname));
    for (const name of names) {
      if (!present.has(name)) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}
