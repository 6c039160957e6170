import type { IncomingMessage } from 'node:http';
import { documentReference, type DocumentReference } from '../documents';
import type { Json } from '../executor/merge';

/** A well-formed GraphQL request: a text, the name of a document, or both. */
export interface GraphqlRequest {
  readonly query: string | null;
  readonly document: DocumentReference | null;
  readonly operationName: string | null;
  readonly variables: Readonly<Json>;
  /** `extensions.after`: the position after which a subscription goes on. */
  readonly after: string | null;
}

/**
 * The request in a parsed JSON body; `null` when it is malformed, which Apollo Server puts into words.
 *
 * @throws AppError BAD_REQUEST for a document that is named in no form that we know
 */
export function graphqlRequest(body: unknown): GraphqlRequest | null {
  if (!isRecord(body)) return null;
  const { query = null, operationName = null, variables = null, extensions = null } = body;
  if (query !== null && typeof query !== 'string') return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (variables !== null && !isRecord(variables)) return null;
  if (extensions !== null && !isRecord(extensions)) return null;
  const isNamed = extensions !== null || body['documentId'] !== undefined || body['id'] !== undefined;
  const document = isNamed ? documentReference(body) : null;
  const text = query === '' ? null : query;
  if (text === null && !document) return null;
  const after = extensions?.['after'];
  return {
    query: text,
    document,
    operationName: operationName === '' ? null : operationName,
    variables: variables ?? {},
    after: typeof after === 'string' ? after : null,
  };
}

/** Whether a request says that its body is JSON, which browsers do not send across sites without asking first. */
export function isJson(request: IncomingMessage): boolean {
  const type = request.headers['content-type'];
  return type === 'application/json' || (type !== undefined && /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i.test(type));
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
