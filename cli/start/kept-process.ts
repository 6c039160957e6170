import { setTimeout as delay } from 'node:timers/promises';
import { environmentWith } from '../../platform/config';
import { startGuarded, type GuardedProcess } from '../local';
import { CommandError, say } from '../print';
import { MAIN_SCRIPT } from '../project-root';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A process that lived this long was well: its next restart is quick again. */
const WELL_AFTER_MS = 20_000;
const READY_TIMEOUT_MS = 30_000;

export interface KeptProcess {
  /** @throws CommandError when the process does not serve in time */
  untilReady(): Promise<void>;
  /** Stops it for good. */
  stop(): Promise<void>;
}

export interface KeptProcessOptions {
  readonly name: string;
  /** Of the `mercato` command. */
  readonly args: readonly string[];
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a process and starts it again whenever it dies, with longer and longer pauses while it dies young. */
export async function keepProcess(options: KeptProcessOptions): Promise<KeptProcess> {
  const { name, args, port } = options;
  const environment = environmentWith({ ...options.environment, PORT: String(port) });
  const stopping = new AbortController();
  let current = await launch(args, environment);
  const watch = async (): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const startedMs = Date.now();
      const code = await current.ended;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedMs > WELL_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      say(`  · ${name} ended (code ${code}), starting it again in ${pauseMs} ms`);
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      current = await launch(args, environment);
    }
  };
  const watching = watch();
  return {
    untilReady: () => untilReady(name, port, stopping.signal),
    stop: async () => {
      stopping.abort();
      await current.stop();
      await watching;
    },
  };
}

/** Runs `mercato` with the arguments; its log goes to this terminal. */
export function launch(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<GuardedProcess> {
  return startGuarded({
    command: process.execPath,
    args: [...process.execArgv, MAIN_SCRIPT, ...args],
    environment,
    stderr: 'inherit',
    cwd: process.cwd(),
  });
}

async function untilReady(name: string, port: number, signal: AbortSignal): Promise<void> {
  for (const deadlineMs = Date.now() + READY_TIMEOUT_MS; Date.now() < deadlineMs && !signal.aborted; await delay(50)) {
    const isReady = await fetch(`http://127.0.0.1:${port}/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isReady) return;
  }
  throw new CommandError(`${name} did not get ready in ${READY_TIMEOUT_MS / 1000} s`);
}
