import { readdirSync, readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../cli/project-root';
import { environmentWith, readSettings, SettingsError } from '../../platform/config';
import { CRASH_POINTS } from './crash/points';

test('the proof hits every crash point that the code has, and no point stands at two places', () => {
  const named = ['platform', 'subgraphs', 'sandbox', 'gateway'].flatMap((folder) => pointsIn(join(PROJECT_ROOT, folder)));
  expect(named.toSorted()).toEqual([...CRASH_POINTS].toSorted());
});

test('a point kills the first process that passes it with its order, as kill -9 does, and nobody after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mercato-points-'));
  writeFileSync(join(folder, 'here'), '');
  expect(await pass({ CRASH_POINTS: folder })).toBe('SIGKILL');
  expect(existsSync(join(folder, 'here'))).toBe(false);
  expect(await pass({ CRASH_POINTS: folder })).toBe('alive');
});

test('without orders, or in production, a point does nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mercato-points-'));
  writeFileSync(join(folder, 'here'), '');
  expect(await pass({ CRASH_POINTS: '' })).toBe('alive');
  expect(await pass({ CRASH_POINTS: folder, NODE_ENV: 'production' })).toBe('alive');
  const refused = { NODE_ENV: 'production', SUBGRAPH_SIGNING_KEY: 'k'.repeat(32), CRASH_POINTS: folder };
  expect(() => readSettings(refused)).toThrow(SettingsError);
  expect(() => readSettings({ ...refused, CRASH_POINTS: '' })).not.toThrow(/CRASH_POINTS/);
});

function pointsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/crashPoint\('([^']+)'\)/g)])
    .map(([, name]) => name ?? '');
}

/** Runs a process that passes the point `here`: how it ended. */
function pass(environment: Readonly<Record<string, string>>): Promise<string> {
  const script = `require('reflect-metadata'); require(process.argv[1]).crashPoint('here'); console.log('alive')`;
  const module = join(PROJECT_ROOT, 'dist', 'platform', 'process', 'index.js');
  const env = environmentWith({ NODE_ENV: 'test', ...environment });
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', script, module], { env }, (error, stdout) => resolve(error?.signal ?? stdout.trim()));
  });
}
