import { readFile } from 'node:fs/promises';
import { graph } from '../support/graph';
import { startSystem, type TestSystem } from '../support/system';

let system: TestSystem;

beforeAll(async () => {
  system = await startSystem({ processes: true });
}, 90_000);

afterAll(() => system.stop());

test('the parts answer together over HTTP', async () => {
  const { data, errors } = await graph('{ categoryTree { id } me { id } }', {}, { url: system.url });
  expect({ data, errors }).toEqual({ data: { categoryTree: [], me: null }, errors: undefined });
});

test('publishes the keys of access tokens', async () => {
  const answer = await fetch(new URL('/.well-known/jwks.json', system.url));
  expect(await answer.json()).toEqual({ keys: expect.arrayContaining([expect.objectContaining({ kty: 'OKP' })]) });
});

test('a part that dies is started again, and the others go on', async () => {
  const askProducts = async () => graph<{ categoryTree: unknown[] | null }>('{ categoryTree { id } }', {}, { url: system.url });
  await system.killProcess('serve product');
  const during = await graph('{ me { id } }', {}, { url: system.url });
  expect(during.data).toEqual({ me: null });
  await expect(untilTrue(async () => (await askProducts()).data?.categoryTree?.length === 0)).resolves.toBe(true);
  expect(await readFile(system.process.logFile, 'utf8')).toContain('product ended');
}, 40_000);

/** Asks again until the answer is yes. @returns `false` when that takes longer than half a minute */
async function untilTrue(ask: () => Promise<boolean>): Promise<boolean> {
  for (const deadlineMs = Date.now() + 30_000; Date.now() < deadlineMs;) if (await ask()) return true;
  return false;
}
