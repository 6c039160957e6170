import type { SubgraphClient } from '../../../platform/federation';

/** Watches the calls of a gateway's subgraphs, and can hold one back. */
export interface Recording {
  readonly wrap: (client: SubgraphClient) => SubgraphClient;
  count(subgraph: string): number;
  /** The next call waits for `gate` after it was answered; resolves when that call is made. */
  holdNext(gate: Promise<void>): Promise<void>;
}

export function recording(): Recording {
  const counts = new Map<string, number>();
  let hold: { gate: Promise<void>; asked: () => void } | null = null;
  return {
    wrap: (client) => ({
      ...client,
      execute: async (request) => {
        counts.set(client.name, (counts.get(client.name) ?? 0) + 1);
        const held = hold;
        hold = null;
        const response = await client.execute(request);
        held?.asked();
        await held?.gate;
        return response;
      },
    }),
    count: (subgraph) => counts.get(subgraph) ?? 0,
    holdNext: (gate) => new Promise((asked) => (hold = { gate, asked })),
  };
}

export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
