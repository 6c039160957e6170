import { readFileSync } from 'node:fs';
import { createMemoryBus } from '../../platform/events';
import { createHttpSubgraphClient } from '../../platform/federation';
import { createLogger, startTracing } from '../../platform/observability';
import { startGateway, subgraphAddresses } from '../../gateway';

/** What of our gateway is on. */
export interface Features {
  readonly requestLog: boolean;
  readonly protection: boolean;
  readonly shedding: boolean;
  readonly compression: boolean;
  readonly tracing: boolean;
  readonly signing: boolean;
}

/** Our gateway with chosen features: `ours-process.js SUPERGRAPH PORT FEATURES`. */
async function serve(supergraphFile: string, port: number, features: Features): Promise<void> {
  const logger = createLogger({ logLevel: features.requestLog ? 'info' : 'warn' }, 'gateway');
  // Nothing listens there: what is measured is the making of spans, and of the messages that would carry them.
  await startTracing({ otlpEndpoint: features.tracing ? 'http://127.0.0.1:9' : null }, 'bench');
  const supergraphSdl = readFileSync(supergraphFile, 'utf8');
  const signingKey = features.signing ? 'a key of the benchmark, longer than 32 characters' : null;
  const clients = [...subgraphAddresses(supergraphSdl)].map(
    ([name, url]) => [name, createHttpSubgraphClient({ name, url, signingKey, timeoutMs: 10_000 })] as const,
  );
  await startGateway({
    host: '127.0.0.1',
    port,
    supergraphSdl,
    subgraphs: new Map(clients),
    keySource: null,
    tokenIssuer: '',
    forwardHeaders: ['authorization'],
    bus: createMemoryBus(logger),
    logger,
    environment: 'production',
    introspection: false,
    checkReady: async () => undefined,
    responseCache: false,
    compression: features.compression,
    ...(features.protection ? {} : { protection: null }),
    ...(features.shedding ? {} : { admission: null }),
  });
}

const [supergraphFile = '', port = '0', features = '{}'] = process.argv.slice(2);
void serve(supergraphFile, Number(port), JSON.parse(features) as Features);
