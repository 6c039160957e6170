import { Command } from 'commander';
import { environmentWith, readSettings } from '../../platform/config';

/** `mercato import FILE` */
export function importCommand(): Command {
  return new Command('import')
    .description('import products from a Shopify product export (CSV); safe to repeat, and safe beside a running shop')
    .argument('<file>', 'the CSV file')
    .option('-d, --data-dir <folder>', 'where the database lives, when no database is set', '.mercato')
    .option('--rejects <file>', 'write the rows that were not taken to this CSV file, each with line and reason')
    .action(async (file: string, options: { dataDir: string; rejects?: string }) => {
      const { showImport } = require('./show-import') as typeof import('./show-import');
      await showImport(readSettings(environmentWith({}, { LOG_LEVEL: 'warn' })), file, options);
    });
}
