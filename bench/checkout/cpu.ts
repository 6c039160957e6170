import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runState } from '../../test/support/run-state';

/** Processor time so far, in milliseconds, by the kernel's count in hundredths of a second. */
export function cpuMsOf(pid: number): number {
  const fields = fieldsOf(String(pid));
  return fields ? (Number(fields[11]) + Number(fields[12])) * 10 : 0;
}

/** Of the run's PostgreSQL: its main process, its children, and those that have ended. */
export function databaseCpuMs(): number {
  const pid = readFileSync(join(runState().folder, 'server', 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0] ?? '';
  let ticks = 0;
  for (const process of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = fieldsOf(process);
    if (process === pid) ticks += [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields?.[at]), 0);
    else if (fields?.[1] === pid) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10;
}

/** What follows the name in `/proc/PID/stat`: state, parent, and so on; `null` for a process that is gone. */
function fieldsOf(pid: string): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? null;
  } catch {
    return null;
  }
}
