import { signal } from '../../../cli/local';
import { descendantsOf } from '../../support/descendants';
import type { TestSystem } from '../../support/system';

/** The process of a system that runs `mercato` with these arguments, such as `serve product`. */
export function processOf({ process: { pid } }: TestSystem, args: string): number {
  const found = descendantsOf(pid).find(
    ({ command }) => /node\b/.test(command) && new RegExp(`main\\.js ${args}( |$)`).test(command) && !/^\/bin\/sh/.test(command),
  );
  if (!found) throw new Error(`no process of the system runs ${args}`);
  return found.pid;
}

/** Ends it without a word; its keeper starts another. */
export function kill(pid: number): void {
  signal(pid, 'SIGKILL');
}

/** Lets it hang, so that nobody starts another. */
export function pause(pid: number): void {
  signal(pid, 'SIGSTOP');
}

export function resume(pid: number): void {
  signal(pid, 'SIGCONT');
}
