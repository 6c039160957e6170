import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { isErrorCode } from '../../platform/errors';
import { startSubgraphServer } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { apiSchemaOf } from '../gateway/support/api-schema';
import { openSupergraph } from '../gateway/support/open-graph';
import { randomFrom } from '../gateway/support/random-operation';
import { FAMILY_COUNT, hostileRequests, type HostileRequest } from './hostile/documents';
import { openClients, referenceData } from './hostile/open-world';
import type { Stall } from './hostile/stall-probe';
import { Victims, type Latencies } from './hostile/victims';
import { WatchedGateway } from './hostile/watched-gateway';
import type { Proof, ProofContext } from './proof';

const SHORT = 200;
const FULL = 5_000;
const AT_ONCE = 4;
const PROGRESS_EVERY = 500;
const CALM_MS = 4_000;
/** How long the event loop may stand still. */
const MAX_STALL_MS = 50;
const KEY = 'a key of more than thirty-two characters';

/** Hostile documents of many families against one gateway: nothing stalls it, all are answered, others hardly notice. */
export const proof: Proof = {
  name: 'hostile',
  summary: `hostile documents (${SHORT}, with --full ${FULL.toLocaleString('en')}): the event loop stands still for ${MAX_STALL_MS} ms at most, every one is answered rightly or by a typed error`,
  run: async (context) => {
    const world = await openWorld();
    try {
      return await attack(context, world);
    } finally {
      await world.close();
    }
  },
};

interface World {
  readonly schema: GraphQLSchema;
  readonly args: readonly string[];
  close(): Promise<void>;
}

async function attack(context: ProofContext, world: World) {
  const { say } = context;
  const requests = hostileRequests(context.full ? FULL : SHORT, randomFrom(7));
  const gateway = await WatchedGateway.start(world.args, { PLANNING_TIMEOUT_MS: '1000' });
  const victims = new Victims(gateway.url);
  await victims.warmUp();
  await gateway.stall();
  const calm = await victims.during(() => new Promise((resolve) => setTimeout(resolve, CALM_MS)));
  const calmStall = await gateway.stall();
  say(`calm: the loop stood still for ${ms(calmStall.processorMs)}, on the clock ${ms(calmStall.clockMs)}; ${told(calm)}`);
  const problems: string[] = [];
  const send = async (request: HostileRequest): Promise<void> => {
    const problem = await judge(gateway.url, world.schema, request);
    if (problem !== null) problems.push(`${request.family}: ${problem}`);
  };
  const alone: (Stall & { readonly family: string })[] = [];
  const attacked = await victims.during(async () => {
    for (const request of requests.slice(0, FAMILY_COUNT)) {
      await send(request);
      alone.push({ family: request.family, ...(await gateway.stall()) });
    }
    await sendAll(requests.slice(FAMILY_COUNT), send, (left) => say(`  ${left} documents left`));
  });
  const stall = worstOf([...alone, await gateway.stall()]);
  for (const { family, processorMs } of alone.toSorted((a, b) => b.processorMs - a.processorMs).slice(0, 5))
    say(`  ${family}: ${ms(processorMs)}`);
  await gateway.stop();
  for (const problem of problems.slice(0, 20)) say(`  WRONG: ${problem}`);
  say(`under attack: the loop stood still for ${ms(stall.processorMs)}, on the clock ${ms(stall.clockMs)}; ${told(attacked)}`);
  const controlMs = await withoutThreads(world);
  say(`control, planning in the gateway's own thread: the loop stood still for ${ms(controlMs)}`);
  const controlCaught = controlMs > MAX_STALL_MS;
  return {
    isProven: problems.length === 0 && victims.failed === 0 && stall.processorMs <= MAX_STALL_MS && controlCaught,
    figures: {
      documents: requests.length,
      wrong: problems.length,
      stallMs: round(stall.processorMs),
      stallClockMs: round(stall.clockMs),
      calmStallMs: round(calmStall.processorMs),
      calmClockMs: round(calmStall.clockMs),
      othersP99Ms: round(attacked.knownP99Ms),
      othersCalmP99Ms: round(calm.knownP99Ms),
      newOperationsP99Ms: round(attacked.newP99Ms),
      newOperationsCalmP99Ms: round(calm.newP99Ms),
      othersFailed: victims.failed,
      rssMb: round(stall.rssMb),
      controlStallMs: round(controlMs),
      controlCaught,
    },
  };
}

function worstOf(stalls: readonly Stall[]): Stall {
  const most = (key: keyof Stall): number => Math.max(...stalls.map((stall) => stall[key]));
  return { clockMs: most('clockMs'), processorMs: most('processorMs'), rssMb: most('rssMb') };
}

async function sendAll(
  requests: readonly HostileRequest[],
  send: (request: HostileRequest) => Promise<void>,
  progress: (left: number) => void,
): Promise<void> {
  const rest = [...requests];
  const lane = async (): Promise<void> => {
    for (let request = rest.shift(); request; request = rest.shift()) {
      if (rest.length > 0 && rest.length % PROGRESS_EVERY === 0) progress(rest.length);
      await send(request);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** What is wrong with the answer; `null` for a right one, or a refusal by a typed error. */
async function judge(url: string, schema: GraphQLSchema, { body }: HostileRequest): Promise<string | null> {
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const text = await answer.text();
  let told: { data?: unknown; errors?: readonly { message: string; extensions?: { code?: string } }[] };
  try {
    told = JSON.parse(text) as typeof told;
  } catch {
    return `status ${answer.status}, no JSON: ${text.slice(0, 100)}`;
  }
  for (const { message, extensions } of told.errors ?? []) {
    if (!isErrorCode(extensions?.code) || extensions.code === 'INTERNAL_SERVER_ERROR')
      return `status ${answer.status}, ${extensions?.code}: ${message.slice(0, 200)}`;
  }
  if (told.errors) return null;
  const expected = await referenceData(schema, body);
  return JSON.stringify(expected) === JSON.stringify(told.data) ? null : `wrong data: ${text.slice(0, 200)}`;
}

/** What the event loop suffers when planning has no threads and no deadline: the proof must see it. */
async function withoutThreads(world: World): Promise<number> {
  const gateway = await WatchedGateway.start(world.args, { PLANNING_THREADS: '0' });
  await gateway.stall();
  for (let at = 0; at < 3; at += 1) {
    const query = `{ control${at}: animal { next { next { value } } } s: plain { ${'plain { value } '.repeat(250)} } }`;
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  }
  const { processorMs } = await gateway.stall();
  await gateway.stop();
  return processorMs;
}

async function openWorld(): Promise<World> {
  const logger = createLogger({ logLevel: 'silent' }, 'prove');
  const folder = await mkdtemp(join(tmpdir(), 'mercato-hostile-'));
  const servers = await Promise.all(
    openClients(logger).map(async (client) => {
      const { port, stop } = await startSubgraphServer(client, {
        host: '127.0.0.1',
        port: 0,
        signingKey: KEY,
        logger,
        checkReady: async () => undefined,
        metrics: async () => '',
      });
      return { name: client.name, url: `http://127.0.0.1:${port}/graphql`, stop };
    }),
  );
  const sdl = openSupergraph(new Map(servers.map(({ name, url }) => [name, url])));
  await writeFile(join(folder, 'supergraph.graphql'), sdl);
  await writeFile(join(folder, 'key'), KEY);
  const schema = await apiSchemaOf(sdl, logger);
  return {
    schema,
    args: ['--supergraph', join(folder, 'supergraph.graphql'), '--signing-key-file', join(folder, 'key')],
    close: async () => {
      await Promise.all(servers.map(({ stop }) => stop(100)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function told({ knownP99Ms, newP99Ms, asked }: Latencies): string {
  return `p99 of others ${ms(knownP99Ms)}, of new operations of others ${ms(newP99Ms)} (${asked} asked)`;
}

function ms(value: number): string {
  return `${round(value)} ms`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
