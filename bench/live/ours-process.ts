import { startGateway } from '../../gateway';
import { createMemoryBus } from '../../platform/events';
import { createHttpSubgraphClient } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { pricesSupergraph } from './graph';
import { tellMemory } from './memory';

/** Our gateway over the subgraph of prices, as shipped: `ours-process.js ORIGIN KEY JWKS ISSUER`. */
async function serve(origin: string, signingKey: string, keys: string, tokenIssuer: string): Promise<void> {
  const logger = createLogger({ logLevel: 'warn' }, 'gateway');
  const url = `${origin}/graphql`;
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    supergraphSdl: pricesSupergraph(url),
    subgraphs: new Map([['prices', createHttpSubgraphClient({ name: 'prices', url, signingKey, timeoutMs: 10_000 })]]),
    keySource: async () => JSON.parse(keys) as never,
    tokenIssuer,
    tokenSubjects: 'any',
    bus: createMemoryBus(logger),
    logger,
    environment: 'production',
    introspection: false,
    checkReady: async () => undefined,
    live: { maxPerAddress: 50_000, maxPerUser: 50_000 },
  });
  tellMemory();
  process.stdout.write(`${gateway.port}\n`);
}

const [origin = '', key = '', keys = '', issuer = ''] = process.argv.slice(2);
void serve(origin, key, keys, issuer);
