import { Pool, type Dispatcher } from 'undici';
import { signMessage } from '../auth';
import { AppError } from '../errors';
import { REQUEST_ID_HEADER, VIEWER_HEADER } from './subgraph-server';
import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from './subgraph-request';

export interface HttpSubgraphOptions {
  readonly name: string;
  /** Where the subgraph serves, such as `http://product:4002/graphql`. */
  readonly url: string;
  /** `null` for a subgraph that is not ours: it is sent no signature and no viewer, only the headers that are forwarded. */
  readonly signingKey: string | null;
  /** How long one call may take: waiting for a free connection and reading the whole answer included. */
  readonly timeoutMs: number;
}

const MAX_CONNECTIONS = 64;
/** Each holds a connection for as long as somebody listens, so they share none with calls. */
const MAX_STREAMS = 5_000;
/** The stream pings every ten seconds, so silence of half a minute means that the other side is gone. */
const STREAM_SILENCE_MS = 30_000;
const NEXT = 'event: next\ndata: ';

/** Reaches a subgraph over HTTP, signed where there is a key, through a keep-alive pool, and streams of events beside it. */
export function createHttpSubgraphClient(options: HttpSubgraphOptions): SubgraphClient & { close(): Promise<void> } {
  const { origin, pathname, search } = new URL(options.url);
  const path = pathname + search;
  const shared = { pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: 2_000 } };
  const calls = new Pool(origin, { ...shared, connections: MAX_CONNECTIONS });
  const streams = new Pool(origin, { ...shared, connections: MAX_STREAMS });
  let openStreams = 0;
  const send = (pool: Pool, request: SubgraphRequest, accept: string, timeoutMs: number) => {
    const { headers, body } = messageOf(request, path, accept, options);
    const { signal } = request;
    return pool.request({
      method: 'POST',
      path,
      headers,
      body,
      signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  };
  const call = async (request: SubgraphRequest): Promise<SubgraphResponse> => {
    const { statusCode, body } = await send(calls, request, 'application/json', options.timeoutMs);
    const text = await body.text();
    // A refusal of the hop itself, such as of a wrong signature, is no business of the client's.
    if (statusCode !== 200 && options.signingKey !== null) throw new Error(`status ${statusCode}`);
    return answerIn(text, statusCode);
  };
  return {
    name: options.name,
    execute: async (request) => {
      const limit = limitTo(options.timeoutMs, request.signal);
      const limited = { ...request, signal: limit.signal };
      try {
        return await call(limited).catch((error: unknown) => {
          if (!mayAskAgain(limited, error)) throw error;
          return call(limited);
        });
      } catch (error) {
        throw unavailable(options.name, error);
      } finally {
        limit.clear();
      }
    },
    subscribe: async function* (request) {
      if (openStreams >= MAX_STREAMS) throw unavailable(options.name, new Error(`${MAX_STREAMS} streams are open already`));
      openStreams += 1;
      try {
        yield* eventsOf(await send(streams, request, 'text/event-stream', STREAM_SILENCE_MS), request.signal);
      } catch (error) {
        throw unavailable(options.name, error);
      } finally {
        openStreams -= 1;
      }
    },
    close: async () => void (await Promise.all([calls.close(), streams.close()])),
  };
}

function messageOf(request: SubgraphRequest, path: string, accept: string, options: HttpSubgraphOptions) {
  const { query, operationName, variables, traceparent } = request;
  const body = JSON.stringify({ query, operationName: operationName ?? undefined, variables });
  const headers: Record<string, string> = {
    ...request.forwarded,
    ...trustOf(request, path, body, options),
    'content-type': 'application/json',
    accept,
  };
  if (traceparent) headers['traceparent'] = traceparent;
  return { headers, body };
}

/** What the subgraph believes the gateway: signed, or nothing but the request's id. */
function trustOf(request: SubgraphRequest, path: string, body: string, options: HttpSubgraphOptions): Record<string, string> {
  if (options.signingKey === null) return { [REQUEST_ID_HEADER]: request.requestId };
  const trusted = {
    [VIEWER_HEADER]: Buffer.from(JSON.stringify(request.viewer)).toString('base64url'),
    [REQUEST_ID_HEADER]: request.requestId,
  };
  return { ...trusted, ...signMessage({ addressee: options.name, method: 'POST', path, body, trusted }, options.signingKey) };
}

/** Other servers answer refused operations as GraphQL errors under a status of 400 or more. @throws when it is no answer */
function answerIn(text: string, statusCode: number): SubgraphResponse {
  if (statusCode === 200) return JSON.parse(text) as SubgraphResponse;
  const answer = text.startsWith('{') ? (JSON.parse(text) as SubgraphResponse) : {};
  if (!Array.isArray(answer.errors) || statusCode >= 500) throw new Error(`status ${statusCode}`);
  return answer;
}

/** A signal that is aborted with the caller's, or when time is up. */
function limitTo(timeoutMs: number, caller: AbortSignal | undefined): { signal: AbortSignal; clear(): void } {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('the call took too long', 'TimeoutError')), timeoutMs);
  const leave = (): void => limit.abort(caller?.reason);
  if (caller?.aborted) leave();
  else caller?.addEventListener('abort', leave, { once: true });
  return {
    signal: limit.signal,
    clear: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', leave);
    },
  };
}

/** A kept connection that the other side closed, as every deploy does, costs a query nothing; what may have written is not repeated. */
function mayAskAgain(request: SubgraphRequest, error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isCut = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
  return isCut && !request.query.trimStart().startsWith('mutation') && !request.signal?.aborted;
}

/** The events of a stream until it says that it is complete. @throws when it is cut before */
async function* eventsOf({ statusCode, body }: Dispatcher.ResponseData, signal?: AbortSignal): AsyncIterable<SubgraphResponse> {
  try {
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    for await (const block of blocksOf(body)) {
      if (block.startsWith(NEXT)) yield JSON.parse(block.slice(NEXT.length)) as SubgraphResponse;
      else if (block.startsWith('event: complete')) return;
    }
    if (!signal?.aborted) throw new Error('stream cut');
  } finally {
    body.destroy();
  }
}

/** Server-sent events as text. */
async function* blocksOf(body: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let buffered = '';
  for await (const chunk of body) {
    buffered += decoder.decode(chunk, { stream: true });
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      yield buffered.slice(0, end);
      buffered = buffered.slice(end + 2);
    }
  }
}

function unavailable(name: string, cause: unknown): AppError {
  const isTimeout = /Timeout/i.test(String((cause as { name?: unknown } | null)?.name));
  const error = isTimeout
    ? new AppError('DEADLINE_EXCEEDED', `The ${name} service did not answer in time; try again`, { service: name })
    : new AppError('UPSTREAM_UNAVAILABLE', `The ${name} service cannot be reached right now; try again`, { service: name });
  error.cause = cause;
  return error;
}
