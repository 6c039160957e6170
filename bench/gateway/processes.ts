import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LoadOrder, LoadResult } from './load-process';

/** Gateways have one core for themselves, where the machine has two and can tell them apart; load and subgraphs the other. */
const GATEWAY_CORE = '0';
const OTHER_CORE = '1';
const START_PATIENCE_MS = 90_000;

export const hasTaskset = ((): boolean => {
  try {
    execFileSync('taskset', ['-c', OTHER_CORE, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export interface Started {
  readonly pid: number;
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A child that does not outlive this process, which may be ended in the middle of a round. */
export function endingWithUs<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a gateway, pinned, its output into the file descriptor. */
export function startPinned(
  command: readonly string[],
  options: { cwd: string; environment: NodeJS.ProcessEnv; output: number | 'ignore' },
): Started & { readonly child: ChildProcess } {
  const [program = '', ...given] = hasTaskset ? ['taskset', '-c', GATEWAY_CORE, ...command] : command;
  const stdio = ['ignore', options.output, options.output] as const;
  const child = endingWithUs(spawn(program, given, { cwd: options.cwd, env: options.environment, stdio: [...stdio] }));
  return { child, pid: child.pid ?? 0, stop: () => end(child) };
}

/** Forks one of our own scripts beside the load. */
export function forkBeside(script: string, given: readonly string[] = []): ChildProcess {
  const child = endingWithUs(fork(join(__dirname, `${script}.js`), [...given], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] }));
  if (hasTaskset) execFileSync('taskset', ['-a', '-cp', OTHER_CORE, String(child.pid)], { stdio: 'ignore' });
  return child;
}

/** The port that a script tells on its first line. */
export async function portOf(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('the script has no output to read');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(line.toString().trim());
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const cut = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(cut);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** @throws when nothing listens in time, or the process ended */
export async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (const untilMs = performance.now() + START_PATIENCE_MS; performance.now() < untilMs; await delay(100)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended while it started');
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
  }
  throw new Error(`it did not listen within ${START_PATIENCE_MS / 1_000} s`);
}

/** Drives the load from its own process. */
export class LoadDriver {
  private readonly child = forkBeside('load-process');

  async run(order: LoadOrder): Promise<LoadResult> {
    const result = once(this.child, 'message');
    this.child.send(order);
    const [answer] = (await result) as [LoadResult];
    return answer;
  }

  stop(): Promise<void> {
    return end(this.child);
  }
}

interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Of a process and all that it started, by the kernel's count in hundredths of a second. */
export function usageOf(pid: number): Usage {
  const parents = new Map<number, number>();
  const own = new Map<number, Usage>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      parents.set(Number(name), Number(fields[1]));
      own.set(Number(name), { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, rssMb: (Number(fields[21]) * 4) / 1_024 });
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (each: number): boolean => each === pid || (each > 1 && isBelow(parents.get(each) ?? 0));
  const all = [...own].filter(([each]) => isBelow(each)).map(([, usage]) => usage);
  return {
    cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    rssMb: all.reduce((sum, { rssMb }) => sum + rssMb, 0),
  };
}
