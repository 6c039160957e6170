import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_CARDS } from '../../sandbox/payment/cards';

it('docs/recipes/take-payments.md lists every test card of the sandbox, and none that does not exist', () => {
  const page = readFileSync(join(__dirname, '../../docs/recipes/take-payments.md'), 'utf8');
  const listed = [...page.matchAll(/`(tok_\w+)`/g)].map(([, name]) => name);
  const known = TEST_CARDS.flatMap(({ names }) => names.filter((name) => name.startsWith('tok_')));
  expect(new Set(listed)).toEqual(new Set(known));
});
