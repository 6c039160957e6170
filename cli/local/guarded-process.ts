import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs the command and, when this process goes away (also by kill -9, which closes the pipe on standard input), stops
 * it with SIGINT. The process id comes back on descriptor 3.
 */
const GUARD = `
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
pid=$!
echo $pid >&3
exec 3>&-
(cat <&4; kill -INT $pid) >/dev/null 2>&1 &
guard=$!
exec 4<&-
wait $pid
code=$?
kill $guard 2>/dev/null
exit $code`;

export interface GuardedProcess {
  /** Of the command itself, not of the guard. */
  readonly pid: number;
  /** Resolves with the exit code when the process has ended, for whatever reason. */
  readonly ended: Promise<number>;
  /** Asks it to end by SIGINT, then after `graceMs` by SIGKILL; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

export interface GuardedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** File descriptors or 'ignore'; `'inherit'` shows the output in this terminal. */
  readonly stdout?: number | 'ignore' | 'inherit';
  readonly stderr?: number | 'ignore' | 'inherit';
  readonly cwd?: string;
}

/**
 * Starts a process that ends when this one does, however that is. It gets a process group of its own, so Ctrl-C in the
 * terminal does not reach it and it can be stopped in its turn.
 */
export async function startGuarded(options: GuardedOptions): Promise<GuardedProcess> {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'mercato-guard', options.command, ...options.args], {
    stdio: ['pipe', options.stdout ?? 'ignore', options.stderr ?? 'ignore', 'pipe'],
    detached: true,
    env: options.environment,
    uid: options.uid,
    gid: options.gid,
    cwd: options.cwd ?? '/',
  });
  const ended = once(guard, 'exit').then(([code, signal]: (number | string | null)[]) =>
    typeof code === 'number' ? code : signal === null ? 0 : 137,
  );
  ended.catch(() => undefined);
  void ended.then(() => guard.stdin?.destroy());
  guard.stdin?.on('error', () => undefined);
  const pid = await readPid(guard);
  return { pid, ended, stop: (graceMs = 15_000) => stopGuarded(guard, pid, ended, graceMs) };
}

async function readPid(guard: ChildProcess): Promise<number> {
  const failed = once(guard, 'error').then(([error]) => {
    throw error as Error;
  });
  failed.catch(() => undefined);
  const pipe = guard.stdio[3] as NodeJS.ReadableStream;
  const [text] = (await Promise.race([once(pipe, 'data'), failed])) as [Buffer];
  return Number(text.toString());
}

async function stopGuarded(guard: ChildProcess, pid: number, ended: Promise<number>, graceMs: number): Promise<void> {
  guard.stdin?.end();
  const cut = setTimeout(() => signal(pid, 'SIGKILL'), graceMs);
  await ended;
  clearTimeout(cut);
}

/** Sends a signal; `false` when there is no such process. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
