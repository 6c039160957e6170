import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Redis } from 'ioredis';
import { startGateway, type RunningGateway } from '../../../gateway';
import { createRedisTaggedStore, type TaggedStore } from '../../../platform/cache';
import { createRedisBus, type EventBus } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import { createLogger, createMetrics } from '../../../platform/observability';
import { Shelf, shelfSupergraph } from '../../gateway/support/shelf';

const ISSUER = 'https://shelf.example';
const COUNT = 2;
/** Under load a read may wait for its turn; a proof wants hits. */
const PATIENCE_MS = 250;

/** Gateways that share a Redis, each with connections and a bus of its own, before one shelf. */
export interface SharingGateways {
  readonly urls: readonly string[];
  readonly shelf: Shelf;
  /** By which subgraphs tell of changes. */
  readonly bus: EventBus;
  /** Of a user, by number. */
  readonly tokens: readonly string[];
  /** How many entities and root fetches were found so far. */
  hits(): Promise<number>;
  stop(): Promise<void>;
}

export async function sharingGateways(
  redisUrl: string,
  users: number,
  change: (store: TaggedStore, redis: Redis) => TaggedStore,
): Promise<SharingGateways> {
  const logger = createLogger({ logLevel: 'silent' }, 'prove');
  const keys = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' };
  const shelf = new Shelf();
  const stops: (() => Promise<unknown>)[] = [];
  const metrics = createMetrics();
  const redisOf = async (): Promise<Redis> => {
    const redis = new Redis(redisUrl);
    await redis.ping();
    stops.push(async () => redis.disconnect());
    return redis;
  };
  const gateways: RunningGateway[] = [];
  for (let at = 0; at < COUNT; at += 1) {
    const redis = await redisOf();
    const bus = createRedisBus(redis, logger);
    const store = createRedisTaggedStore(redis, logger, { patienceMs: PATIENCE_MS });
    const gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphSdl: shelfSupergraph(),
      subgraphs: shelf.clients(),
      keySource: async () => ({ keys: [jwk] }),
      tokenIssuer: ISSUER,
      bus,
      logger,
      environment: 'test',
      introspection: true,
      checkReady: async () => undefined,
      responseCache: false,
      entityCache: { store: change(store, redis), topics: ['shelf'] },
      planner: { threads: 0 },
      ...(at === 0 ? { metrics } : {}),
    });
    gateways.push(gateway);
    stops.push(async () => {
      await gateway.stop();
      await store.close();
      await bus.close();
    });
  }
  const tokenOf = (user: number) =>
    new SignJWT({ roles: ['CUSTOMER'], sid: `s${user}` })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setSubject(globalId('User', user))
      .setIssuer(ISSUER)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(keys.privateKey);
  return {
    urls: gateways.map(({ url }) => url),
    shelf,
    bus: createRedisBus(await redisOf(), logger),
    tokens: await Promise.all(Array.from({ length: users }, (_, at) => tokenOf(at + 1))),
    hits: async () => sumOf(await metrics.expose(), /entity_cache_total{[^}]*outcome="hit"} (\d+)/g),
    stop: async () => {
      for (const stop of stops.toReversed()) await stop();
    },
  };
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
}
