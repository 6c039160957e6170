// Compiles the TypeScript sources into dist/ when one of them is newer than the last build. Plain JavaScript, because it
// runs before anything is built.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = [
  'bench',
  'cli',
  'gateway',
  'platform',
  'sandbox',
  'schema',
  'subgraphs',
  'test',
  'tsconfig.json',
  'package-lock.json',
];
const STAMP = join(ROOT, 'dist', '.built');

/** Returns `true` when dist/ is up to date or could be made so; prints the compiler's complaints. */
export function build({ strict = false, quiet = false } = {}) {
  if (isFresh()) return true;
  const startedAt = new Date();
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  // Types are checked by whoever has the packages for it; running the shop needs them as little as the tests' libraries.
  const hasTypes = existsSync(join(ROOT, 'node_modules', '@types', 'jest'));
  const args = [compiler, '-p', join(ROOT, hasTypes ? 'tsconfig.json' : 'tsconfig.run.json')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0 && !quiet) process.stderr.write(stdout + stderr);
  const isUsable = status === 0 || (!strict && existsSync(join(ROOT, 'dist', 'cli', 'main.js')));
  if (isUsable && status === 0) {
    mkdirSync(dirname(STAMP), { recursive: true });
    // Dated before the compiler read the sources: a file saved while it ran counts as newer.
    writeFileSync(STAMP, startedAt.toISOString());
  }
  return isUsable;
}

function isFresh() {
  if (!existsSync(STAMP)) return false;
  const builtMs = Date.parse(readStamp());
  return SOURCES.every((source) => newestMs(join(ROOT, source)) < builtMs);
}

function readStamp() {
  return readFileSync(STAMP, 'utf8');
}

function newestMs(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return /\.(ts|json)$/.test(path) ? stats.mtimeMs : 0;
  let newest = 0;
  for (const name of readdirSync(path)) newest = Math.max(newest, newestMs(join(path, name)));
  return newest;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exit(build({ strict: process.argv.includes('--strict') }) ? 0 : 1);
