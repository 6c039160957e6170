import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { service } from '../../platform/auth';
import { createMemoryCache } from '../../platform/cache';
import { readSettings } from '../../platform/config';
import { createMemoryBus } from '../../platform/events';
import { tryKeyOf, type SubgraphModule } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { createProductSubgraph } from '../../subgraphs/product';
import { checkStock, type StockViolation } from '../../subgraphs/product/stock';
import { READ_THEN_WRITE } from '../support/read-then-write';
import { runMercato } from '../support/system-process';
import { openCatalogue, type Catalogue } from './support/catalogue';

const RESERVE =
  'mutation ($input: ReserveStockInput!) { reserveStock(input: $input) { isReserved shortages { variantId available } } }';

let shop: Catalogue;
let others: SubgraphModule[];
beforeAll(async () => {
  shop = await openCatalogue();
  others = await Promise.all([1, 2].map(() => openBeside(shop)));
});
afterAll(async () => {
  for (const other of others) await other.close();
  await shop.close();
});

/** Another process of the product subgraph, with a pool of its own, over the same database. */
async function openBeside({ database }: Catalogue): Promise<SubgraphModule> {
  const settings = { ...readSettings({ NODE_ENV: 'test' }), databasePoolSize: 5 };
  const logger = createLogger(settings, 'product');
  const module = createProductSubgraph({
    ...{ settings, logger, databaseUrl: database.url, cache: createMemoryCache(), bus: createMemoryBus(logger) },
  });
  await module.open();
  return module;
}

interface Reserved {
  readonly isReserved: boolean;
  readonly shortages: readonly { readonly variantId: string; readonly available: number }[];
}

async function reserve(
  variantId: string,
  { at = shop.module, quantity = 1, id = randomUUID() }: { at?: SubgraphModule; quantity?: number; id?: string } = {},
): Promise<Reserved | null> {
  const input = { reservationId: id, lines: [{ variantId, quantity }], expiresInSeconds: 60 };
  const { data } = await at.client.execute({ query: RESERVE, variables: { input }, viewer: service, requestId: id });
  return (data?.['reserveStock'] as Reserved | undefined) ?? null;
}

async function variantOf(stockOnHand: number, more: object = {}, where = shop): Promise<string> {
  return (await where.addProduct({ variants: [{ stockOnHand, ...more }] })).variants[0]?.id ?? '';
}

const violationsOf = ({ database }: Catalogue): Promise<StockViolation[]> =>
  checkStock((sql) => database.query<StockViolation & pg.QueryResultRow>(sql));

test('1,000 buyers at once at three processes get exactly the 100 units that there are', async () => {
  const variantId = await variantOf(100);
  const processes = [shop.module, ...others];
  const answers = await Promise.all(Array.from({ length: 1_000 }, (_, n) => reserve(variantId, { at: processes[n % 3] })));
  expect(answers.filter((answer) => answer?.isReserved)).toHaveLength(100);
  const refused = answers.filter((answer) => answer?.isReserved === false);
  expect(refused).toHaveLength(900);
  expect(new Set(refused.map((answer) => JSON.stringify(answer?.shortages)))).toEqual(
    new Set([JSON.stringify([{ variantId, available: 0 }])]),
  );
  expect(await violationsOf(shop)).toEqual([]);
}, 60_000);

test('the same rush oversells when stock is read first and written then, and the check of stock says so', async () => {
  const broken = await openCatalogue();
  const beside = await openBeside(broken);
  try {
    await broken.database.query(READ_THEN_WRITE);
    const variantId = await variantOf(100, {}, broken);
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => reserve(variantId, { at: n % 2 ? broken.module : beside })),
    );
    expect(answers.filter((answer) => answer?.isReserved).length).toBeGreaterThan(100);
    expect(await violationsOf(broken)).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'OVERSOLD' })]));
  } finally {
    await beside.close();
    await broken.close();
  }
}, 60_000);

test('who comes first is served first, and who wants too much does not stand in the way of others', async () => {
  const variantId = await variantOf(60);
  const wanted = Array.from({ length: 150 }, (_, n) => (n === 20 ? 50 : 1));
  const answers = await Promise.all(wanted.map((quantity) => reserve(variantId, { quantity })));
  const served = answers.flatMap((answer, n) => (answer?.isReserved ? [n] : []));
  expect(served).toEqual(Array.from({ length: 61 }, (_, n) => n).filter((n) => n !== 20));
  expect(answers[20]?.shortages).toEqual([{ variantId, available: 40 }]);
});

test('a request that the database refuses fails alone', async () => {
  const [full, free] = [await variantOf(0, { isTracked: false }), await variantOf(50)];
  const key = tryKeyOf('ProductVariant', full);
  await shop.database.query(`ALTER TABLE product_variant ADD CONSTRAINT refuses CHECK (id <> ${key} OR stock_reserved < 1000)`);
  const orders = [free, full, free, full, free].map((variantId) =>
    reserve(variantId, { quantity: variantId === full ? 1_000 : 1 }),
  );
  const answers = await Promise.all([reserve(free), ...orders]);
  expect(answers.map((answer) => answer?.isReserved ?? 'failed')).toEqual([true, true, 'failed', true, 'failed', true]);
  await shop.database.query('ALTER TABLE product_variant DROP CONSTRAINT refuses');
});

test('what is sold without limit ends before its numbers do: the rest is told as a shortage', async () => {
  const [loose, free] = [await variantOf(0, { isTracked: false }), await variantOf(50)];
  const key = tryKeyOf('ProductVariant', loose);
  await shop.database.query('UPDATE product_variant SET stock_reserved = 999999500 WHERE id = $1', [key]);
  const [first, second, third] = await Promise.all([
    reserve(loose, { quantity: 400 }),
    reserve(loose, { quantity: 400 }),
    reserve(free, { quantity: 1 }),
  ]);
  expect(first?.isReserved).toBe(true);
  expect(second).toMatchObject({ isReserved: false, shortages: [{ variantId: loose, available: 100 }] });
  expect(third?.isReserved).toBe(true);
  await shop.database.query('UPDATE product_variant SET stock_reserved = 400 WHERE id = $1', [key]);
});

test('the same reservation twice at once is held once', async () => {
  const variantId = await variantOf(5);
  const id = randomUUID();
  const all = [shop.module, ...others, shop.module, ...others].map((at) => reserve(variantId, { at, id, quantity: 2 }));
  expect((await Promise.all(all)).map((answer) => answer?.isReserved)).toEqual(Array(6).fill(true));
  expect(await violationsOf(shop)).toEqual([]);
  const [row] = await shop.database.query<{ stock_reserved: number }>(
    'SELECT stock_reserved FROM product_variant WHERE id = $1',
    [tryKeyOf('ProductVariant', variantId)],
  );
  expect(row).toEqual({ stock_reserved: 2 });
});

test('a variant that somebody holds locked does not keep buyers of others waiting', async () => {
  const [locked, free] = [await variantOf(5), await variantOf(5)];
  const client = new pg.Client({ connectionString: shop.database.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM product_variant WHERE id = $1 FOR UPDATE', [tryKeyOf('ProductVariant', locked)]);
    const waiting = reserve(locked);
    // Both wait behind the first call until it has taken too long.
    expect((await reserve(free))?.isReserved).toBe(true);
    await client.query('COMMIT');
    expect((await waiting)?.isReserved).toBe(true);
  } finally {
    await client.end();
  }
});

test('stock that does not add up is found, by the command too', async () => {
  const own = await openCatalogue();
  try {
    const [lost, held] = [await variantOf(5, {}, own), await variantOf(5, {}, own)];
    const check = (): Promise<string> => runMercato(['stock', 'check'], { PRODUCT_DATABASE_URL: own.database.url });
    expect(await check()).toContain('stock adds up');
    const keys = [lost, held].map((id) => tryKeyOf('ProductVariant', id));
    await own.database.query('UPDATE product_variant SET stock_on_hand = 6 WHERE id = $1', [keys[0]]);
    await own.database.query('UPDATE product_variant SET stock_reserved = 1 WHERE id = $1', [keys[1]]);
    expect(await violationsOf(own)).toEqual([
      { variantId: keys[0], kind: 'LEDGER', found: 6, expected: 5 },
      { variantId: keys[1], kind: 'RESERVED', found: 1, expected: 0 },
    ]);
    await expect(check()).rejects.toMatchObject({ stdout: expect.stringContaining(`${lost} LEDGER: 6 instead of 5`) });
  } finally {
    await own.close();
  }
}, 60_000);
