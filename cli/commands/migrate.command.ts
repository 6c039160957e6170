import { Argument, Command } from 'commander';
import { readSettings, SUBGRAPH_NAMES, type SubgraphName } from '../../platform/config';

/** `mercato migrate [names...]` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the databases to the newest migration, then end')
    .addArgument(new Argument('[subgraphs...]', 'which; all when none is named').choices(SUBGRAPH_NAMES))
    .action(async (names: SubgraphName[]) => {
      const { migrateDatabases } = require('../compose/migrate') as typeof import('../compose/migrate');
      const { openResources } = require('../compose/resources') as typeof import('../compose/resources');
      const resources = await openResources({ ...readSettings(), redisUrl: null }, 'migrate');
      try {
        await migrateDatabases(names.length > 0 ? names : SUBGRAPH_NAMES, resources);
      } finally {
        await resources.lifecycle.stop();
      }
    });
}
