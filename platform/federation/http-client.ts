import { Pool } from 'undici';
import { signMessage } from '../auth';
import { AppError } from '../errors';
import { REQUEST_ID_HEADER, VIEWER_HEADER } from './subgraph-server';
import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from './subgraph-request';

export interface HttpSubgraphOptions {
  readonly name: string;
  /** Where the subgraph serves, such as `http://product:4002/graphql`. */
  readonly url: string;
  readonly signingKey: string;
  /** How long one call may take. */
  readonly timeoutMs: number;
}

/** Reaches a subgraph over signed HTTP through a keep-alive pool. */
export function createHttpSubgraphClient(options: HttpSubgraphOptions): SubgraphClient & { close(): Promise<void> } {
  const { origin, pathname } = new URL(options.url);
  const pool = new Pool(origin, { connections: 64, pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: 2_000 } });
  const send = (request: SubgraphRequest, accept: string, timeoutMs: number) => {
    const body = JSON.stringify({
      query: request.query,
      operationName: request.operationName ?? undefined,
      variables: request.variables,
    });
    const trusted = {
      [VIEWER_HEADER]: Buffer.from(JSON.stringify(request.viewer)).toString('base64url'),
      [REQUEST_ID_HEADER]: request.requestId,
    };
    const headers: Record<string, string> = {
      ...trusted,
      ...signMessage({ method: 'POST', path: pathname, body, trusted }, options.signingKey),
      'content-type': 'application/json',
      accept,
    };
    if (request.traceparent) headers['traceparent'] = request.traceparent;
    return pool.request({
      method: 'POST',
      path: pathname,
      headers,
      body,
      signal: request.signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  };
  const call = async (request: SubgraphRequest): Promise<SubgraphResponse> => {
    const { statusCode, body } = await send(request, 'application/json', options.timeoutMs);
    const text = await body.text();
    // A refusal of the hop itself, such as of a wrong signature, is no business of the client's.
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    return JSON.parse(text) as SubgraphResponse;
  };
  return {
    name: options.name,
    execute: async (request) => {
      try {
        return await call(request).catch((error: unknown) => {
          if (!mayAskAgain(request, error)) throw error;
          return call(request);
        });
      } catch (error) {
        throw unavailable(options.name, error);
      }
    },
    subscribe: async function* (request) {
      // The stream pings every ten seconds, so silence of half a minute means that the other side is gone.
      const { statusCode, body } = await send(request, 'text/event-stream', 30_000).catch((error: unknown) => {
        throw unavailable(options.name, error);
      });
      if (statusCode !== 200) throw unavailable(options.name, new Error(`status ${statusCode}`));
      let isComplete = false;
      try {
        for await (const event of eventsOf(body)) {
          if (event === null) isComplete = true;
          else yield event;
        }
      } catch (error) {
        throw unavailable(options.name, error);
      } finally {
        body.destroy();
      }
      if (!isComplete && !request.signal?.aborted) throw unavailable(options.name, new Error('stream cut'));
    },
    close: () => pool.close(),
  };
}

/** A kept connection that the other side closed, as every deploy does, costs a query nothing; what may have written is not repeated. */
function mayAskAgain(request: SubgraphRequest, error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isCut = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
  return isCut && !request.query.trimStart().startsWith('mutation') && !request.signal?.aborted;
}

/** Server-sent events of a body; `null` stands for the event that ends the stream. */
async function* eventsOf(body: AsyncIterable<Buffer>): AsyncIterable<SubgraphResponse | null> {
  const decoder = new TextDecoder();
  let buffered = '';
  for await (const chunk of body) {
    buffered += decoder.decode(chunk, { stream: true });
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      const block = buffered.slice(0, end);
      buffered = buffered.slice(end + 2);
      if (block.startsWith('event: next\ndata: '))
        yield JSON.parse(block.slice('event: next\ndata: '.length)) as SubgraphResponse;
      else if (block.startsWith('event: complete')) yield null;
    }
  }
}

function unavailable(name: string, cause: unknown): AppError {
  const isTimeout = cause instanceof Error && /Timeout/i.test(cause.name);
  const error = isTimeout
    ? new AppError('DEADLINE_EXCEEDED', `The ${name} service did not answer in time; try again`, { service: name })
    : new AppError('UPSTREAM_UNAVAILABLE', `The ${name} service cannot be reached right now; try again`, { service: name });
  error.cause = cause;
  return error;
}
