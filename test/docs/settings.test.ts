import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTING_NAMES } from '../../platform/config';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Not for operators, or not for containers. */
const NOT_IN_COMPOSE = ['CRASH_POINTS', 'CACHE'];

it('docs/settings.md lists every setting, and none that does not exist', () => {
  const rows = read('docs/settings.md').match(/^\| `.*?\|/gm) ?? [];
  const listed = rows.flatMap((row) => [...row.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
  expect(new Set(listed)).toEqual(new Set(SETTING_NAMES));
  expect(listed).toHaveLength(SETTING_NAMES.length);
});

it('docker-compose.yml gives every setting that an operator may want to change', () => {
  const compose = read('docker-compose.yml');
  const missing = SETTING_NAMES.filter((name) => !NOT_IN_COMPOSE.includes(name) && !compose.includes(`${name}: `));
  expect(missing).toEqual([]);
});
