import { createHttpSubgraphClient, type SubgraphClient } from '../../platform/federation';
import { subgraphAddresses } from '../../gateway';
import { CommandError } from '../print';

export interface SubgraphClientsOptions {
  /** URLs that win over those in the supergraph, by subgraph. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly signingKey: string | null;
  readonly timeoutMs: number;
}

type HttpClient = ReturnType<typeof createHttpSubgraphClient>;

/** Clients of whatever subgraphs a supergraph names. Those that stay from one supergraph to the next keep their connections. */
export class SubgraphClients {
  private readonly byAddress = new Map<string, HttpClient>();

  constructor(private readonly options: SubgraphClientsOptions) {}

  /** @throws CommandError for a subgraph without a URL */
  addressesIn(supergraphSdl: string): ReadonlyMap<string, string> {
    const { overrides } = this.options;
    const named = subgraphAddresses(supergraphSdl);
    const addresses = new Map([...named].map(([name, url]) => [name, overrides.get(name) ?? url]));
    const unknown = [...overrides.keys()].find((name) => !named.has(name));
    if (unknown !== undefined)
      throw new CommandError(`--subgraph: the supergraph has no ${unknown}; it has ${[...named.keys()].join(', ')}`);
    for (const [name, url] of addresses) {
      if (!/^https?:\/\//.test(url) || !URL.canParse(url))
        throw new CommandError(`the supergraph says no URL of the subgraph ${name}: add --subgraph ${name}=http://...`);
    }
    return addresses;
  }

  clientsOf(addresses: ReadonlyMap<string, string>): ReadonlyMap<string, SubgraphClient> {
    return new Map([...addresses].map(([name, url]) => [name, this.clientOf(name, url)]));
  }

  /** Closes what the supergraph of today no longer names, once what still runs on an older one has had its time. */
  retireOthers(addresses: ReadonlyMap<string, string>): void {
    const kept = new Set([...addresses].map(([name, url]) => keyOf(name, url)));
    for (const [key, client] of this.byAddress) {
      if (kept.has(key)) continue;
      this.byAddress.delete(key);
      setTimeout(() => void client.close(), 2 * this.options.timeoutMs).unref();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.byAddress.values()].map((client) => client.close()));
  }

  private clientOf(name: string, url: string): HttpClient {
    const key = keyOf(name, url);
    const known = this.byAddress.get(key);
    if (known) return known;
    const { signingKey, timeoutMs } = this.options;
    const client = createHttpSubgraphClient({ name, url, signingKey, timeoutMs });
    this.byAddress.set(key, client);
    return client;
  }
}

function keyOf(name: string, url: string): string {
  return `${name} ${url}`;
}
