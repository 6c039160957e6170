import pg from 'pg';
import type { Settings } from '../../platform/config';
import { globalId } from '../../platform/federation';
import { checkStock, type StockViolation } from '../../subgraphs/product/stock';
import { usingDatabases } from '../databases';

/** Checks the product database that the settings, or else the data directory, name. Variants are named as the graph does. */
export async function checkStockOf(settings: Settings, dataDir: string): Promise<(StockViolation & { id: string })[]> {
  const { product } = settings.databases;
  const violations = await (product === null
    ? usingDatabases(settings, dataDir, (databases) => checkDatabase(databases.product))
    : checkDatabase(product));
  return violations.map((violation) => ({ ...violation, id: globalId('ProductVariant', violation.variantId) }));
}

async function checkDatabase(url: string): Promise<StockViolation[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'mercato-stock' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await checkStock(async (sql) => (await client.query<StockViolation>(sql)).rows);
  } finally {
    await client.end();
  }
}
