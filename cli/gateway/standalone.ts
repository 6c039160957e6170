import { createRedisTaggedStore } from '../../platform/cache';
import { createMemoryBus, createRedisBus, type EventBus } from '../../platform/events';
import type { Settings } from '../../platform/config';
import { createLogger, startTracing } from '../../platform/observability';
import { Lifecycle } from '../../platform/process';
import { connectRedis } from '../../platform/redis';
import { startGateway, type GatewayOptions, type RunningGateway } from '../../gateway';
import { clientOptions } from '../compose/clients';
import { portTaken } from '../compose/gateway';
import { keysOver } from '../compose/published-keys';
import { CommandError, say } from '../print';
import { SubgraphClients } from './subgraph-clients';
import { supergraphSource, type SupergraphSource } from './supergraph-source';

export interface StandaloneOptions {
  readonly supergraph: string;
  readonly pollSeconds: number;
  /** Names of headers that are passed on beside `authorization`. */
  readonly forwardHeaders: readonly string[];
  readonly jwks: string | null;
  readonly issuer: string | null;
  readonly subgraphs: ReadonlyMap<string, string>;
  readonly signingKey: string | null;
  /** Where what subgraphs answer is kept, and events that end it. */
  readonly cache: { readonly url: string; readonly topics: readonly string[] } | null;
}

/** The gateway alone over any supergraph: no database, nothing of the shop, Redis only for what is cached. Swaps when the supergraph changes. */
export async function startStandalone(settings: Settings, options: StandaloneOptions): Promise<void> {
  const logger = createLogger(settings, 'gateway');
  const lifecycle = new Lifecycle(logger);
  const tracing = await startTracing(settings, 'mercato-gateway');
  lifecycle.add('tracing', () => tracing.stop());
  const source = supergraphSource(options.supergraph, options.pollSeconds * 1000);
  const clients = new SubgraphClients({
    overrides: options.subgraphs,
    signingKey: options.signingKey,
    timeoutMs: settings.operationTimeoutMs,
  });
  lifecycle.add('calls of subgraphs', () => clients.close());
  const sdl = await firstOf(source);
  const addresses = addressesIn(clients, sdl, source);
  const { bus, entityCache } = openCache(options, lifecycle, logger);
  const keys = options.jwks === null ? null : keysOver(new URL(options.jwks));
  const gateway = await startGateway({
    host: settings.host,
    port: settings.port,
    supergraphSdl: sdl,
    subgraphs: clients.clientsOf(addresses),
    keySource: keys?.read ?? null,
    tokenIssuer: options.issuer ?? '',
    tokenSubjects: 'any',
    forwardHeaders: ['authorization', ...options.forwardHeaders],
    subgraphErrors: 'any',
    bus,
    logger,
    environment: settings.environment,
    introspection: settings.introspection,
    checkReady: keys?.readOnce ?? (async () => undefined),
    // Nothing tells a gateway of other people's subgraphs when its answers are out of date.
    responseCache: false,
    entityCache,
    ...clientOptions(settings, null, logger),
    metricsPort: settings.metricsPort,
    operationTimeoutMs: settings.operationTimeoutMs,
    planner: { threads: settings.planningThreads, timeoutMs: settings.planningTimeoutMs },
    admission: { maximum: settings.maxRequests },
    limits: { cost: settings.maxOperationCost },
    live: { maxPerAddress: settings.maxSocketsPerAddress, maxPerUser: settings.maxSubscriptionsPerUser },
    drainMs: settings.drainSeconds * 1000,
  }).catch((error: NodeJS.ErrnoException & { port?: number }) => {
    throw error.code === 'EADDRINUSE' ? portTaken(error.port ?? settings.port) : unusable(source, error);
  });
  lifecycle.add('gateway', () => gateway.stop());
  lifecycle.add('watch of the supergraph', watch(source, gateway, clients, logger));
  lifecycle.stopOnSignals();
  showStart(gateway.url, source, addresses, options);
}

type Logger = ReturnType<typeof createLogger>;

/** Without topics nothing is heard: what is cached ends by its age alone. */
function openCache(
  { cache }: StandaloneOptions,
  lifecycle: Lifecycle,
  logger: Logger,
): { bus: EventBus; entityCache: GatewayOptions['entityCache'] } {
  if (!cache) return { bus: createMemoryBus(logger), entityCache: null };
  const redis = connectRedis(cache.url, logger);
  lifecycle.add('redis connection', () => redis.disconnect());
  const bus = cache.topics.length > 0 ? createRedisBus(redis, logger) : createMemoryBus(logger);
  const store = createRedisTaggedStore(redis, logger);
  lifecycle.add('entity cache', async () => void (await Promise.all([store.close(), bus.close()])));
  return { bus, entityCache: { store, topics: cache.topics } };
}

/** A supergraph that cannot be read, or used, is told once, and the one before it still serves. */
function watch(source: SupergraphSource, gateway: RunningGateway, clients: SubgraphClients, logger: Logger): () => void {
  let problem: string | null = null;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    try {
      const sdl = await source.readIfChanged();
      if (sdl !== null) {
        const addresses = clients.addressesIn(sdl);
        await gateway.swapSupergraph(sdl, clients.clientsOf(addresses));
        clients.retireOthers(addresses);
        say(`  supergraph changed: serving the new one, of ${[...addresses.keys()].join(', ')}`);
        problem = null;
      }
    } catch (error) {
      const told = error instanceof Error ? error.message : String(error);
      if (told !== problem)
        logger.error({ problem: told, source: source.name }, 'the supergraph changed and is of no use; the old one serves');
      problem = told;
    }
    timer = setTimeout(() => void look(), source.everyMs).unref();
  };
  timer = setTimeout(() => void look(), source.everyMs).unref();
  return () => clearTimeout(timer);
}

async function firstOf(source: SupergraphSource): Promise<string> {
  const sdl = await source.readIfChanged().catch((error: unknown) => {
    throw new CommandError(`--supergraph: ${error instanceof Error ? error.message : String(error)}`);
  });
  return sdl ?? '';
}

function addressesIn(clients: SubgraphClients, sdl: string, source: SupergraphSource): ReadonlyMap<string, string> {
  try {
    return clients.addressesIn(sdl);
  } catch (error) {
    throw error instanceof CommandError ? error : unusable(source, error);
  }
}

function toldBy(topics: readonly string[]): string {
  return topics.length > 0 ? `, ended by events of ${topics.join(', ')}` : '';
}

function unusable(source: SupergraphSource, error: unknown): CommandError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CommandError(`--supergraph: ${source.name} is of no use: ${reason.split('\n', 1)[0]}`);
}

function showStart(
  url: string,
  source: SupergraphSource,
  addresses: ReadonlyMap<string, string>,
  options: StandaloneOptions,
): void {
  const endpoint = `${url}/graphql`;
  say();
  say(`  GraphQL endpoint  ${endpoint} (open it in a browser for an IDE)`);
  say(`  WebSocket         ${endpoint.replace('http', 'ws')} (graphql-transport-ws)`);
  say(`  Supergraph        ${source.name} (a change is served at once; a broken one is logged, the old one stays)`);
  for (const [name, address] of addresses)
    say(`  Subgraph          ${name} at ${address}${options.signingKey === null ? '' : ', signed'}`);
  say(`  Forwarded         ${['authorization', ...options.forwardHeaders].join(', ')}`);
  if (options.cache)
    say(`  Cache             ${new URL(options.cache.url).host}, by @cacheControl${toldBy(options.cache.topics)}`);
  say(
    `  Access tokens     ${options.jwks === null ? 'not verified here (--jwks): subgraphs judge them' : `verified by ${options.jwks}`}`,
  );
  say();
  say('  Try it:');
  say(`    curl -s ${endpoint} -H 'content-type: application/json' -d '{"query":"{ __typename }"}'`);
  say();
}
