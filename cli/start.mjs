// The door for a bare machine: plain JavaScript without dependencies, so that it runs before anything is installed. It
// installs and builds what is missing, then hands over to the compiled command under the project's own Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installWhenNeeded } from './install.mjs';
import { NODE_FLAGS } from './node-flags.mjs';

const OLDEST_NODE = 20;
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const NEEDS_DEVELOPMENT_PACKAGES = new Set(['bench', 'check', 'prove', 'schema']);
const SAME_SIGNAL_MS = 500;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  fail(`Mercato needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}`);
}
const command = process.argv[2] ?? '';
const problem = installWhenNeeded({ dev: NEEDS_DEVELOPMENT_PACKAGES.has(command) });
if (problem) fail(problem);
const { build } = await import('./build.mjs');
if (!build()) fail('the project does not compile; see above');
handOver(process.argv.slice(2));

/** Runs the command, passes signals and its exit code on. It ends by itself when this process is killed (channel). */
function handOver(args) {
  const own = join(ROOT, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const node = existsSync(own) ? own : process.execPath;
  const child = spawn(node, [...NODE_FLAGS, join(ROOT, 'dist', 'cli', 'main.js'), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // In a group of its own, or Ctrl-C would reach it twice: from the terminal and from here.
    detached: process.platform !== 'win32',
  });
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
  let passedOnMs = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // The terminal and npm both send it; a second Ctrl-C of a person comes later and ends the stop at once.
      if (Date.now() - passedOnMs < SAME_SIGNAL_MS) return;
      passedOnMs = Date.now();
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    });
  }
}

function fail(line) {
  process.stderr.write(`mercato: ${line}\n`);
  process.exit(1);
}
