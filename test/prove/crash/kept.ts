import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { signal, startGuarded, type GuardedProcess } from '../../../cli/local';
import { MAIN_SCRIPT } from '../../../cli/project-root';
import { environmentWith } from '../../../platform/config';

const PAUSE_MS = 100;

/** A process of the system that is started again at once whenever it dies, as a cluster would. */
export interface Kept {
  readonly name: string;
  /** How often it died. */
  readonly deaths: number;
  readonly isReady: () => Promise<boolean>;
  /** As kill -9 does; `false` when it is not there at this moment. */
  kill(): boolean;
  stop(): Promise<void>;
}

export interface KeptOptions {
  readonly name: string;
  /** Of the `mercato` command. */
  readonly args: readonly string[];
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Its output is added to this file. */
  readonly logFile: string;
}

export async function keep({ name, args, port, environment, logFile }: KeptOptions): Promise<Kept> {
  const log = await open(logFile, 'a');
  const launch = (): Promise<GuardedProcess> =>
    startGuarded({
      command: process.execPath,
      args: [MAIN_SCRIPT, ...args],
      environment: environmentWith({ ...environment, PORT: String(port) }),
      stdout: log.fd,
      stderr: log.fd,
      cwd: '/',
    });
  let current = await launch();
  let isStopped = false;
  let isAlive = true;
  let deaths = 0;
  const watching = (async () => {
    while (true) {
      await current.ended;
      isAlive = false;
      if (isStopped) return;
      deaths += 1;
      await delay(PAUSE_MS);
      if (isStopped) return;
      current = await launch();
      isAlive = true;
    }
  })();
  return {
    name,
    get deaths() {
      return deaths;
    },
    isReady: () =>
      fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(2_000) }).then(
        (answer) => answer.ok,
        () => false,
      ),
    kill: () => isAlive && signal(current.pid, 'SIGKILL'),
    stop: async () => {
      isStopped = true;
      await current.stop(10_000);
      await watching;
      await log.close();
    },
  };
}
