import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { endOrphan } from '../local';
import { CommandError } from '../print';
import { lockDirectory } from './directory-lock';

/** Where a local system keeps its database and secrets; held by one start at a time. */
export interface DataDirectory {
  readonly path: string;
  readonly secrets: Secrets;
  pathOf(name: string): string;
  release(): Promise<void>;
}

const secretsShape = z.object({
  format: z.literal(1),
  postgresPassword: z.string().min(16),
  redisPassword: z.string().min(16),
  subgraphSigningKey: z.string().min(32),
  // Of the payment sandbox; directories that older versions made have none.
  paymentApiKey: z.string().min(16).optional(),
  paymentWebhookSecret: z.string().min(16).optional(),
});
export type Secrets = Required<z.infer<typeof secretsShape>>;

const SECRETS_FILE = 'mercato.json';

/**
 * Opens the data directory, made when it is missing; `reset` first deletes all that an earlier start kept there.
 *
 * @throws CommandError when another start holds it, it is broken, or it holds files that are not ours
 */
export async function openDataDirectory(path: string, options: { readonly reset: boolean }): Promise<DataDirectory> {
  const directory = resolve(path);
  try {
    await refuseForeignFiles(directory);
    await mkdir(directory, { recursive: true, mode: 0o711 });
    const release = await lockDirectory(directory);
    try {
      if (options.reset) await empty(directory);
      return { path: directory, secrets: await readSecrets(directory), pathOf: (name) => join(directory, name), release };
    } catch (error) {
      await release();
      throw error;
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`the data directory ${directory} cannot be used: ${(error as Error).message}`);
  }
}

async function refuseForeignFiles(directory: string): Promise<void> {
  const stats = await stat(directory).catch(() => null);
  if (stats === null) return;
  if (!stats.isDirectory()) throw new CommandError(`${directory} is not a folder: give another --data-dir`);
  const names = await readdir(directory);
  if (names.length > 0 && !names.includes(SECRETS_FILE)) {
    throw new CommandError(`${directory} holds files that Mercato did not make: give an empty or a new folder as --data-dir`);
  }
}

async function empty(directory: string): Promise<void> {
  await endOrphan(join(directory, 'postgres'));
  const names = await readdir(directory);
  // The file that marks the folder as ours goes last, so that a reset cut short can be repeated.
  for (const name of [...names.filter((each) => each !== SECRETS_FILE), SECRETS_FILE]) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function readSecrets(directory: string): Promise<Secrets> {
  const file = join(directory, SECRETS_FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return writeSecrets(file, {});
  try {
    const kept = secretsShape.parse(JSON.parse(text));
    return kept.paymentApiKey && kept.paymentWebhookSecret ? (kept as Secrets) : await writeSecrets(file, kept);
  } catch {
    throw new CommandError(
      `the data directory is broken, ${file} cannot be read: start with --reset (this deletes its data), or with another --data-dir`,
    );
  }
}

/** Makes those that are not kept yet. */
async function writeSecrets(file: string, kept: Partial<Secrets>): Promise<Secrets> {
  const secret = (): string => randomBytes(24).toString('hex');
  const secrets: Secrets = {
    format: 1,
    postgresPassword: secret(),
    redisPassword: secret(),
    subgraphSigningKey: secret(),
    paymentApiKey: `sk_test_sandbox_${secret()}`,
    paymentWebhookSecret: `whsec_${secret()}`,
    ...kept,
  };
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}
