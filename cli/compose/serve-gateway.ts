import { SUBGRAPH_NAMES } from '../../platform/config';
import type { GatewayOptions } from '../../gateway';
import { openGateway } from './gateway';
import { requireRedis, type Resources } from './resources';
import { httpClientOf, KEYS_PATH } from './subgraphs';
import { committedSupergraph } from './supergraph';

/** The gateway over subgraphs that are other processes. */
export async function serveGateway(resources: Resources): Promise<void> {
  requireRedis(resources);
  const keysUrl = new URL(KEYS_PATH, resources.settings.subgraphUrls.user ?? 'http://not.configured');
  await openGateway(resources, {
    supergraphSdl: await committedSupergraph(),
    clients: SUBGRAPH_NAMES.map((name) => httpClientOf(name, resources)),
    keySource: () => readKeys(keysUrl),
    // A gateway whose subgraphs are away still answers, partly: it is ready as soon as it serves.
    checkReady: async () => undefined,
  });
}

async function readKeys(url: URL): ReturnType<GatewayOptions['keySource']> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  return (await answer.json()) as Awaited<ReturnType<GatewayOptions['keySource']>>;
}
