import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { findRedis, startRedis } from '../../cli/local';
import { readSettings } from '../../platform/config';
import { runState } from './run-state';

/** The Redis server program; installed from the distribution's packages where that is allowed. */
export async function provideRedis(): Promise<string> {
  const found = await findRedis();
  if (found) return found;
  if (process.getuid?.() === 0) {
    const quiet = { stdio: 'ignore', timeout: 180_000 } as const;
    try {
      process.stdout.write('installing redis-server by apt-get\n');
      execFileSync('apt-get', ['update', '-qq'], quiet);
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], quiet);
    } catch {
      // Falls through to the line that says what to do.
    }
  }
  const installed = await findRedis();
  if (!installed)
    throw new Error(
      'the tests need Redis: set REDIS_URL, or install redis-server (Debian: apt-get install redis-server, macOS: brew install redis)',
    );
  return installed;
}

const OWN_DATABASES = 1_024;
/** A server that REDIS_URL names has the usual 16 logical databases; the first is left alone. */
const GIVEN_DATABASES = 16;

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** The Redis of a run: the one that REDIS_URL names, else one of our own in `directory`. */
export async function startTestRedis(directory: string): Promise<TestRedis> {
  const { redisUrl } = readSettings();
  if (redisUrl !== null) return { url: redisUrl, stop: async () => undefined };
  return startRedis({ program: await provideRedis(), directory, password: randomBytes(12).toString('hex') });
}

/** The URL of an empty logical database of the run's Redis server, used by nobody else in this run. */
export async function freshRedisUrl(): Promise<string> {
  const { redisUrl } = runState();
  const count = redisUrl === readSettings().redisUrl ? GIVEN_DATABASES : OWN_DATABASES;
  const counter = new Redis(redisUrl);
  const index = 1 + ((await counter.incr('mercato-test:databases')) % (count - 1));
  await counter.select(index);
  await counter.flushdb();
  await counter.quit();
  const url = new URL(redisUrl);
  url.pathname = `/${index}`;
  return url.href;
}
