import { createHttpSubgraphClient, startSubgraphServer, type SubgraphClient } from '../../../platform/federation';
import type { RunningHttpServer } from '../../../platform/http';
import { createLogger } from '../../../platform/observability';

export const SIGNING_KEY = 'a key of more than thirty-two characters';

export interface HttpSubgraphs {
  readonly clients: Map<string, SubgraphClient>;
  readonly servers: Map<string, RunningHttpServer>;
  close(): Promise<void>;
}

/** Serves subgraphs over HTTP on free ports; the clients sign with `clientKey`. */
export async function overHttp(
  subgraphs: ReadonlyMap<string, SubgraphClient>,
  { clientKey = SIGNING_KEY, timeoutMs = 10_000 } = {},
): Promise<HttpSubgraphs> {
  const servers = new Map<string, RunningHttpServer>();
  const clients = new Map<string, ReturnType<typeof createHttpSubgraphClient>>();
  for (const [name, client] of subgraphs) {
    const server = await serve(client, 0);
    servers.set(name, server);
    clients.set(
      name,
      createHttpSubgraphClient({ name, url: `http://127.0.0.1:${server.port}/graphql`, signingKey: clientKey, timeoutMs }),
    );
  }
  const close = async (): Promise<void> => {
    for (const client of clients.values()) await client.close();
    for (const server of servers.values()) await server.stop(100);
  };
  return { clients, servers, close };
}

export function serve(client: SubgraphClient, port: number): Promise<RunningHttpServer> {
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  return startSubgraphServer(client, {
    host: '127.0.0.1',
    port,
    signingKey: SIGNING_KEY,
    logger,
    checkReady: async () => undefined,
    metrics: async () => '',
  });
}
