import { setTimeout as delay } from 'node:timers/promises';
import { startHttpServer, type HttpHandler } from '../platform/http';
import { createMetrics, type Logger } from '../platform/observability';
import { Documents, RegisteredDocuments } from './documents';
import { Engine, type EngineOptions } from './engine';
import { EntityCache } from './entity-cache';
import { sendToSubgraph, type SendCall } from './executor/subgraph-call';
import { ApolloFront } from './http/apollo';
import { clientAddresses } from './http/client-address';
import { withCors } from './http/cors';
import { GraphqlRoute, type GraphqlRouteOptions } from './http/graphql-route';
import { metricsRoutes, surfaceOf } from './http/surface';
import { Identifier } from './identity/identity';
import { Revocations } from './identity/revocations';
import { gatewayMetrics, type GatewayMetrics } from './metrics';
import { observedCalls } from './observed-calls';
import { DEFAULT_LIMITS } from './operations/limits';
import type { GatewayOptions, LiveOptions, RunningGateway } from './options';
import { planSupergraph } from './planning/planned-supergraph';
import { DEFAULT_PLANNER_OPTIONS, Planner } from './planning/planner';
import { Admission, DEFAULT_ADMISSION } from './protection/admission';
import { DEFAULT_CALL_PROTECTION, protectedCalls } from './protection/protected-calls';
import { shedding } from './protection/shedding';
import { ResponseCache } from './response-cache/response-cache';
import { LiveSubscriptions } from './live/live-subscriptions';
import { Quota } from './live/quota';
import { OpenSessions } from './live/sessions';
import { LiveStreams } from './live-http/live-streams';
import { SocketOperations } from './sockets/socket-operations';
import { serveSockets } from './sockets/socket-server';

const DEFAULT_OPERATION_TIMEOUT_MS = 10_000;
const DEFAULT_LIVE: LiveOptions = { maxPerAddress: 5_000, maxPerUser: 500 };
/** A Redis that is away does not keep a gateway from serving. */
const REVOCATIONS_PATIENCE_MS = 5_000;

/** Starts the edge: reads the supergraph, then serves it. @throws when the supergraph is broken or the port is taken */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { logger, bus } = options;
  const registry = options.metrics ?? createMetrics();
  const metrics = gatewayMetrics(registry);
  const documents = documentsOf(options, metrics);
  await documents.start();
  const entityCache = options.entityCache ? new EntityCache(options.entityCache.store, metrics) : null;
  const engineOptions = engineOptionsOf(options, metrics, entityCache);
  const planner = new Planner({ ...DEFAULT_PLANNER_OPTIONS, ...options.planner }, metrics, logger);
  let engine = new Engine(await planSupergraph(options.supergraphSdl, planner).catch(stopping(planner)), engineOptions);
  const { revoking, identifier } = identityOf(options);
  const cache = options.responseCache === false ? null : new ResponseCache();
  const apollo = new ApolloFront(logger);
  await apollo.start();
  const forwardHeaders = options.forwardHeaders ?? [];
  const addressOf = clientAddresses(options.trustedProxies ?? []);
  const shared = { engine: () => engine, documents, identifier, addressOf, logger, metrics, forwardHeaders };
  const { live, streams, sessions, holding } = liveOf(options, shared);
  const isProduction = options.environment === 'production';
  const { defer: mayDefer = true, compression: isCompressing = true } = options;
  const route = new GraphqlRoute({ ...shared, streams, apollo, cache, mayCount: !isProduction, mayDefer, isCompressing });
  let isDraining = false;
  const hasOwnPort = typeof options.metricsPort === 'number';
  const admission = options.admission === null ? null : new Admission({ ...DEFAULT_ADMISSION, ...options.admission }, metrics);
  const routes = surfaceOf({
    ...options,
    serve: guarded(route, admission, options.cors ?? null),
    renew: withCors((request, response) => streams.renew(request, response), options.cors ?? null),
    metrics: hasOwnPort || isProduction ? null : registry,
    isDraining: () => isDraining,
    extraRoutes: options.extraRoutes ?? {},
  });
  await knowRevocations(revoking.caughtUp, logger);
  const http = await startHttpServer(routes, options);
  const measured = hasOwnPort ? await startHttpServer(metricsRoutes(registry), { ...options, port: options.metricsPort }) : null;
  const sockets = serveSockets(http.server, '/graphql', {
    ...shared,
    ...holding,
    operations: new SocketOperations({ ...shared, live }),
    origins: options.cors?.credentials ? options.cors.origins : [],
  });
  const unsubscribes = [revoking.stop];
  if (cache) unsubscribes.push(cache.listen(bus, options.cacheTopics ?? []));
  if (entityCache) unsubscribes.push(entityCache.listen(bus, options.entityCache?.topics ?? []));
  return {
    url: `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${http.port}`,
    port: http.port,
    swapSupergraph: async (sdl, subgraphs = engineOptions.subgraphs) => {
      engine = new Engine(await planSupergraph(sdl, planner), { ...engineOptions, subgraphs });
      await live.swap();
    },
    stop: async () => {
      isDraining = true;
      await delay(options.drainMs ?? 0);
      for (const part of [streams, sockets, live, sessions, http, apollo, measured, admission, planner, documents])
        await part?.stop();
      await Promise.all(unsubscribes.map((unsubscribe) => unsubscribe()));
    },
  };
}

/** Work is refused before it begins where there is too much of it; pages of other origins learn of that, too. */
function guarded(route: GraphqlRoute, admission: Admission | null, cors: GatewayOptions['cors'] | null): HttpHandler {
  const serve: HttpHandler = (request, response) => route.serve(request, response);
  return withCors(admission ? shedding(admission, serve) : serve, cors ?? null);
}

type SharedParts = Pick<GraphqlRouteOptions, 'engine' | 'identifier' | 'metrics' | 'logger' | 'forwardHeaders'>;

/** What stays open, by whatever transport. */
function liveOf(options: GatewayOptions, shared: SharedParts) {
  const { maxPerAddress, maxPerUser } = { ...DEFAULT_LIVE, ...options.live };
  const live = new LiveSubscriptions(shared.engine, shared.metrics, shared.logger, { maxPerAddress, maxPerUser });
  const sessions = new OpenSessions(shared.identifier);
  const holding = { live, sessions, perAddress: new Quota(), maxPerAddress };
  return { live, sessions, holding, streams: new LiveStreams({ ...shared, ...holding }) };
}

function identityOf({ bus, keySource, tokenIssuer, tokenSubjects }: GatewayOptions) {
  const revocations = new Revocations();
  const identifier = new Identifier({ keySource, issuer: tokenIssuer, subjects: tokenSubjects ?? 'ours', revocations });
  return { revoking: revocations.listen(bus), identifier };
}

/** What could not begin leaves no thread behind. */
function stopping(planner: Planner): (error: unknown) => never {
  return (error) => {
    planner.stop();
    throw error;
  };
}

/** What was revoked before we started is known before the first token is judged. */
async function knowRevocations(caughtUp: Promise<void>, logger: Logger): Promise<void> {
  if (await isInTime(caughtUp, REVOCATIONS_PATIENCE_MS)) return;
  logger.warn('revocations of the past could not be read: access tokens that ended early count until they are');
}

async function isInTime(done: Promise<void>, timeoutMs: number): Promise<boolean> {
  return Promise.race([done.then(() => true), delay(timeoutMs, false, { ref: false })]);
}

function documentsOf({ documents = {} }: GatewayOptions, { onDocument }: GatewayMetrics): Documents {
  const { mode = 'off', source = null, mayRegister = true, shared = null } = documents;
  return new Documents({ mode, source, registered: mayRegister ? new RegisteredDocuments(shared) : null, onLookup: onDocument });
}

function guardedCalls(options: GatewayOptions, metrics: GatewayMetrics): SendCall {
  const observed = observedCalls(metrics, sendToSubgraph);
  if (options.protection === null) return observed;
  const slowMs = 0.9 * (options.operationTimeoutMs ?? DEFAULT_OPERATION_TIMEOUT_MS);
  return protectedCalls({ ...DEFAULT_CALL_PROTECTION, slowMs, ...options.protection }, metrics, options.logger, observed);
}

function engineOptionsOf(options: GatewayOptions, metrics: GatewayMetrics, entityCache: EntityCache | null): EngineOptions {
  return {
    subgraphs: options.subgraphs,
    logger: options.logger,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    introspection: options.introspection,
    suggestions: options.environment !== 'production',
    onPlan: metrics.onPlan,
    onCost: metrics.onCost,
    authorisation: options.authorisation ?? {},
    unauthorised: options.authorisation?.unauthorised ?? 'filter',
    send: guardedCalls(options, metrics),
    entityCache,
    operationTimeoutMs: options.operationTimeoutMs ?? DEFAULT_OPERATION_TIMEOUT_MS,
    subgraphErrors: options.subgraphErrors ?? 'ours',
  };
}
