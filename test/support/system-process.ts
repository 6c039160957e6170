import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, startGuarded, type GuardedProcess } from '../../cli/local';
import { MAIN_SCRIPT } from '../../cli/project-root';
import { environmentWith } from '../../platform/config';
import { runState } from './run-state';

const START_TIMEOUT_MS = 60_000;
const run = promisify(execFile);

/** A `mercato` command that serves; its output is kept in `logFile`. */
export interface SystemProcess extends GuardedProcess {
  /** Where the gateway serves, such as `http://127.0.0.1:4321/graphql`. */
  readonly url: string;
  readonly logFile: string;
}

/** Runs a `mercato` command to its end. @throws with `stderr` when it fails */
export async function runMercato(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, [MAIN_SCRIPT, ...args], {
    env: environmentWith({ NODE_ENV: 'test', ...environment }),
  });
  return stdout;
}

/** Starts a serving command and resolves when its gateway is ready. */
export async function startSystemProcess(options: {
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}): Promise<SystemProcess> {
  const folder = await mkdtemp(join(runState().folder, 'system-'));
  const logFile = join(folder, 'output.log');
  const log = await open(logFile, 'w');
  // Read by failed-logs.cjs. In the global set-up there is no test yet.
  if (typeof expect !== 'undefined') await writeFile(join(folder, 'started-by'), expect.getState().testPath ?? '');
  const port = await freePort();
  const started = await startGuarded({
    command: process.execPath,
    args: [MAIN_SCRIPT, ...(options.args ?? ['start', '--no-seed']), '--port', `${port}`],
    environment: environmentWith({
      NODE_ENV: 'test',
      SUBGRAPH_SIGNING_KEY: 'signing-key-of-the-tests-0123456789',
      ...options.environment,
    }),
    stdout: log.fd,
    stderr: log.fd,
    cwd: folder,
  });
  await log.close();
  try {
    await untilReady(port, started, logFile);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return { ...started, url: `http://127.0.0.1:${port}/graphql`, logFile };
}

async function untilReady(port: number, started: GuardedProcess, logFile: string): Promise<void> {
  let hasEnded = false;
  void started.ended.then(() => (hasEnded = true));
  for (const deadlineMs = Date.now() + START_TIMEOUT_MS; Date.now() < deadlineMs && !hasEnded; await delay(50)) {
    const isReady = await fetch(`http://127.0.0.1:${port}/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isReady) return;
  }
  throw new Error(
    `${hasEnded ? 'the system ended' : 'the system did not get ready'}; its last words:\n${(await readFile(logFile, 'utf8')).slice(-3_000)}`,
  );
}
