import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../print';
import { signal } from './guarded-process';

const FAST_SHUTDOWN_MS = 10_000;

/**
 * Clears away what a killed start left: a server that still runs on the folder is shut down. A pid file whose number
 * now belongs to another program, which PostgreSQL would take for a running server, is removed; one of a dead server
 * stays, because by it PostgreSQL sees whether backends of that server still live. Call it only while holding the data
 * directory's lock.
 */
export async function endOrphan(directory: string): Promise<void> {
  const pidFile = join(directory, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => null);
  if (text === null) return;
  const pid = Number(text.split('\n', 1)[0]);
  if (!isPostgres(pid)) {
    if (signal(pid, 0)) await rm(pidFile, { force: true });
    return;
  }
  for (const shutdown of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signal(pid, shutdown);
    if (await hasEnded(pid)) return;
  }
  throw new CommandError(`a PostgreSQL (process ${pid}) still runs on ${directory} and cannot be stopped from here`);
}

async function hasEnded(pid: number): Promise<boolean> {
  for (const deadlineMs = Date.now() + FAST_SHUTDOWN_MS; Date.now() < deadlineMs; await delay(20)) {
    if (!isPostgres(pid)) return true;
  }
  return false;
}

function isPostgres(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || !signal(pid, 0)) return false;
  try {
    return /postgres/.test(
      execFileSync('/bin/sh', ['-c', `cat /proc/${pid}/cmdline 2>/dev/null || ps -o command= -p ${pid}`], { encoding: 'utf8' }),
    );
  } catch {
    return false;
  }
}
