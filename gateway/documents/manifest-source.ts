import { readFile, stat } from 'node:fs/promises';
import type { Logger } from '../../platform/observability';
import { manifestOf, readManifest, type Manifest } from './manifest';

/** Where manifests come from: files now, a registry once there is one. */
export interface ManifestSource {
  /**
   * Resolves to the manifest of now; `changed` is then called with each later one, until it is closed.
   *
   * @throws Error when there is none: a gateway that lets only known documents through must not start without them
   */
  open(changed: (manifest: Manifest) => void): Promise<{ readonly manifest: Manifest; close(): void }>;
}

/** A manifest file, for one client by its name or for all. */
export interface ManifestFile {
  readonly path: string;
  readonly client: string | null;
}

const LOOK_EVERY_MS = 500;

/**
 * Manifest files, read again when one of them changes. One that became unreadable or wrong changes nothing, and is logged.
 *
 * @param lookEveryMs how often it is looked whether they changed
 */
export function manifestFiles(files: readonly ManifestFile[], logger: Logger, lookEveryMs = LOOK_EVERY_MS): ManifestSource {
  return {
    open: async (changed) => {
      let known = await stateOf(files);
      const manifest = await readAll(files);
      let isLooking = false;
      const look = async (): Promise<void> => {
        const state = await stateOf(files);
        if (state === known) return;
        known = state;
        const next = await readAll(files);
        logger.info({ documents: next.size }, 'the trusted documents have changed');
        changed(next);
      };
      const timer = setInterval(() => {
        if (isLooking) return;
        isLooking = true;
        look()
          .catch((error: unknown) => logger.error({ err: error }, 'the trusted documents stay as they were'))
          .finally(() => (isLooking = false));
      }, lookEveryMs).unref();
      return { manifest, close: () => clearInterval(timer) };
    },
  };
}

/** Asked rather than watched: a volume over a network tells nothing, and a rename replaces what was watched. */
async function stateOf(files: readonly ManifestFile[]): Promise<string> {
  const states = await Promise.all(
    files.map(({ path }) =>
      stat(path).then(
        ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
        () => 'absent',
      ),
    ),
  );
  return states.join('\n');
}

async function readAll(files: readonly ManifestFile[]): Promise<Manifest> {
  let path = '';
  try {
    const entries = [];
    for (const file of files) {
      path = file.path;
      entries.push(...readManifest(await readFile(path, 'utf8'), file.client));
    }
    return manifestOf(entries);
  } catch (error) {
    throw new Error(`the manifest ${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}
