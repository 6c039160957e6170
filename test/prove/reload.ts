import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startGateway, type GatewayOptions, type RunningGateway } from '../../gateway';
import { createMemoryBus } from '../../platform/events';
import { createLogger } from '../../platform/observability';
import { openSupergraph } from '../gateway/support/open-graph';
import { openClients } from './hostile/open-world';
import type { Proof, ProofContext } from './proof';
import { Load } from './reload/load';

const SHORT = 40;
const FULL = 200;
const PAUSE_MS = 100;
const CONTROL_SWAPS = 4;
/** What is kept of engines that were replaced would be several times this. */
const MAX_GROWTH_MB = 40;
const RED = 'red: Int @shareable';
const BLUE = 'blue: Int @shareable';

/** Queries over HTTP while the supergraph is replaced again and again; subscriptions that last over it are proven elsewhere. */
export const proof: Proof = {
  name: 'reload',
  summary: `${SHORT} swaps of the supergraph under load (--full ${FULL}), broken ones between: no request fails, each answer is right for the old or the new schema, memory does not grow`,
  run: async (context) => {
    const gateway = await startGateway(options());
    const load = new Load(() => gateway.url, ['red', 'blue']);
    load.begin();
    const swaps = context.full ? FULL : SHORT;
    const { refusedBroken, growthMb } = await swapAll(context, gateway, swaps);
    const counted = await load.end();
    await gateway.stop();
    for (const problem of counted.problems.slice(0, 10)) context.say(`  WRONG: ${problem}`);
    const controlFailed = await control(context);
    return {
      isProven:
        counted.problems.length === 0 &&
        refusedBroken === swaps / 2 &&
        growthMb <= MAX_GROWTH_MB &&
        counted.sawBoth &&
        controlFailed > 0,
      figures: {
        swaps,
        brokenRefused: refusedBroken,
        requests: counted.requests,
        newOperations: counted.newOperations,
        failed: counted.problems.length,
        p99Ms: Math.round(counted.p99Ms),
        growthMb: Math.round(growthMb),
        controlFailed,
        controlCaught: controlFailed > 0,
      },
    };
  },
};

async function swapAll({ say }: ProofContext, gateway: RunningGateway, swaps: number) {
  let refusedBroken = 0;
  let settledMb = 0;
  for (let at = 1; at <= swaps; at += 1) {
    await gateway.swapSupergraph(supergraph(at % 2 === 0 ? RED : BLUE));
    if (at % 2 === 0) await gateway.swapSupergraph('type Query { broken').catch(() => (refusedBroken += 1));
    await delay(PAUSE_MS);
    if (at === swaps / 4) settledMb = heapMb();
    if (at % (swaps / 4) === 0)
      say(`${at} swaps: heap ${Math.round(heapMb())} MB, process ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  }
  return { refusedBroken, growthMb: heapMb() - settledMb };
}

/** Restarts instead of swaps: the proof must see the requests that these cost. */
async function control({ say }: ProofContext): Promise<number> {
  let gateway = await startGateway(options());
  const { port, url } = gateway;
  const load = new Load(() => url, ['red', 'blue']);
  load.begin();
  for (let at = 0; at < CONTROL_SWAPS; at += 1) {
    await delay(PAUSE_MS);
    await gateway.stop();
    gateway = await startGateway({ ...options(), port });
  }
  const { problems } = await load.end();
  await gateway.stop();
  say(`control, ${CONTROL_SWAPS} restarts instead of swaps: ${problems.length} requests failed`);
  return problems.length;
}

const URLS = new Map(['s0', 's1', 's2', 's3'].map((name) => [name, `http://${name}.invalid`]));
const supergraphs = new Map([RED, BLUE].map((more) => [more, openSupergraph(URLS, more)]));

function supergraph(more: string): string {
  return supergraphs.get(more) ?? '';
}

function options(): GatewayOptions {
  const logger = createLogger({ logLevel: 'silent' }, 'prove');
  return {
    host: '127.0.0.1',
    port: 0,
    supergraphSdl: supergraph(RED),
    subgraphs: new Map(openClients(logger, `${RED} ${BLUE}`).map((client) => [client.name, client])),
    keySource: null,
    tokenIssuer: '',
    bus: createMemoryBus(logger),
    logger,
    environment: 'test',
    introspection: true,
    checkReady: async () => undefined,
    responseCache: false,
  };
}

function heapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
