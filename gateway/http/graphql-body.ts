import type { IncomingMessage } from 'node:http';
import type { Json } from '../executor/merge';

/** A GraphQL request in the shape that nearly every client sends. */
export interface GraphqlBody {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Json>;
}

/**
 * The request in a parsed JSON body when nothing about it is special; `null` leaves it to Apollo Server, which knows
 * persisted queries, batches, and how to name what is wrong.
 */
export function plainGraphqlBody(body: unknown): GraphqlBody | null {
  if (!isRecord(body)) return null;
  const { query, operationName = null, variables = null, extensions } = body;
  if (typeof query !== 'string' || query === '') return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (variables !== null && !isRecord(variables)) return null;
  if (extensions !== undefined && extensions !== null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return null;
  return { query, operationName: operationName === '' ? null : operationName, variables: variables ?? {} };
}

/** Whether a request says that its body is JSON, which browsers do not send across sites without asking first. */
export function isJson(request: IncomingMessage): boolean {
  const type = request.headers['content-type'];
  return type === 'application/json' || (type !== undefined && /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i.test(type));
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
