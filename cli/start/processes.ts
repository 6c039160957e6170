import { setTimeout as delay } from 'node:timers/promises';
import { SUBGRAPH_NAMES, environmentWith, type Settings } from '../../platform/config';
import type { Resources } from '../compose/resources';
import { knownSubgraphs } from '../compose/subgraphs';
import { freePort, startGuarded, type GuardedProcess } from '../local';
import { CommandError, say, step } from '../print';
import { MAIN_SCRIPT } from '../project-root';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A process that lived this long was well: its next restart is quick again. */
const WELL_AFTER_MS = 20_000;
const READY_TIMEOUT_MS = 30_000;

/**
 * The system as separate processes over signed HTTP and Redis: the same commands that docker-compose.yml runs. Each is
 * started again when it dies.
 */
export async function openProcesses(resources: Resources, seed: () => Promise<void>): Promise<{ url: string }> {
  const { settings } = resources;
  if (settings.redisUrl === null) throw new CommandError('separate processes need Redis: set REDIS_URL, or install redis-server');
  const ports = Object.fromEntries(await Promise.all(SUBGRAPH_NAMES.map(async (name) => [name, await freePort()])));
  const environment = environmentOf(settings, ports);
  await step('migrations', () => runToItsEnd(['migrate'], environment));
  await seed();
  await step('subgraphs', async () => {
    await Promise.all(
      knownSubgraphs().map((name) => keep(name, ['serve', name], { ...environment, PORT: String(ports[name]) }, resources)),
    );
  });
  await step('worker', async () => keep('worker', ['work'], { ...environment, PORT: String(await freePort()) }, resources));
  await step('gateway', () => keep('gateway', ['serve', 'gateway'], { ...environment, PORT: String(settings.port) }, resources));
  return { url: `${settings.publicUrl}/graphql` };
}

function environmentOf(settings: Settings, ports: Readonly<Record<string, number>>): Record<string, string> {
  const entries = SUBGRAPH_NAMES.flatMap((name) => [
    [`${name.toUpperCase()}_DATABASE_URL`, settings.databases[name] ?? ''],
    [`${name.toUpperCase()}_SUBGRAPH_URL`, `http://127.0.0.1:${ports[name]}/graphql`],
  ]);
  return {
    ...Object.fromEntries(entries),
    HOST: settings.host,
    PUBLIC_URL: settings.publicUrl,
    LOG_LEVEL: settings.logLevel,
    REDIS_URL: settings.redisUrl ?? '',
    SUBGRAPH_SIGNING_KEY: settings.subgraphSigningKey ?? '',
  };
}

function launch(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<GuardedProcess> {
  const options = { command: process.execPath, args: [MAIN_SCRIPT, ...args], environment: environmentWith(environment) };
  return startGuarded({ ...options, stdout: 'ignore', stderr: 'inherit', cwd: process.cwd() });
}

async function runToItsEnd(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  const started = await launch(args, environment);
  if ((await started.ended) !== 0) throw new CommandError(`mercato ${args.join(' ')} failed`);
}

/** Keeps a process running until the system stops; resolves when it is ready for the first time. */
async function keep(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  { lifecycle }: Resources,
): Promise<void> {
  let current = await launch(args, environment);
  const stopping = new AbortController();
  lifecycle.add(name, () => {
    stopping.abort();
    return current.stop();
  });
  const watch = async (): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; !stopping.signal.aborted;) {
      const startedMs = Date.now();
      const code = await current.ended;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedMs > WELL_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      say(`  · ${name} ended (code ${code}), starting it again in ${pauseMs} ms`);
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (!stopping.signal.aborted) current = await launch(args, environment);
    }
  };
  void watch();
  await untilReady(name, Number(environment['PORT']), stopping.signal);
}

async function untilReady(name: string, port: number, signal: AbortSignal): Promise<void> {
  for (const deadlineMs = Date.now() + READY_TIMEOUT_MS; Date.now() < deadlineMs && !signal.aborted; await delay(50)) {
    if (
      await fetch(`http://127.0.0.1:${port}/ready`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
  }
  throw new CommandError(`${name} did not get ready in ${READY_TIMEOUT_MS / 1000} s`);
}
