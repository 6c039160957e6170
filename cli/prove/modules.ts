import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../print';

/** A module that a runner finds by its file's name. */
interface Named {
  readonly name: string;
  readonly summary: string;
}

/** Finds what a folder's modules export under `key`; `folder` is relative to the compiled project. */
export function findModules<T extends Named>(folder: string, key: string): readonly T[] {
  const directory = join(__dirname, '..', '..', folder);
  return readdirSync(directory)
    .filter((file) => /^[\w-]+\.[jt]s$/.test(file))
    .map((file) => (require(join(directory, file)) as Record<string, T | undefined>)[key])
    .filter((found) => found !== undefined)
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** @throws CommandError listing what there is */
export function pickModule<T extends Named>(modules: readonly T[], name: string): T {
  const found = modules.find((each) => each.name === name);
  if (found) return found;
  throw new CommandError(`there is no ${name}; choose from:\n${listOf(modules)}`);
}

export function listOf(modules: readonly Named[]): string {
  return modules.map(({ name, summary }) => `  ${name.padEnd(20)} ${summary}`).join('\n') || '  (none yet)';
}

/** `a=1 b=2`, as it stands on the last line. */
export function figuresLine(figures: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
