import type { Settings } from '../../platform/config';
import { usingDatabases, type DatabaseUrls } from '../databases';
import { CommandError, formatDuration, say } from '../print';
import { startProgress } from '../progress';
import { emptyShop } from './empty-shop';
import type { SeedCounts } from './seed-counts';
import { isShopEmpty, seedShop } from './seed-shop';

export interface SeedCommandOptions extends SeedCounts {
  readonly dataDir: string;
  readonly reset: boolean;
}

/** Seeds the databases with a progress bar. @throws CommandError when the shop is not empty and may not be emptied */
export function showSeed(settings: Settings, options: SeedCommandOptions): Promise<void> {
  return usingDatabases(settings, options.dataDir, (databases) => seed(databases, options, settings));
}

async function seed(databases: DatabaseUrls, options: SeedCommandOptions, settings: Settings): Promise<void> {
  if (options.reset) await emptyShop(databases);
  else if (!(await isShopEmpty(databases))) {
    throw new CommandError('the shop is not empty; give --reset to delete all accounts, products and orders first');
  }
  const startedMs = performance.now();
  const progress = startProgress('seed', 100);
  try {
    const counts = await seedShop(databases, {
      ...options,
      currency: settings.currency,
      onProgress: (done, note) => progress.update(done * 100, note),
    });
    progress.end();
    const count = (value: number): string => value.toLocaleString('en');
    say(
      `seeded ${count(counts.products)} products, ${count(counts.customers)} customers and ${count(counts.orders)} orders in ${formatDuration(performance.now() - startedMs)}`,
    );
  } finally {
    progress.end();
  }
}
