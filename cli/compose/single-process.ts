import { SUBGRAPH_NAMES, type SubgraphName } from '../../platform/config';
import { startSubgraphServer, type SubgraphModule } from '../../platform/federation';
import { sendJson, startHttpServer, type Routes } from '../../platform/http';
import { createMetrics } from '../../platform/observability';
import { CommandError } from '../print';
import { openGateway } from './gateway';
import type { JsonWebKeySet } from './not-yet';
import { startWork } from './one-process';
import type { Resources } from './resources';
import { createSubgraph, httpClientOf, knownSubgraphs, signingKeyOf, type UserModule } from './subgraphs';
import { committedSupergraph } from './supergraph';

const KEYS_PATH = '/.well-known/jwks.json';

/** The gateway over subgraphs that are other processes. */
export async function serveGateway(resources: Resources): Promise<void> {
  requireRedis(resources);
  const clients = SUBGRAPH_NAMES.filter((name) => knownSubgraphs().includes(name)).map((name) => httpClientOf(name, resources));
  const keysUrl = new URL(KEYS_PATH, resources.settings.subgraphUrls.user ?? 'http://not.configured');
  await openGateway(resources, {
    supergraphSdl: await committedSupergraph(),
    clients,
    keySource: () => readKeys(keysUrl),
    // A gateway whose subgraphs are away still answers, partly: it is ready as soon as it serves.
    checkReady: async () => undefined,
  });
}

/** One subgraph, for the gateway and its siblings alone. */
export async function serveSubgraph(name: SubgraphName, resources: Resources): Promise<void> {
  requireRedis(resources);
  const { settings, lifecycle, logger } = resources;
  const subgraph = await openOne(name, resources);
  const metrics = createMetrics();
  const server = await startSubgraphServer(subgraph.client, {
    host: settings.host,
    port: settings.port,
    signingKey: signingKeyOf(resources),
    logger,
    checkReady: () => subgraph.checkReady(),
    metrics: () => metrics.expose(),
    extraRoutes: routesOf(subgraph),
  });
  lifecycle.add('http server', () => server.stop());
}

/** The background work of every subgraph, and a small server that says how it is. */
export async function work(resources: Resources): Promise<void> {
  requireRedis(resources);
  const { settings, lifecycle } = resources;
  const subgraphs: SubgraphModule[] = [];
  for (const name of knownSubgraphs()) subgraphs.push(await openOne(name, resources));
  const metrics = createMetrics();
  const routes: Routes = {
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
  const server = await startHttpServer(routes, settings);
  lifecycle.add('http server', () => server.stop());
  for (const subgraph of subgraphs) await startWork(subgraph, resources);
}

async function openOne(name: SubgraphName, resources: Resources): Promise<SubgraphModule> {
  if (resources.settings.databases[name] === null) throw new CommandError(`${name.toUpperCase()}_DATABASE_URL is needed`);
  const subgraph = createSubgraph(name, resources, (sibling) => httpClientOf(sibling, resources));
  await subgraph.open();
  resources.lifecycle.add(`${name} subgraph`, () => subgraph.close());
  return subgraph;
}

function routesOf(subgraph: SubgraphModule): Routes {
  if (!('jwks' in subgraph)) return {};
  const user = subgraph as UserModule;
  return { [`GET ${KEYS_PATH}`]: async (_request, response) => sendJson(response, 200, await user.jwks()) };
}

async function readKeys(url: URL): Promise<JsonWebKeySet> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  return (await answer.json()) as JsonWebKeySet;
}

/** Events between processes travel over Redis; without it they would silently stay where they happen. */
function requireRedis({ settings }: Resources): void {
  if (settings.redisUrl === null) throw new CommandError('REDIS_URL is needed: processes tell one another events over Redis');
}
