// Installs the packages that are missing. Plain JavaScript, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PRESENT = join(ROOT, 'node_modules', '.package-lock.json');
const INSTALLED = join(ROOT, 'node_modules', '.cache', 'mercato', 'installed.json');

/**
 * Runs `npm ci` unless node_modules already holds what this package-lock.json asks for. Running the shop needs half of the
 * packages; what only tests and checks need is installed when `dev` asks for it. Answers a line that says what failed, or
 * `null`.
 */
export function installWhenNeeded({ dev }) {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  if (existsSync(PRESENT)) {
    const last = existsSync(INSTALLED) ? JSON.parse(readFileSync(INSTALLED, 'utf8')) : null;
    if (last?.lock === lock && (last.dev || !dev)) return null;
    if (satisfies(lock, true)) return remember(lock, true);
    if (!dev && satisfies(lock, false)) return remember(lock, false);
  }
  process.stdout.write('installing packages (once, under a minute)\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(dev ? ['--include=dev'] : ['--omit=dev'])];
  const { status, error } = spawnSync(npm, args, { cwd: ROOT, stdio: 'inherit' });
  if (error || status !== 0) return `npm ci failed${error ? `: ${error.message}` : ''}; run it by hand to see why`;
  return remember(lock, dev);
}

/** Whether npm's own record of node_modules has each package that the lock asks for, in its version. */
function satisfies(lock, dev) {
  const wanted = JSON.parse(lock).packages;
  const present = JSON.parse(readFileSync(PRESENT, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, dev: isDev }]) =>
      path === '' || optional || (isDev && !dev) || present[path]?.version === version,
  );
}

function remember(lock, dev) {
  mkdirSync(dirname(INSTALLED), { recursive: true });
  writeFileSync(INSTALLED, JSON.stringify({ lock, dev }));
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = installWhenNeeded({ dev: true });
  if (problem) process.stderr.write(`mercato: ${problem}\n`);
  process.exit(problem ? 1 : 0);
}
