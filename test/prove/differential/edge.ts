import type { GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import { startGateway, type RunningGateway } from '../../../gateway';
import { createMemoryBus } from '../../../platform/events';
import type { SubgraphClient } from '../../../platform/federation';
import { createLogger, type Logger } from '../../../platform/observability';

/** Random operations are large; what proofs look at are answers. */
export const UNLIMITED = {
  depth: 100,
  aliases: 10_000,
  rootFields: 1_000,
  fields: 100_000,
  directives: 10_000,
  tokens: 100_000,
  cost: 1e12,
};

export interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** What is served at the moment. */
export interface Served {
  readonly supergraphSdl: string;
  readonly clients: ReadonlyMap<string, SubgraphClient>;
}

/** One gateway of ours before many made-up supergraphs, one after the other: it swaps, as it does when a schema is published. */
export class Edge {
  private readonly subgraphs = new Map<string, SubgraphClient>();
  private gateway: RunningGateway | null = null;
  private pool: Pool | null = null;
  private current: Served | null = null;

  constructor(private readonly logger: Logger = createLogger({ logLevel: 'silent' }, 'differential')) {}

  /** Asks over HTTP, as clients do. */
  async ask(served: Served, query: string, variables: Readonly<Record<string, unknown>>): Promise<Answered> {
    await this.serve(served);
    const { body } = await (this.pool as Pool).request({
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await body.json()) as Answered;
  }

  async stop(): Promise<void> {
    await this.pool?.close();
    await this.gateway?.stop();
  }

  private async serve(served: Served): Promise<void> {
    if (this.current === served) return;
    this.current = served;
    this.subgraphs.clear();
    for (const [name, client] of served.clients) this.subgraphs.set(name, client);
    if (this.gateway) return this.gateway.swapSupergraph(served.supergraphSdl);
    this.gateway = await this.start(served.supergraphSdl);
    this.pool = new Pool(this.gateway.url, { connections: 1 });
  }

  private start(supergraphSdl: string): Promise<RunningGateway> {
    return startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphSdl,
      subgraphs: this.subgraphs,
      keySource: async () => ({ keys: [] }),
      tokenIssuer: 'https://differential.invalid',
      bus: createMemoryBus(this.logger),
      logger: this.logger,
      environment: 'test',
      introspection: true,
      checkReady: async () => undefined,
      limits: UNLIMITED,
      responseCache: false,
    });
  }
}
