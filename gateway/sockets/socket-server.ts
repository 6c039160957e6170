import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Logger } from '../../platform/observability';
import type { AddressOf } from '../http/client-address';
import { clientNameIn } from '../http/client-name';
import { forwardedHeaders } from '../http/forwarded-headers';
import type { Identifier } from '../identity/identity';
import type { LiveSubscriptions } from '../live/live-subscriptions';
import { comeBackAfterMs } from '../live/come-back';
import type { Quota } from '../live/quota';
import type { OpenSessions } from '../live/sessions';
import type { GatewayMetrics } from '../metrics';
import { SocketConnection, type SocketOrigin, type SocketParts } from './socket-connection';
import type { SocketOperations } from './socket-operations';

const MAX_MESSAGE_BYTES = 256 * 1024;
/** How long a client may take to answer our closing. */
const CLOSE_GRACE_MS = 2_000;

export interface SocketServerOptions {
  readonly operations: SocketOperations;
  readonly live: LiveSubscriptions;
  readonly sessions: OpenSessions;
  readonly identifier: Identifier;
  readonly addressOf: AddressOf;
  readonly forwardHeaders: readonly string[];
  /** Of other sites whose pages may act for whoever visits them. */
  readonly origins: readonly string[];
  /** Of everything that one address holds open, streams over HTTP too. */
  readonly perAddress: Quota;
  readonly maxPerAddress: number;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
}

/** GraphQL over WebSocket (graphql-transport-ws) at the same address: subscriptions, and queries and mutations too. */
export function serveSockets(http: Server, path: string, options: SocketServerOptions): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    clientTracking: false,
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const connections = new Set<SocketConnection>();
  const { perAddress } = options;
  const parts: SocketParts = {
    ...options,
    forwardedOf: (headers) => forwardedHeaders(options.forwardHeaders, headers),
    onClosed: (connection, address) => {
      connections.delete(connection);
      options.sessions.remove(connection);
      options.metrics.onSocket(-1);
      perAddress.give(address);
    },
  };
  let isStopping = false;
  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Node takes its own listener off a socket that it hands over, and ws adds one only once it takes it.
    stream.on('error', () => stream.destroy());
    if (request.url?.split('?', 1)[0] !== path) return refuseUpgrade(stream, '404 Not Found');
    if (isForeign(request, options)) return refuseUpgrade(stream, '403 Forbidden');
    if (isStopping) return refuseUpgrade(stream, '503 Service Unavailable');
    const origin = originOf(request, options);
    if (!perAddress.take(origin.address, options.maxPerAddress)) return refuseUpgrade(stream, '429 Too Many Requests');
    let isOpen = false;
    stream.once('close', () => {
      if (!isOpen) perAddress.give(origin.address);
    });
    sockets.handleUpgrade(request, stream, head, (socket) => {
      isOpen = true;
      // A socket that breaks is closed by ws itself; without a listener the error would end the process.
      socket.on('error', (error) => options.logger.debug({ err: error }, 'a socket broke'));
      options.metrics.onSocket(1);
      const connection = new SocketConnection(socket, stream, origin, parts);
      connections.add(connection);
      options.sessions.add(connection);
    });
  });
  return {
    stop: async () => {
      isStopping = true;
      const clients = connections.size;
      for (const connection of connections) connection.sendAway(comeBackAfterMs(clients));
      await allClosed(connections);
    },
  };
}

async function allClosed(connections: ReadonlySet<SocketConnection>): Promise<void> {
  const deadlineMs = Date.now() + CLOSE_GRACE_MS;
  while (connections.size > 0 && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const connection of connections) connection.cut();
}

/** What of the request is still needed once the socket is open: the rest of it is let go. */
function originOf(request: IncomingMessage, { addressOf, forwardHeaders }: SocketServerOptions): SocketOrigin {
  const { headers } = request;
  const guestToken = headers['x-guest-token'];
  return {
    address: addressOf(request),
    clientName: clientNameIn(headers),
    authorization: headers.authorization,
    guestToken: Array.isArray(guestToken) ? guestToken[0] : guestToken,
    headers: forwardHeaders.length > 0 ? Object.fromEntries(forwardHeaders.map((name) => [name, headers[name]])) : null,
  };
}

/** Browsers let any page open a socket, and send their cookies along: where subgraphs get those, only known pages may. */
function isForeign({ headers }: IncomingMessage, { forwardHeaders, origins }: SocketServerOptions): boolean {
  const { origin, host, cookie } = headers;
  if (origin === undefined || cookie === undefined || !forwardHeaders.includes('cookie')) return false;
  const isOwn = URL.canParse(origin) && new URL(origin).host === host;
  return !isOwn && !origins.includes(origin);
}

function refuseUpgrade(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
