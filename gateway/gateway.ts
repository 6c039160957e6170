import { sendJson, startHttpServer, type Routes } from '../platform/http';
import { createMetrics } from '../platform/observability';
import { Engine, type EngineOptions } from './engine';
import { ApolloFront } from './http/apollo';
import { graphiqlRoutes, serveNoPage, servePage, wantsPage } from './http/graphiql';
import { GraphqlRoute } from './http/graphql-route';
import { Identifier } from './identity/identity';
import { Revocations } from './identity/revocations';
import { gatewayMetrics } from './metrics';
import { observedCalls } from './observed-calls';
import { DEFAULT_LIMITS } from './operations/limits';
import type { GatewayOptions, RunningGateway } from './options';
import { ResponseCache } from './response-cache/response-cache';
import { serveSockets } from './sockets/socket-server';
import { loadSupergraph } from './supergraph/load';

/** Starts the edge: reads the supergraph, then serves it. @throws when the supergraph is broken or the port is taken */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { logger } = options;
  const registry = options.metrics ?? createMetrics();
  const metrics = gatewayMetrics(registry);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const engineOptions: EngineOptions = {
    subgraphs: options.subgraphs,
    logger,
    limits,
    introspection: options.introspection,
    suggestions: options.environment !== 'production',
    onPlan: metrics.onPlan,
    observeCall: observedCalls(metrics),
  };
  let engine = new Engine(await loadSupergraph(options.supergraphSdl, logger), engineOptions);
  const revocations = new Revocations();
  const stopListening = revocations.listen(options.bus);
  const identifier = new Identifier({ keySource: options.keySource, issuer: options.tokenIssuer, revocations });
  const apollo = new ApolloFront(() => engine, limits.tokens, logger);
  await apollo.start();
  const mayCount = options.environment !== 'production';
  const cache = options.responseCache === false ? null : new ResponseCache();
  const stopInvalidating = cache?.listen(options.bus, options.cacheTopics ?? []);
  const route = new GraphqlRoute({ engine: () => engine, apollo, identifier, logger, metrics, maxTokens: limits.tokens, cache, mayCount });
  let isDraining = false;
  const routes: Routes = {
    ...options.extraRoutes,
    ...(options.introspection ? graphiqlRoutes() : {}),
    '* /graphql': (request, response) => {
      if (!wantsPage(request)) return route.serve(request, response);
      return options.introspection ? servePage(response) : serveNoPage(response);
    },
    'GET /health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
    'GET /ready': async (_request, response) => {
      const problem = isDraining ? 'draining' : await options.checkReady().then(() => null, () => 'unavailable');
      sendJson(response, problem === null ? 200 : 503, { status: problem ?? 'ready' });
    },
    'GET /metrics': async (_request, response) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.expose());
    },
  };
  const http = await startHttpServer(routes, options);
  const sockets = serveSockets(http.server, '/graphql', { engine: () => engine, identifier, revocations, logger, metrics });
  return {
    url: `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${http.port}`,
    port: http.port,
    swapSupergraph: async (sdl) => {
      engine = new Engine(await loadSupergraph(sdl, logger), engineOptions);
      apollo.engineChanged();
    },
    stop: async () => {
      isDraining = true;
      await sockets.stop();
      await http.stop();
      await apollo.stop();
      await stopListening();
      await stopInvalidating?.();
    },
  };
}
