import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { crashPointFolder } from '../config';

const folder = crashPointFolder();

/**
 * A place between two steps at which a proof can end this process as `kill -9` does. It does nothing unless the process
 * was started with `CRASH_POINTS`, a folder: a file in it that bears the point's name is taken away by the first process
 * that comes by, which dies there and then.
 *
 * @param name `<noun>.<what has just happened>`; `test/prove/crash/points.ts` lists them all
 */
export function crashPoint(name: string): void {
  if (folder === null || !takeOrder(join(folder, name))) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal may reach another thread first; this one must not take the next step meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function takeOrder(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch {
    return false;
  }
}
