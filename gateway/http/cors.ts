import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../../platform/http';
import { ALLOWED_METHODS } from './apollo';

/** Which pages of other sites may use the graph from a browser. */
export interface CorsOptions {
  /** Such as `https://shop.example`; `*` for all. */
  readonly origins: readonly string[];
  /** Whether browsers send cookies along. Not with `*`. */
  readonly credentials: boolean;
  /** How long a browser remembers that it may. */
  readonly maxAgeSeconds: number;
}

/** What pages may read of an answer besides its body. */
const EXPOSED = 'x-request-id, retry-after, x-mercato-cache, x-mercato-stream, age';
/** What browsers ask for where they do not say it: never more than a name. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
const MAX_HEADER_NAMES = 1_000;

/**
 * Lets pages of allowed sites read what `serve` answers, and answers what browsers ask before (preflight). For all others
 * nothing is said, and browsers keep the answer from them.
 */
export function withCors(serve: HttpHandler, cors: CorsOptions | null): HttpHandler {
  return (request, response) => {
    const { origin } = request.headers;
    const isAllowed = cors !== null && origin !== undefined && allow(cors, origin, response);
    if (request.method !== 'OPTIONS') return serve(request, response);
    if (isAllowed && request.headers['access-control-request-method'] !== undefined) allowRequest(cors, request, response);
    response.writeHead(204, { allow: ALLOWED_METHODS });
    response.end();
  };
}

function allow({ origins, credentials }: CorsOptions, origin: string, response: ServerResponse): boolean {
  const isForAll = origins.includes('*');
  // The answer is another for each origin, also for those that get none of these headers.
  if (!isForAll) response.setHeader('vary', 'origin');
  if (!isForAll && !origins.includes(origin)) return false;
  response.setHeader('access-control-allow-origin', isForAll ? '*' : origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  if (credentials && !isForAll) response.setHeader('access-control-allow-credentials', 'true');
  return true;
}

function allowRequest({ maxAgeSeconds }: CorsOptions, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'GET, HEAD, POST');
  response.setHeader('access-control-max-age', String(maxAgeSeconds));
  const wanted = request.headers['access-control-request-headers'];
  if (wanted !== undefined && wanted.length <= MAX_HEADER_NAMES && HEADER_NAMES.test(wanted))
    response.setHeader('access-control-allow-headers', wanted);
}
