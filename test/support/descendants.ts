import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of all that a process has started, directly or not, with their command lines. Reads Linux's /proc. */
export function descendantsOf(pid: number): readonly { readonly pid: number; readonly command: string }[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(name);
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (const queue = [pid]; queue.length > 0;) {
    const below = children.get(queue.shift() ?? 0) ?? [];
    found.push(...below);
    queue.push(...below);
  }
  return found.map((each) => ({ pid: each, command: readText(`/proc/${each}/cmdline`).replaceAll('\0', ' ').trim() }));
}

function parentOf(pid: string): number | null {
  // The name in brackets may hold spaces; the state and the parent's id come behind it.
  const match = /\) \w (\d+) /.exec(readText(`/proc/${pid}/stat`));
  return match ? Number(match[1]) : null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
