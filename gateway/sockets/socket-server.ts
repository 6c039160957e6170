import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs, type GraphQLFormattedError } from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { AppError } from '../../platform/errors';
import type { Logger } from '../../platform/observability';
import { documentReference, type DocumentRequest, type Documents } from '../documents';
import type { Engine } from '../engine';
import type { OperationRequest } from '../operation-request';
import { refusalOf, type Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import type { Identifier, Identity } from '../identity/identity';
import type { Revocations } from '../identity/revocations';
import type { GatewayMetrics } from '../metrics';
import type { PreparedOperation } from '../operations/operation';
import { RefusedOperation } from '../operations/prepare';
import type { AddressOf } from '../http/client-address';
import { clientNameIn } from '../http/client-name';
import { forwardedHeaders } from '../http/forwarded-headers';
import { newRequestId } from '../http/request-id';
import { OpenSockets } from './open-sockets';
import { SocketOperation } from './socket-operation';

const MAX_MESSAGE_BYTES = 256 * 1024;
const INIT_WAIT_MS = 10_000;
const PING_MS = 12_000;
const MAX_OPERATIONS_PER_SOCKET = 100;
/** How long a client may take to answer our closing. */
const CLOSE_GRACE_MS = 2_000;

export interface SocketServerOptions {
  readonly engine: () => Engine;
  readonly documents: Documents;
  readonly identifier: Identifier;
  readonly addressOf: AddressOf;
  readonly forwardHeaders: readonly string[];
  /** Of other sites whose pages may act for whoever visits them. */
  readonly origins: readonly string[];
  readonly revocations: Revocations;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
}

interface ConnectionParams extends Json {
  readonly authorization?: string;
  readonly Authorization?: string;
  readonly guestToken?: string;
}

type SocketExtra = Extra & Record<PropertyKey, unknown> & { identity?: Identity; forwarded?: OperationRequest['forwarded'] };
type SocketContext = Context<ConnectionParams, SocketExtra>;

/** GraphQL over WebSocket (graphql-transport-ws) at the same address: subscriptions, and queries and mutations too. */
export function serveSockets(http: Server, path: string, options: SocketServerOptions): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const open = new OpenSockets(options.identifier, options.revocations);
  const server = useServer<ConnectionParams, SocketExtra>(protocolOf(options, open), sockets, PING_MS);
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node takes its own listener off a socket that it hands over, and ws adds one only once it takes it.
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?', 1)[0] !== path) return refuseUpgrade(socket, '404 Not Found');
    if (isForeign(request, options)) return refuseUpgrade(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (client) => {
      // A socket that breaks is closed by ws itself; without a listener the error would end the process.
      client.on('error', (error) => options.logger.debug({ err: error }, 'a socket broke'));
      options.metrics.onSocket(1);
      client.once('close', () => options.metrics.onSocket(-1));
      sockets.emit('connection', client, request);
    });
  });
  return {
    stop: async () => {
      const cut = setTimeout(() => sockets.clients.forEach((client) => client.terminate()), CLOSE_GRACE_MS);
      open.stop();
      await server.dispose();
      clearTimeout(cut);
    },
  };
}

function protocolOf(options: SocketServerOptions, open: OpenSockets): ServerOptions<ConnectionParams, SocketExtra> {
  const present = (answer: Answer, requestId: string): Answer => ({ ...answer, extensions: { ...answer.extensions, requestId } });
  return {
    connectionInitWaitTimeout: INIT_WAIT_MS,
    onConnect: (context) => connect(context, options, open),
    onSubscribe: async (context, _id, payload) => {
      const requestId = newRequestId();
      const engine = options.engine();
      const operation = await prepare(context, engine, options, payload);
      if (operation instanceof RefusedOperation) {
        return refusalOf(operation.errors, requestId, options.logger).errors?.map(toGraphQLError) ?? [];
      }
      const { document, name } = operation;
      const started = new SocketOperation(
        { ...options, engine, client: clientOf(context, options) },
        operation,
        context.extra.identity,
        (payload.variables ?? {}) as Json,
        requestId,
        context.extra.forwarded ?? null,
      );
      return {
        schema: engine.supergraph.apiSchema,
        document,
        operationName: name,
        contextValue: started,
      } as ExecutionArgs;
    },
    // The library types results as graphql-js does, whose errors are class instances; ours are ready to be sent.
    execute: (args) => operationOf(args).execute() as never,
    subscribe: (args) => operationOf(args).subscribe() as never,
    onNext: (_context, _id, _payload, args, result) => present(result as Answer, operationOf(args).requestId) as never,
    onError: (_context, _id, _payload, errors) => errors.map((error) => formatted(error as GraphQLError)),
  };
}

async function connect(context: SocketContext, options: SocketServerOptions, open: OpenSockets): Promise<boolean> {
  const { socket, request } = context.extra;
  const parameters = context.connectionParams ?? {};
  const given = parameters.authorization ?? parameters.Authorization ?? request.headers.authorization;
  const guestToken = parameters.guestToken ?? request.headers['x-guest-token'];
  try {
    const identity = await options.identifier.identify(textOf(given), textOf(guestToken));
    context.extra.identity = identity;
    context.extra.forwarded = forwardedHeaders(options.forwardHeaders, { ...request.headers, authorization: given });
    if (identity.token) open.watch(socket, identity.token);
    return true;
  } catch (error) {
    const isDenied = error instanceof AppError && (error.code === 'UNAUTHENTICATED' || error.code === 'BAD_USER_INPUT');
    if (!isDenied) options.logger.error({ err: error }, 'a socket could not be identified');
    // 4401 ends a client's retries; 1013 asks it to try again later.
    socket.close(isDenied ? 4401 : 1013, isDenied ? error.message.slice(0, 120) : 'Try again later');
    return false;
  }
}

async function prepare(
  context: SocketContext,
  engine: Engine,
  options: SocketServerOptions,
  payload: SubscribePayload,
): Promise<PreparedOperation | RefusedOperation> {
  // The one that is beginning is counted already.
  if (Object.keys(context.subscriptions).length > MAX_OPERATIONS_PER_SOCKET) {
    const message = `One socket may run ${MAX_OPERATIONS_PER_SOCKET} operations at once; complete some first`;
    return new RefusedOperation([new GraphQLError(message, { extensions: { code: 'RATE_LIMITED' } })]);
  }
  try {
    // The protocol asks for a text in any case: who names a document instead sends an empty one.
    const asked: DocumentRequest = { query: payload.query === '' ? null : payload.query, document: documentReference(payload) };
    const text = await options.documents.textOf(asked, { clientName: clientNameOf(context) });
    const operation = await engine.operations.prepare(text, payload.operationName ?? null, clientOf(context, options));
    if (!(operation instanceof RefusedOperation)) options.documents.register(asked);
    return operation;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return new RefusedOperation([new GraphQLError(error.message, { originalError: error })]);
  }
}

/** As the connection says it, or the request that opened it. */
function clientNameOf({ connectionParams, extra }: SocketContext): string | null {
  return clientNameIn(connectionParams ?? {}) ?? clientNameIn(extra.request.headers);
}

/** Who takes turns with others where work waits: a user, or whoever is at one address. */
function clientOf({ extra }: SocketContext, { addressOf }: SocketServerOptions): string {
  const userId = extra.identity?.viewer.userId ?? null;
  return userId === null ? addressOf(extra.request) : `user ${userId}`;
}

function operationOf(args: ExecutionArgs): SocketOperation {
  return args.contextValue as SocketOperation;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  // Whatever else was sent is no token either, and is refused as one.
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function toGraphQLError({ message, path, extensions }: GraphQLFormattedError): GraphQLError {
  return new GraphQLError(message, { path, extensions });
}

function formatted({ message, path, extensions }: GraphQLError): GraphQLFormattedError {
  return { message, ...(path ? { path } : {}), extensions };
}

/** Browsers let any page open a socket, and send their cookies along: where subgraphs get those, only known pages may. */
function isForeign({ headers }: IncomingMessage, { forwardHeaders, origins }: SocketServerOptions): boolean {
  const { origin, host, cookie } = headers;
  if (origin === undefined || cookie === undefined || !forwardHeaders.includes('cookie')) return false;
  const isOwn = URL.canParse(origin) && new URL(origin).host === host;
  return !isOwn && !origins.includes(origin);
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
