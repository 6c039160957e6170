import { SUBGRAPH_NAMES } from '../../platform/config';
import type { SubgraphModule } from '../../platform/federation';
import { sendJson, startHttpServer, type Routes } from '../../platform/http';
import { createMetrics, type Metrics } from '../../platform/observability';
import type { Stoppable } from '../../platform/process';
import { requireRedis, type Resources } from './resources';
import { openSubgraph } from './subgraphs';

/** The background work of every subgraph, and a small server that says how it is. */
export async function work(resources: Resources): Promise<void> {
  requireRedis(resources);
  const { settings, lifecycle } = resources;
  const subgraphs: SubgraphModule[] = [];
  for (const name of SUBGRAPH_NAMES) subgraphs.push(await openSubgraph(name, resources));
  const metrics = createMetrics();
  const server = await startHttpServer(routesOf(subgraphs, metrics), settings);
  lifecycle.add('http server', () => server.stop());
  await startWork(subgraphs, resources, metrics);
}

/** Starts what subgraphs do in the background. All consumers stand before the first relay tells an event. */
export async function startWork(
  subgraphs: readonly SubgraphModule[],
  { lifecycle }: Pick<Resources, 'lifecycle'>,
  metrics?: Metrics,
): Promise<void> {
  const add = (started: Stoppable | undefined): void => {
    if (started) lifecycle.add(started.name, () => started.stop());
  };
  for (const subgraph of subgraphs) add(subgraph.startConsuming?.());
  for (const subgraph of subgraphs) add(await subgraph.startWork(metrics));
}

function routesOf(subgraphs: readonly SubgraphModule[], metrics: Metrics): Routes {
  return {
    'GET /health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
    'GET /ready': async (_request, response) => {
      const isReady = await Promise.all(subgraphs.map((subgraph) => subgraph.checkReady())).then(
        () => true,
        () => false,
      );
      sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'database unavailable' });
    },
    'GET /metrics': async (_request, response) => {
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.expose());
    },
  };
}
