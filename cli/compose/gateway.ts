import { TOKEN_ISSUER } from '../../platform/auth';
import type { SubgraphClient } from '../../platform/federation';
import { sendJson, type Routes } from '../../platform/http';
import { createMetrics, type Metrics } from '../../platform/observability';
import { startGateway, type KeySource, type RunningGateway } from '../../gateway';
import { CommandError } from '../print';
import { answerMedia } from '../seed/media';
import { clientOptions } from './clients';
import type { Resources } from './resources';
import { unsubscribeRoutes } from './unsubscribe';

/** Topics whose events end cached public answers. */
const CACHED_TOPICS = ['product', 'category', 'stock'];

/** Topics of all events that touch something; what is about people and orders may be kept for each viewer. */
const EVENT_TOPICS = [...CACHED_TOPICS, 'account', 'order'];

export interface GatewayParts {
  readonly supergraphSdl: string;
  readonly clients: readonly SubgraphClient[];
  readonly keySource: KeySource;
  readonly checkReady: () => Promise<void>;
  readonly routes?: Routes;
  /** What the process is measured by; its own when it does more than serve the gateway. */
  readonly metrics?: Metrics;
}

/** Starts the gateway of a process and leaves its stop with the process's lifecycle. */
export async function openGateway(resources: Resources, parts: GatewayParts): Promise<RunningGateway> {
  const { settings, logger, bus, lifecycle } = resources;
  const order = parts.clients.find(({ name }) => name === 'order');
  const store = resources.openTaggedStore();
  const running = await startGateway({
    host: settings.host,
    port: settings.port,
    supergraphSdl: parts.supergraphSdl,
    subgraphs: new Map(parts.clients.map((client) => [client.name, client])),
    keySource: parts.keySource,
    tokenIssuer: TOKEN_ISSUER,
    bus,
    logger,
    environment: settings.environment,
    introspection: settings.introspection,
    checkReady: parts.checkReady,
    ...clientOptions(settings, resources.cache, logger),
    responseCache: settings.cacheEnabled,
    cacheTopics: CACHED_TOPICS,
    entityCache: store && { store, topics: EVENT_TOPICS },
    metrics: parts.metrics ?? createMetrics(),
    metricsPort: settings.metricsPort,
    operationTimeoutMs: settings.operationTimeoutMs,
    planner: { threads: settings.planningThreads, timeoutMs: settings.planningTimeoutMs },
    admission: { maximum: settings.maxRequests },
    limits: { cost: settings.maxOperationCost },
    live: { maxPerAddress: settings.maxSocketsPerAddress, maxPerUser: settings.maxSubscriptionsPerUser },
    drainMs: settings.drainSeconds * 1000,
    extraRoutes: {
      'GET /.well-known/jwks.json': async (_request, response) => sendJson(response, 200, await parts.keySource()),
      'GET /media/*': answerMedia,
      ...(order ? unsubscribeRoutes(order) : {}),
      ...parts.routes,
    },
  }).catch((error: NodeJS.ErrnoException & { port?: number }) => {
    throw error.code === 'EADDRINUSE' ? portTaken(error.port ?? settings.port) : error;
  });
  lifecycle.add('gateway', () => running.stop());
  return running;
}

export function portTaken(port: number): CommandError {
  return new CommandError(`port ${port} is taken: stop what listens there, or choose another with --port (or PORT)`);
}
