import { Command } from 'commander';
import { environmentWith, readSettings } from '../../platform/config';
import { CommandError, say } from '../print';

/** `mercato stock check` */
export function stockCommand(): Command {
  const command = new Command('stock').description('look after stock');
  command
    .command('check')
    .description('see whether stock, its ledger and its reservations still agree (exit code 1 when they do not)')
    .option('-d, --data-dir <folder>', 'where the database lives, when no database is set', '.mercato')
    .action(async ({ dataDir }: { readonly dataDir: string }) => {
      const { checkStockOf } = require('../stock/check-stock') as typeof import('../stock/check-stock');
      const violations = await checkStockOf(readSettings(environmentWith({}, { LOG_LEVEL: 'warn' })), dataDir);
      for (const { id, kind, found, expected } of violations) say(`${id} ${kind}: ${found} instead of ${expected}`);
      if (violations.length > 0) throw new CommandError('stock does not add up');
      say('stock adds up');
    });
  return command;
}
