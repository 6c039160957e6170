import { SUBGRAPH_NAMES } from '../../platform/config';
import { openGateway } from './gateway';
import { keysOver } from './published-keys';
import { requireRedis, type Resources } from './resources';
import { httpClientOf, KEYS_PATH } from './subgraphs';
import { committedSupergraph } from './supergraph';

/** The gateway over subgraphs that are other processes. */
export async function serveGateway(resources: Resources): Promise<void> {
  requireRedis(resources);
  const keysUrl = new URL(KEYS_PATH, resources.settings.subgraphUrls.user ?? 'http://not.configured');
  const keys = keysOver(keysUrl);
  await openGateway(resources, {
    supergraphSdl: await committedSupergraph(),
    clients: SUBGRAPH_NAMES.map((name) => httpClientOf(name, resources)),
    keySource: keys.read,
    // A gateway whose subgraphs are away still answers, partly; one that never saw the keys could sign nobody in.
    checkReady: keys.readOnce,
  });
}
