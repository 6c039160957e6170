import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout's folder, wherever this file runs from (sources under Jest, dist/ otherwise). */
export const PROJECT_ROOT = findRoot(__dirname);

/** The compiled command, as child processes run it. */
export const MAIN_SCRIPT = join(PROJECT_ROOT, 'dist', 'cli', 'main.js');

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}
