import { AppError } from '../../platform/errors';
import { EMPTY_MANIFEST, hashOf, type Manifest } from './manifest';
import type { ManifestSource } from './manifest-source';
import type { DocumentReference } from './reference';
import type { RegisteredDocuments } from './registered-documents';

/**
 * What a manifest of trusted documents means: nothing (`off`), a shorter way to send them (`allow`), the only documents
 * that may be sent, by id or as text (`safelist`), or by id alone (`required`).
 */
export type TrustMode = 'off' | 'allow' | 'safelist' | 'required';

export interface DocumentsOptions {
  readonly mode: TrustMode;
  /** `null` where documents of a manifest are not served. */
  readonly source: ManifestSource | null;
  /** `null` where clients cannot register documents. They never can where only trusted ones count. */
  readonly registered: RegisteredDocuments | null;
  /** Told of each document that is asked for by its name alone, or checked against the manifest. */
  readonly onLookup?: OnLookup;
}

export type OnLookup = (kind: 'trusted' | 'registered', outcome: 'hit' | 'miss') => void;

/** What a request sends: a text, the name of one, or both. */
export interface DocumentRequest {
  readonly query: string | null;
  readonly document: DocumentReference | null;
}

/** Who sends it; the name is read only where documents are looked up. */
export interface DocumentClient {
  readonly clientName: string | null;
}

/** Finds the text of the document that a request means, the same over HTTP and sockets. */
export class Documents {
  private manifest: Manifest = EMPTY_MANIFEST;
  private close: () => void = () => undefined;
  private readonly isOpen: boolean;
  private readonly registered: RegisteredDocuments | null;

  constructor(private readonly options: DocumentsOptions) {
    this.isOpen = options.mode === 'off' || options.mode === 'allow';
    this.registered = this.isOpen ? options.registered : null;
  }

  /** Reads the manifest and follows its changes. @throws Error when it cannot be read */
  async start(): Promise<void> {
    const { mode, source } = this.options;
    if (mode === 'off') return;
    if (!source) throw new Error('trusted documents need a manifest');
    const opened = await source.open((manifest) => (this.manifest = manifest));
    this.manifest = opened.manifest;
    this.close = opened.close;
  }

  stop(): void {
    this.close();
  }

  /** The text; a promise only where another process must be asked. @throws AppError when there is none, or it may not be sent */
  textOf(request: DocumentRequest, client: DocumentClient): string | Promise<string> {
    const { query, document } = request;
    if (!document) {
      if (query === null) throw new AppError('BAD_REQUEST', 'Send the text of a document as query, or its id as documentId');
      return this.isOpen ? query : this.trustedText(query, client);
    }
    const trusted = this.options.mode === 'off' ? undefined : this.manifest.textOf(document.id, client.clientName);
    if (trusted !== undefined) {
      this.told('trusted', true);
      return trusted;
    }
    if (query !== null) return this.isOpen ? this.namedText(query, document) : this.trustedText(query, client);
    if (!document.isHash || !this.isOpen) {
      this.told('trusted', false);
      throw notInList(document.id);
    }
    if (!this.registered) throw new AppError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    const found = this.registered.find(document.id);
    return found instanceof Promise ? found.then((text) => this.textFound(text)) : this.textFound(found);
  }

  /** Clients of Apollo's protocol know the message as well as the code. */
  private textFound(text: string | null): string {
    this.told('registered', text !== null);
    if (text === null) throw new AppError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    return text;
  }

  private told(kind: 'trusted' | 'registered', isFound: boolean): void {
    this.options.onLookup?.(kind, isFound ? 'hit' : 'miss');
  }

  /** Keeps the text under the hash that its client sent, once it was found to be a valid document of ours. */
  register({ query, document }: DocumentRequest): void {
    if (query !== null && document?.isHash) this.registered?.keep(document.id, query);
  }

  /** Text beside a hash must have that hash: else one client could name another's document. */
  private namedText(query: string, document: DocumentReference): string {
    if (document.isHash && this.registered && hashOf(query) !== document.id)
      throw new AppError('BAD_REQUEST', 'provided sha does not match query');
    return query;
  }

  private trustedText(query: string, client: DocumentClient): string {
    if (this.options.mode === 'required')
      throw new AppError(
        'PERSISTED_QUERY_ID_REQUIRED',
        'Only documents of the manifest are answered here, by their id: send documentId',
      );
    const isTrusted = this.manifest.hasText(query, client.clientName);
    this.told('trusted', isTrusted);
    if (isTrusted) return query;
    throw new AppError('QUERY_NOT_IN_SAFELIST', 'Only documents of the manifest are answered here, and this is none of them');
  }
}

function notInList(id: string): AppError {
  return new AppError('PERSISTED_QUERY_NOT_IN_LIST', `No document of the manifest has the id ${id.slice(0, 100)}`, {
    documentId: id.slice(0, 100),
  });
}
