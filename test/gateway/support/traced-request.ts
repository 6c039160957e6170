import { createHttpSubgraphClient, startSubgraphServer, type SubgraphClient } from '../../../platform/federation';
import type { RunningHttpServer } from '../../../platform/http';
import { createLogger, startTracing } from '../../../platform/observability';
import { testGateway } from './gateway';
import { Library, librarySubgraphs } from './library';

const KEY = 'a key of more than thirty-two characters';

/** One request through a gateway and subgraphs over HTTP, traced to the endpoint in the arguments. */
async function main(): Promise<void> {
  const tracing = await startTracing({ otlpEndpoint: process.argv.at(-1) ?? null }, 'test');
  const { clients, close } = await overHttp();
  const gateway = await testGateway({ subgraphs: clients });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { body } = await gateway.query('{ books { title author { name } } }', {}, { traceparent });
  await gateway.stop();
  await close();
  await tracing.stop();
  process.exit(body.errors ? 1 : 0);
}

async function overHttp(): Promise<{ clients: Map<string, SubgraphClient>; close: () => Promise<void> }> {
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  const servers: RunningHttpServer[] = [];
  const clients = new Map<string, ReturnType<typeof createHttpSubgraphClient>>();
  for (const [name, client] of librarySubgraphs(new Library())) {
    const options = { host: '127.0.0.1', port: 0, signingKey: KEY, logger, checkReady: async () => undefined, metrics: async () => '' };
    const server = await startSubgraphServer(client, options);
    servers.push(server);
    clients.set(name, createHttpSubgraphClient({ name, url: `http://127.0.0.1:${server.port}/graphql`, signingKey: KEY, timeoutMs: 5_000 }));
  }
  const close = async (): Promise<void> => {
    for (const client of clients.values()) await client.close();
    for (const server of servers) await server.stop();
  };
  return { clients, close };
}

void main();
