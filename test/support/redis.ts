import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { findRedis } from '../../cli/local';
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

/** The URL of an empty logical database of the shared Redis server, used by nobody else in this run. */
export async function freshRedisUrl(): Promise<string> {
  const { redisUrl } = runState();
  const redis = new Redis(redisUrl);
  const index = await redis.incr('mercato-test:database');
  await redis.quit();
  return redisUrl.replace(/\/0$/, `/${index}`);
}
