import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../../cli/project-root';

/** A violation of each rule: the rule's name, who imports, what. */
const VIOLATIONS: readonly [rule: string, from: string, to: string][] = [
  ['gateway-knows-no-subgraph', 'gateway/engine/a.ts', 'subgraphs/product/index.ts'],
  ['platform-knows-no-commerce', 'platform/db/a.ts', 'gateway/index.ts'],
  ['sandboxes-are-outsiders', 'sandbox/payment/a.ts', 'gateway/index.ts'],
  ['only-commands-start-sandboxes', 'subgraphs/order/payment/a.ts', 'sandbox/payment/index.ts'],
  ['subgraphs-know-only-platform-and-events', 'subgraphs/product/stock/a.ts', 'gateway/index.ts'],
  ['subgraphs-do-not-know-each-other', 'subgraphs/product/stock/b.ts', 'subgraphs/user/index.ts'],
  ['schema-is-a-contract', 'schema/events/a.ts', 'subgraphs/product/index.ts'],
  ['slices-have-one-door', 'subgraphs/order/cart/a.ts', 'subgraphs/order/checkout/checkout.service.ts'],
  ['platform-has-doors', 'gateway/a.ts', 'platform/db/connect.ts'],
  ['gateway-has-one-door', 'cli/a.ts', 'gateway/engine/engine.ts'],
  ['only-commands-compose', 'subgraphs/product/stock/c.ts', 'cli/print.ts'],
  ['product-does-not-need-tests', 'cli/b.ts', 'test/support/graph.ts'],
];
const ALLOWED = ['gateway/b.ts', 'platform/db/index.ts'] as const;

/** What the tool says of a small project with all of them in it. */
let output = '';

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'mercato-import-rules-'));
  const write = (file: string, text: string): void => {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  try {
    for (const [from, to] of [...VIOLATIONS.map(([, ...files]) => files), ALLOWED]) {
      const path = '../'.repeat(from.split('/').length - 1) + to.replace(/\.ts$/, '');
      write(to, 'export const there = 1;\n');
      write(from, `import { there } from '${path}';\nexport const here = there;\n`);
    }
    write('gateway/c.ts', "import type { D } from './d';\nexport interface C { d: D }\n");
    write('gateway/d.ts', "import type { C } from './c';\nexport interface D { c: C }\n");
    const program = join(PROJECT_ROOT, 'node_modules', '.bin', 'depcruise');
    const args = ['--config', join(PROJECT_ROOT, '.dependency-cruiser.cjs'), '.'];
    output = spawnSync(program, args, { cwd: folder, encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each(VIOLATIONS)('%s is seen', (rule, from, to) => {
  expect(output).toContain(`error ${rule}: ${from} → ${to}`);
});

test('a cycle is seen, also of types alone', () => {
  expect(output).toMatch(/error no-cycles: gateway\/[cd]\.ts/);
});

test('what the rules allow is not complained of', () => {
  expect(output).not.toContain(`${ALLOWED[0]} →`);
});
