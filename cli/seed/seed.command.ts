import { Command, InvalidArgumentError } from 'commander';
import { environmentWith, readSettings } from '../../platform/config';
import { SEED_DEFAULTS } from './seed-counts';
import type { SeedCommandOptions } from './show-seed';

/** `mercato seed` */
export function seedCommand(): Command {
  return new Command('seed')
    .description('fill empty databases with a demo shop: accounts, products and a year of orders; equal numbers give equal shops')
    .option('--products <number>', 'how many products, up to 100,000', countUpTo(100_000, 1), SEED_DEFAULTS.products)
    .option('--orders <number>', 'how many orders, up to 1,000,000', countUpTo(1_000_000), SEED_DEFAULTS.orders)
    .option(
      '--customers <number>',
      'how many customers beside the demo accounts, up to 100,000',
      countUpTo(100_000),
      SEED_DEFAULTS.customers,
    )
    .option('-d, --data-dir <folder>', 'where the database lives, when no database is set', '.mercato')
    .option('--reset', 'first delete all accounts, products and orders that are there', false)
    .action(async (options: SeedCommandOptions) => {
      const { showSeed } = require('./show-seed') as typeof import('./show-seed');
      await showSeed(readSettings(environmentWith({}, { LOG_LEVEL: 'warn' })), options);
    });
}

function countUpTo(maximum: number, minimum = 0): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll(/[,_]/g, ''));
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`it must be a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}
