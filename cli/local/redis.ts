import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { CommandError } from '../print';
import { freePort } from './free-port';
import { signal, startGuarded } from './guarded-process';

export interface LocalRedis {
  readonly pid: number;
  readonly url: string;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 10_000;
const run = promisify(execFile);

/** The Redis or Valkey server on PATH, or `null`. */
export async function findRedis(): Promise<string | null> {
  for (const name of ['redis-server', 'valkey-server']) {
    const found = await run('/bin/sh', ['-c', `command -v ${name}`]).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
    if (found !== '') return found;
  }
  return null;
}

/** Starts a Redis of our own, for this machine alone and without persistence: nothing that matters lives in it. */
export async function startRedis(options: {
  program: string;
  directory: string;
  password: string;
  port?: number;
}): Promise<LocalRedis> {
  await endOrphan(options.directory);
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const config = [
    'databases 1024',
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${options.password}`,
    'save ""',
    'appendonly no',
    `dir ${JSON.stringify(options.directory)}`,
  ];
  const configFile = join(options.directory, 'redis.conf');
  await writeFile(configFile, `${config.join('\n')}\n`, { mode: 0o600 });
  const log = await open(join(options.directory, 'redis.log'), 'w');
  const server = await startGuarded({ command: options.program, args: [configFile], stdout: log.fd, stderr: log.fd });
  await log.close();
  await writeFile(join(options.directory, 'redis.pid'), String(server.pid));
  const url = `redis://:${options.password}@127.0.0.1:${port}/0`;
  await untilReady(url, join(options.directory, 'redis.log'));
  return { pid: server.pid, url, ended: server.ended, stop: () => server.stop() };
}

async function untilReady(url: string, logFile: string): Promise<void> {
  for (const deadlineMs = Date.now() + START_TIMEOUT_MS; Date.now() < deadlineMs; await delay(20)) {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
    redis.on('error', () => undefined);
    const isReady = await redis
      .connect()
      .then(() => redis.ping())
      .then(
        () => true,
        () => false,
      );
    redis.disconnect();
    if (isReady) return;
  }
  throw new CommandError(`Redis did not start; see ${logFile}`);
}

/** Ends the server that a killed start left behind. */
async function endOrphan(directory: string): Promise<void> {
  const pidFile = join(directory, 'redis.pid');
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (pid > 1 && (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).match(/redis|valkey/)) signal(pid, 'SIGKILL');
  await rm(pidFile, { force: true });
}
