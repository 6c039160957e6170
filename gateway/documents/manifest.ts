import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The documents that a team has registered, by id. Immutable: a new version is a new object. */
export interface Manifest {
  readonly size: number;
  /** `client` is the name that a client gives of itself; its own documents go before those of everybody. */
  textOf(id: string, client: string | null): string | undefined;
  /** Whether one of the documents that this client may send has just this text. */
  hasText(text: string, client: string | null): boolean;
}

/** One document of a manifest, whatever its format. */
export interface ManifestEntry {
  readonly id: string;
  readonly text: string;
  /** The one client that may send it; `null` for all. */
  readonly client: string | null;
}

const EVERYBODY = '';

/** @throws Error when one id stands for two texts */
export function manifestOf(entries: readonly ManifestEntry[]): Manifest {
  const clients = new Map<string, { byId: Map<string, string>; texts: Set<string> }>();
  const ofClient = (client: string) => {
    let own = clients.get(client);
    if (!own) clients.set(client, (own = { byId: new Map(), texts: new Set() }));
    return own;
  };
  for (const { id, text, client } of entries) {
    const { byId, texts } = ofClient(client ?? EVERYBODY);
    // Named by its hash too, whatever ids its team prefers: that is what clients of persisted queries send.
    for (const name of [idOf(id), hashOf(text)]) {
      const known = byId.get(name);
      if (known !== undefined && known !== text) throw new Error(`the id ${name} stands for two documents`);
      byId.set(name, text);
    }
    texts.add(text);
  }
  const everybody = ofClient(EVERYBODY);
  const own = (client: string | null) => (client === null ? undefined : clients.get(client));
  return {
    size: entries.length,
    textOf: (id, client) => own(client)?.byId.get(id) ?? everybody.byId.get(id),
    hasText: (text, client) => everybody.texts.has(text) || own(client)?.texts.has(text) === true,
  };
}

export const EMPTY_MANIFEST: Manifest = manifestOf([]);

const apolloFormat = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1), clientName: z.string().nullish() })),
});
const plainFormat = z.record(z.string().min(1), z.string().min(1));

/**
 * Reads a manifest in the format of Apollo (`generate-persisted-query-manifest`) or as plain ids and texts, as
 * GraphQL-Codegen's client preset and Relay write it.
 *
 * @param client for whom all of it is; `null` leaves it to the manifest
 * @throws Error that says what is wrong with it
 */
export function readManifest(json: string, client: string | null = null): ManifestEntry[] {
  const content = parsed(json);
  if (typeof content === 'object' && content !== null && 'format' in content && 'operations' in content) {
    const apollo = apolloFormat.safeParse(content);
    if (!apollo.success) throw new Error(`it is no persisted query manifest: ${z.prettifyError(apollo.error)}`);
    return apollo.data.operations.map(({ id, body, clientName }) => ({ id, text: body, client: clientName ?? client }));
  }
  const plain = plainFormat.safeParse(content);
  if (!plain.success) throw new Error('it is no manifest: neither { id: text } nor the format of Apollo');
  return Object.entries(plain.data).map(([id, text]) => ({ id, text, client }));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`it is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** `sha256:` before a hash says nothing more than the hash. */
function idOf(id: string): string {
  return id.replace(/^sha256:(?=[0-9a-f]{64}$)/, '');
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
