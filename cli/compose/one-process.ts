import type { SubgraphModule } from '../../platform/federation';
import { say, step } from '../print';
import { openGateway } from './gateway';
import type { Resources } from './resources';
import { createSubgraphs, type UserModule } from './subgraphs';
import { supergraphOf } from './supergraph';
import { startWork } from './work';

/** The whole system in this process: subgraphs are reached by function calls, the worker's tasks run beside them. */
export async function openSystem(resources: Resources, seed: () => Promise<void>): Promise<{ url: string }> {
  const subgraphs = createSubgraphs(resources);
  await step('migrations', async () => {
    await Promise.all(subgraphs.map((subgraph) => openSubgraph(subgraph, resources)));
  });
  await seed();
  const gateway = await step('gateway', async () =>
    openGateway(resources, {
      supergraphSdl: await supergraphOf(subgraphs),
      clients: subgraphs.map(({ client }) => client),
      keySource: keySourceOf(subgraphs),
      checkReady: async () => void (await Promise.all(subgraphs.map((subgraph) => subgraph.checkReady()))),
    }),
  );
  await step('worker', async () => {
    for (const subgraph of subgraphs) await startWork(subgraph, resources);
  });
  return { url: `${gateway.url}/graphql` };
}

async function openSubgraph(subgraph: SubgraphModule, { lifecycle }: Resources): Promise<void> {
  await subgraph.open();
  lifecycle.add(`${subgraph.name} subgraph`, () => subgraph.close());
  await subgraph.migrate();
}

function keySourceOf(subgraphs: readonly SubgraphModule[]): UserModule['jwks'] {
  const user = subgraphs.find((subgraph): subgraph is UserModule => 'jwks' in subgraph);
  if (!user) say('  · no user subgraph yet: nobody can sign in');
  return user ? () => user.jwks() : async () => ({ keys: [] });
}
