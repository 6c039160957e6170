import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError } from '../print';

/** Where a supergraph comes from, and whether it has changed since it was read. */
export interface SupergraphSource {
  /** As a person would say it. */
  readonly name: string;
  /** How often it is worth asking. */
  readonly everyMs: number;
  /** The SDL, or `null` when it is what was read last. @throws Error that says in words what is wrong */
  readIfChanged(): Promise<string | null>;
}

const FILE_EVERY_MS = 300;
const FETCH_TIMEOUT_MS = 10_000;

/** @param where a file, or a URL of http or https */
export function supergraphSource(where: string, urlEveryMs: number): SupergraphSource {
  if (/^https?:\/\//i.test(where)) {
    if (!URL.canParse(where)) throw new CommandError(`--supergraph: ${where} is no URL`);
    return urlSource(where, urlEveryMs);
  }
  if (/^\w+:\/\//.test(where)) throw new CommandError(`--supergraph: a file, or a URL of http or https; not ${where}`);
  return fileSource(resolve(where));
}

/** Asks what the file is rather than to be told: a volume over a network tells nothing, and a rename replaces what was watched. */
function fileSource(path: string): SupergraphSource {
  let known = '';
  return {
    name: path,
    everyMs: FILE_EVERY_MS,
    readIfChanged: async () => {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const state = `${mtimeMs} ${size} ${ino}`;
        if (state === known) return null;
        const sdl = await readFile(path, 'utf8');
        known = state;
        return sdl;
      } catch (error) {
        known = '';
        throw new Error(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
      }
    },
  };
}

function urlSource(url: string, everyMs: number): SupergraphSource {
  let etag: string | null = null;
  let known: string | null = null;
  return {
    name: url,
    everyMs,
    readIfChanged: async () => {
      const headers = etag === null ? {} : { 'if-none-match': etag };
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) }).catch((error: unknown) => {
        throw new Error(`${url} cannot be read: ${reasonOf(error)}`, { cause: error });
      });
      if (answer.status === 304) return null;
      if (!answer.ok) throw new Error(`${url} cannot be read: it answered status ${answer.status}`);
      const sdl = await answer.text();
      etag = answer.headers.get('etag');
      if (sdl === known) return null;
      known = sdl;
      return sdl;
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
};

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | null)?.code;
  return (typeof code === 'string' && REASONS[code]) || (cause instanceof Error ? cause.message : String(cause));
}
