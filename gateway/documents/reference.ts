import { AppError } from '../../platform/errors';

/** How a request names its document instead of, or beside, sending its text. */
export interface DocumentReference {
  readonly id: string;
  /** Whether the id is the SHA-256 of the text, in hex: only such documents can be registered by clients. */
  readonly isHash: boolean;
}

/** The parameters of a request that may name a document. */
export interface DocumentParameters {
  readonly documentId?: unknown;
  readonly id?: unknown;
  readonly extensions?: unknown;
}

const MAX_ID_LENGTH = 512;
const HASH = /^[0-9a-f]{64}$/;

/**
 * The document that a request names: `documentId` (GraphQL over HTTP), `id` (Relay and others) or
 * `extensions.persistedQuery.sha256Hash` (Apollo, urql).
 *
 * @throws AppError BAD_REQUEST for a name in no form that we know
 */
export function documentReference({ documentId, id, extensions }: DocumentParameters): DocumentReference | null {
  const named = documentId ?? id ?? null;
  if (named !== null) return referenceTo(named);
  const persisted = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery ?? null;
  return persisted === null ? null : persistedQuery(persisted);
}

function referenceTo(id: unknown): DocumentReference {
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH)
    throw new AppError('BAD_REQUEST', `The id of a document is a text of 1 to ${MAX_ID_LENGTH} characters`);
  const hash = id.startsWith('sha256:') ? id.slice('sha256:'.length) : id;
  return HASH.test(hash) ? { id: hash, isHash: true } : { id, isHash: false };
}

function persistedQuery(persisted: unknown): DocumentReference {
  const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown };
  if (version !== 1) throw new AppError('BAD_REQUEST', 'Only version 1 of persisted queries is known here');
  if (typeof sha256Hash !== 'string') throw new AppError('BAD_REQUEST', 'persistedQuery.sha256Hash must be a text');
  return referenceTo(sha256Hash);
}
