import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MAIN_SCRIPT } from '../../cli/project-root';
import { createDatabase, type TestDatabase } from '../support/database';
import { csv, importWorld } from './world';
import { environmentWith } from '../../platform/config';

const run = promisify(execFile);
const NASTY = join(__dirname, 'files', 'nasty.csv');

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Databases = Readonly<Record<'user' | 'product' | 'order', TestDatabase>>;

async function databases(): Promise<Databases> {
  return { user: await createDatabase('user'), product: await createDatabase('product'), order: await createDatabase('order') };
}

/** Runs the command as a person would, on databases that the environment names. */
async function mercato({ user, product, order }: Databases, ...args: string[]): Promise<Answer> {
  const urls = { USER_DATABASE_URL: user.url, PRODUCT_DATABASE_URL: product.url, ORDER_DATABASE_URL: order.url };
  try {
    const { stdout, stderr } = await run(process.execPath, [MAIN_SCRIPT, ...args], { env: environmentWith(urls) });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

describe('mercato import', () => {
  it('shows counts and each rejected row, writes them to a file, and succeeds', async () => {
    const world = await importWorld();
    const rejects = world.pathOf('rejects.csv');
    const all = await databases();
    const { code, out } = await mercato(all, 'import', NASTY, '--rejects', rejects);
    expect(code).toBe(0);
    expect(out).toMatch(/products new +3\n/);
    expect(out).toMatch(/rows rejected +7\n/);
    expect(out).toMatch(/line +9 {2}not taken {2}kettle .*"free" is no price/);
    expect(readFileSync(rejects, 'utf8')).toContain('is no price such as 19.99');
    expect(await all.product.query('SELECT count(*)::int AS count FROM product')).toEqual([{ count: 3 }]);
  });

  it('fails with one line when nothing can be imported', async () => {
    const world = await importWorld();
    const all = await databases();
    await world.importText(csv());
    for (const [file, message] of [
      [world.pathOf('missing.csv'), /^mercato: .*missing\.csv is no file that can be read\n$/],
      [__filename, /^mercato: .* is no Shopify product export: its first line lacks .*\n$/],
      [world.pathOf('catalogue.csv'), /^mercato: nothing could be imported: the file has a header and no rows\n$/],
    ] as const) {
      const { code, err } = await mercato(all, 'import', file);
      expect([file, code]).toEqual([file, 1]);
      expect(err).toMatch(message);
    }
  });
});

describe('mercato seed', () => {
  it('fills empty databases, refuses full ones, and begins anew with --reset', async () => {
    const all = await databases();
    const seed = (...more: string[]) => mercato(all, 'seed', '--products', '40', '--orders', '50', '--customers', '5', ...more);
    expect(await seed()).toMatchObject({ code: 0, out: expect.stringMatching(/seeded 40 products, 5 customers and 50 orders/) });
    expect(await seed()).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^mercato: the shop is not empty; give --reset .*\n$/),
    });
    expect(await seed('--reset')).toMatchObject({ code: 0, err: '' });
    expect(await all.order.query('SELECT count(*)::int AS count FROM "order"')).toEqual([{ count: 50 }]);
    expect(await all.order.query('SELECT count(*)::int AS count FROM order_transition')).not.toEqual([{ count: 0 }]);
    expect(await all.order.query('SELECT count(*) > 0 AS are_kept FROM tax_rate, shipping_rate')).toEqual([{ are_kept: true }]);
  }, 60_000);

  it('says what is allowed when a number is wrong', async () => {
    const { code, err } = await mercato(await databases(), 'seed', '--products', '100001');
    expect(code).toBe(1);
    expect(err).toContain('it must be a whole number from 1 to 100000');
  });
});
