import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, readBody } from '../../platform/http';
import { mayComeFromAnotherSite } from './cross-site';
import { graphqlRequest, isJson, type GraphqlRequest } from './graphql-body';
import { graphqlQueryString } from './graphql-query-string';
import { HttpRefused } from './http-refused';
import { turnToRead } from './large-bodies';

const MAX_BODY_BYTES = 256 * 1024;

/** What an HTTP request asks. */
export interface ReadRequest {
  /** `null` for a request that is malformed, or that another site may have made: Apollo Server says what is wrong. */
  readonly asked: GraphqlRequest | null;
  /** The body as JSON where the request says that it is, else as text. */
  readonly body: unknown;
}

/** @throws HttpRefused for a body that is too large or not JSON, AppError for a document named wrongly */
export async function readRequest(request: IncomingMessage): Promise<ReadRequest> {
  if (request.method === 'POST') {
    const body = await readJson(request);
    return { asked: isJson(request) ? graphqlRequest(body) : null, body };
  }
  const isRead = isSafe(request) && !mayComeFromAnotherSite(request.headers);
  return { asked: isRead ? graphqlQueryString(request.url ?? '') : null, body: undefined };
}

/** Whether the method promises that nothing changes. */
export function isSafe({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request, MAX_BODY_BYTES).catch((error: unknown) => {
    if (error instanceof BodyTooLarge) throw new HttpRefused(413, `The body is too large: ${MAX_BODY_BYTES} bytes at most`);
    throw error;
  });
  const turn = turnToRead(text);
  if (turn) await turn;
  if (!isJson(request)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpRefused(400, 'The body is not valid JSON');
  }
}
