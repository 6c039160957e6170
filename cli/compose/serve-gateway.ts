import type { JsonWebKeySet } from './not-yet';
import { openGateway } from './gateway';
import { requireRedis, type Resources } from './resources';
import { httpClientOf, KEYS_PATH, knownSubgraphs } from './subgraphs';
import { committedSupergraph } from './supergraph';

/** The gateway over subgraphs that are other processes. */
export async function serveGateway(resources: Resources): Promise<void> {
  requireRedis(resources);
  const keysUrl = new URL(KEYS_PATH, resources.settings.subgraphUrls.user ?? 'http://not.configured');
  await openGateway(resources, {
    supergraphSdl: await committedSupergraph(),
    clients: knownSubgraphs().map((name) => httpClientOf(name, resources)),
    keySource: () => readKeys(keysUrl),
    // A gateway whose subgraphs are away still answers, partly: it is ready as soon as it serves.
    checkReady: async () => undefined,
  });
}

async function readKeys(url: URL): Promise<JsonWebKeySet> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  return (await answer.json()) as JsonWebKeySet;
}
