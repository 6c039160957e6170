import type { SubgraphName } from '../../platform/config';
import { CommandError, step } from '../print';
import type { Resources } from './resources';
import { createSubgraphs } from './subgraphs';

/** Brings the databases of the named subgraphs to the newest migration. @throws CommandError when a database URL is missing */
export async function migrateDatabases(names: readonly SubgraphName[], resources: Resources): Promise<void> {
  for (const subgraph of createSubgraphs(resources).filter(({ name }) => names.includes(name))) {
    if (resources.settings.databases[subgraph.name] === null)
      throw new CommandError(`${subgraph.name.toUpperCase()}_DATABASE_URL is needed`);
    await step(`migrate ${subgraph.name}`, async () => {
      await subgraph.open();
      try {
        await subgraph.migrate();
      } finally {
        await subgraph.close();
      }
    });
  }
}
