import type { SubgraphModule } from '../../platform/federation';
import { createMetrics } from '../../platform/observability';
import { step } from '../print';
import { openGateway } from './gateway';
import type { Resources } from './resources';
import { createSubgraphs, isUserSubgraph, mailboxRoutesOf } from './subgraphs';
import { supergraphOf } from './supergraph';
import { startWork } from './work';

/** The whole system in this process: subgraphs are reached by function calls, the worker's tasks run beside them. */
export async function openSystem(resources: Resources, seed: () => Promise<void>): Promise<{ url: string }> {
  const subgraphs = createSubgraphs(resources);
  const user = subgraphs.find(isUserSubgraph);
  if (!user) throw new Error('the user subgraph is missing');
  await step('migrations', async () => {
    await Promise.all(subgraphs.map((subgraph) => openSubgraph(subgraph, resources)));
  });
  await seed();
  const metrics = createMetrics();
  const gateway = await step('gateway', async () =>
    openGateway(resources, {
      supergraphSdl: await supergraphOf(subgraphs),
      clients: subgraphs.map(({ client }) => client),
      keySource: () => user.jwks(),
      metrics,
      routes: Object.assign({}, mailboxRoutesOf(subgraphs, resources), ...subgraphs.map(({ routes }) => routes)),
      checkReady: async () => void (await Promise.all(subgraphs.map((subgraph) => subgraph.checkReady()))),
    }),
  );
  await step('worker', () => startWork(subgraphs, resources, metrics));
  return { url: `${gateway.url}/graphql` };
}

async function openSubgraph(subgraph: SubgraphModule, { lifecycle }: Resources): Promise<void> {
  await subgraph.open();
  lifecycle.add(`${subgraph.name} subgraph`, () => subgraph.close());
  await subgraph.migrate();
}
