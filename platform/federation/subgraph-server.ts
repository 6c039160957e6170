import type { IncomingMessage, ServerResponse } from 'node:http';
import { MessageVerifier, type Viewer } from '../auth';
import { BodyTooLarge, readBody, sendJson, startHttpServer, type Routes, type RunningHttpServer } from '../http';
import { continuingTrace, traced, type Logger } from '../observability';
import { EventSocketServer } from './event-socket-server';
import { EventStreamResponses } from './sse-server';
import type { SubgraphClient, SubgraphRequest } from './subgraph-request';
import { REQUEST_ID_HEADER, VIEWER_HEADER } from './trust-headers';

const MAX_BODY_BYTES = 8 * 1024 * 1024;

export interface SubgraphServerOptions {
  readonly host: string;
  readonly port: number;
  readonly signingKey: string;
  readonly logger: Logger;
  /** Rejects while the subgraph cannot serve, such as when its database is away. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: () => Promise<string>;
  /** Served beside GraphQL, unsigned: what the subgraph publishes, such as the keys of access tokens. */
  readonly extraRoutes?: Routes;
}

/**
 * Serves a subgraph at `/graphql`: calls over HTTP, subscriptions over sockets; whatever is not signed by the gateway is
 * refused with 401. To stop it breaks the streams, so that gateways open them again elsewhere.
 */
export async function startSubgraphServer(subgraph: SubgraphClient, options: SubgraphServerOptions): Promise<RunningHttpServer> {
  const verifier = new MessageVerifier(options.signingKey);
  const sockets = new EventSocketServer(subgraph, verifier);
  const streams = new EventStreamResponses(subgraph);
  const running = await startHttpServer(
    {
      ...options.extraRoutes,
      'POST /graphql': (request, response) => serveOperation(subgraph, verifier, streams, request, response),
      'GET /health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
      'GET /ready': async (_request, response) => {
        const problem = await options.checkReady().then(
          () => null,
          () => 'database unavailable',
        );
        sendJson(response, problem === null ? 200 : 503, { status: problem ?? 'ready' });
      },
      'GET /metrics': async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await options.metrics());
      },
    },
    options,
  );
  sockets.attach(running.server);
  const stop = async (graceMs?: number): Promise<void> => {
    streams.stop();
    await sockets.stop();
    await running.stop(graceMs);
  };
  return { ...running, stop };
}

async function serveOperation(
  subgraph: SubgraphClient,
  verifier: MessageVerifier,
  streams: EventStreamResponses,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES).catch((error: unknown) => {
    if (error instanceof BodyTooLarge) return null;
    throw error;
  });
  if (body === null) return sendJson(response, 413, refusal('BAD_REQUEST', 'the body is too large'));
  const viewerHeader = String(request.headers[VIEWER_HEADER] ?? '');
  const requestId = String(request.headers[REQUEST_ID_HEADER] ?? '');
  const message = {
    addressee: subgraph.name,
    method: 'POST',
    path: '/graphql',
    body,
    trusted: { [VIEWER_HEADER]: viewerHeader, [REQUEST_ID_HEADER]: requestId },
  };
  if (!verifier.verify(message, request.headers as Record<string, string>)) {
    return sendJson(response, 401, refusal('UNAUTHENTICATED', 'this subgraph answers its gateway only'));
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const operation = readOperation(body, viewerHeader, requestId, request, gone.signal);
  if (operation === null) return sendJson(response, 400, refusal('BAD_REQUEST', 'the body is no GraphQL request'));
  if (request.headers.accept?.includes('text/event-stream')) return streams.tell(operation, response);
  sendJson(
    response,
    200,
    await continuingTrace(operation.traceparent, () =>
      traced(`${subgraph.name} operation`, 'server', {}, () => subgraph.execute(operation)),
    ),
  );
}

function readOperation(
  body: string,
  viewer: string,
  requestId: string,
  request: IncomingMessage,
  signal: AbortSignal,
): SubgraphRequest | null {
  try {
    const parsed = JSON.parse(body) as Partial<SubgraphRequest> & { readonly extensions?: { readonly after?: unknown } | null };
    if (typeof parsed.query !== 'string') return null;
    const after = parsed.extensions?.after;
    return {
      query: parsed.query,
      operationName: parsed.operationName ?? null,
      variables: parsed.variables ?? {},
      after: typeof after === 'string' ? after : null,
      viewer: JSON.parse(Buffer.from(viewer, 'base64url').toString()) as Viewer,
      requestId,
      traceparent: typeof request.headers['traceparent'] === 'string' ? request.headers['traceparent'] : null,
      signal,
    };
  } catch {
    return null;
  }
}

function refusal(code: string, message: string): object {
  return { errors: [{ message, extensions: { code } }] };
}
