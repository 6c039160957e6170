/** The one place where the command-line programs write to the terminal. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A mistake or a state that the person at the terminal can put right: shown as one line without a stack, exit code 1. */
export class CommandError extends Error {}

/** Runs one step and prints its name with how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  say(`  ✓ ${name.padEnd(44)} ${formatDuration(performance.now() - startedMs)}`);
  return result;
}

export function formatDuration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
