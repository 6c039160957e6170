import type { SubgraphName } from '../../platform/config';
import { startSubgraphServer, type SubgraphModule } from '../../platform/federation';
import { sendJson, type Routes } from '../../platform/http';
import { createMetrics } from '../../platform/observability';
import { requireRedis, type Resources } from './resources';
import { isUserSubgraph, KEYS_PATH, mailboxRoutesOf, openSubgraph, signingKeyOf } from './subgraphs';

/** One subgraph, for the gateway and its siblings alone. */
export async function serveSubgraph(name: SubgraphName, resources: Resources): Promise<void> {
  requireRedis(resources);
  const { settings, lifecycle, logger } = resources;
  const subgraph = await openSubgraph(name, resources);
  const metrics = createMetrics();
  const server = await startSubgraphServer(subgraph.client, {
    host: settings.host,
    port: settings.port,
    signingKey: signingKeyOf(resources),
    logger,
    checkReady: () => subgraph.checkReady(),
    metrics: () => metrics.expose(),
    extraRoutes: { ...keyRoutesOf(subgraph), ...mailboxRoutesOf([subgraph], resources), ...subgraph.routes },
  });
  lifecycle.add('http server', () => server.stop());
}

function keyRoutesOf(subgraph: SubgraphModule): Routes {
  if (!isUserSubgraph(subgraph)) return {};
  return { [`GET ${KEYS_PATH}`]: async (_request, response) => sendJson(response, 200, await subgraph.jwks()) };
}
