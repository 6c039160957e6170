import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { formatDuration, say } from '../print';
import { MAIN_SCRIPT, PROJECT_ROOT } from '../project-root';

interface Check {
  readonly name: string;
  /** A program of node_modules/.bin, or `mercato` for a command of our own. */
  readonly program: string;
  readonly args: readonly string[];
  /** Says why output of a program that ended well is bad all the same, or `null`. */
  readonly distrust?: (output: string) => string | null;
}

const FOLDERS = ['bench', 'cli', 'gateway', 'platform', 'sandbox', 'schema', 'subgraphs', 'test'];
const FEWEST_MODULES = 100;

export const CHECKS: readonly Check[] = [
  { name: 'types', program: 'tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'lint', program: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', program: 'oxfmt', args: ['--check'] },
  {
    name: 'imports',
    program: 'depcruise',
    args: ['--config', '.dependency-cruiser.cjs', ...FOLDERS],
    distrust: hasSeenTheProject,
  },
  { name: 'dead code', program: 'knip', args: ['--no-progress', '--no-config-hints'] },
  { name: 'lock file', program: 'node', args: ['cli/lock.mjs', '--check'] },
  { name: 'schema', program: 'mercato', args: ['schema', '--check'] },
];

/** Runs every check, also after one has failed, and says of each how it went. @returns whether all passed */
export async function runChecks(names: readonly string[]): Promise<boolean> {
  const failures: string[] = [];
  for (const check of CHECKS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const startedMs = performance.now();
    const problem = await runCheck(check);
    const duration = formatDuration(performance.now() - startedMs);
    say(`  ${problem === null ? '✓' : '✗'} ${check.name.padEnd(12)} ${duration}`);
    if (problem !== null) {
      failures.push(check.name);
      say(indented(problem));
    }
  }
  say(failures.length === 0 ? 'all checks passed' : `failed: ${failures.join(', ')}`);
  return failures.length === 0;
}

function runCheck({ program, args, distrust }: Check): Promise<string | null> {
  const [command, ...given] =
    program === 'mercato'
      ? [process.execPath, MAIN_SCRIPT, ...args]
      : [join(PROJECT_ROOT, 'node_modules', '.bin', program), ...args];
  return new Promise((resolve) => {
    execFile(String(command), given, { cwd: PROJECT_ROOT, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      resolve(error ? output || error.message : (distrust?.(output) ?? null));
    });
  });
}

/** The tool was once content because it could read no file at all. */
function hasSeenTheProject(output: string): string | null {
  const modules = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  return modules >= FEWEST_MODULES ? null : `it saw ${modules} modules only, so it did not look:\n${output}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '      ');
}
