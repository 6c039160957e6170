import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { MessageVerifier } from '../auth';
import { AppError, type ErrorCode } from '../errors';
import { CorkedTurns } from './corked-turns';
import { readMessage, SOCKET_PATH, SubscribeReader, upgradeMessage, type SubscribePayload } from './event-socket-messages';
import { SocketPulse } from './socket-pulse';
import type { EventReceiver, RunningSubscription, SubgraphClient, SubgraphResponse } from './subgraph-request';

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const MAX_SUBSCRIPTIONS = 10_000;
/** Beyond this, sources are asked for no more events until the gateway has read what there is. */
const FULL_BYTES = 1024 * 1024;
/** Beyond this the socket is cut: the gateway opens its streams again after the last events that it has read. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
/** What a gateway that is told to go elsewhere may take to answer. */
const CLOSE_GRACE_MS = 1_000;
const RESTART = 1012;
const ID = /^[\w-]{1,32}$/;

/** Serves the subscriptions of gateways, each on one socket for all of its own (graphql-transport-ws, each message signed). */
export class EventSocketServer {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  private readonly reader: SubscribeReader;
  private isStopping = false;

  constructor(
    private readonly subgraph: SubgraphClient,
    private readonly verifier: MessageVerifier,
  ) {
    this.reader = new SubscribeReader(subgraph.name, verifier);
  }

  attach(http: Server): void {
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Node takes its own listener off a socket that it hands over, and ws adds one only once it takes it.
      socket.on('error', () => socket.destroy());
      if (request.url?.split('?', 1)[0] !== SOCKET_PATH) return refuseUpgrade(socket, '404 Not Found');
      if (this.isStopping) return refuseUpgrade(socket, '503 Service Unavailable');
      const headers = request.headers as Record<string, string>;
      if (!this.verifier.verify(upgradeMessage(this.subgraph.name), headers)) return refuseUpgrade(socket, '401 Unauthorized');
      this.sockets.handleUpgrade(request, socket, head, (client) => {
        new GatewaySocket(client, socket, this.subgraph, this.reader);
      });
    });
  }

  /** Ends every stream in a way that tells gateways to open it again elsewhere. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const closed = [...this.sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.sockets.clients) socket.close(RESTART, 'restarting');
    const cut = setTimeout(() => this.sockets.clients.forEach((socket) => socket.terminate()), CLOSE_GRACE_MS);
    await Promise.all(closed);
    clearTimeout(cut);
  }
}

/** One socket of a gateway, with all that it has subscribed to. */
class GatewaySocket {
  private readonly subscriptions = new Map<string, SocketReceiver>();
  private readonly turns: CorkedTurns;
  private drained: Promise<void> | null = null;

  constructor(
    private readonly socket: WebSocket,
    private readonly wire: Duplex,
    private readonly subgraph: SubgraphClient,
    private readonly reader: SubscribeReader,
  ) {
    this.turns = new CorkedTurns(wire);
    const pulse = new SocketPulse(socket);
    socket.on('message', (data) => this.read(data));
    // A socket that breaks is closed by ws itself; without a listener the error would end the process.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      pulse.stop();
      this.leave();
    });
  }

  send(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.turns.hold();
    this.socket.send(text);
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) this.socket.terminate();
  }

  /** `null` while the gateway reads; else what to wait for before more is told. */
  room(): Promise<void> | null {
    if (this.socket.bufferedAmount < FULL_BYTES) return null;
    this.drained ??= new Promise((resolve) => {
      const go = (): void => {
        this.wire.off('drain', go).off('close', go);
        this.drained = null;
        resolve();
      };
      this.wire.on('drain', go).on('close', go);
    });
    return this.drained;
  }

  /** @returns whether it was still subscribed */
  forget(id: string): boolean {
    return this.subscriptions.delete(id);
  }

  private read(data: RawData): void {
    try {
      const { type, id = '', payload } = readMessage(data);
      if (type === 'connection_init') this.send('{"type":"connection_ack"}');
      else if (type === 'ping') this.send('{"type":"pong"}');
      else if (type === 'complete') this.complete(id);
      else if (type === 'subscribe') this.subscribe(id, payload as SubscribePayload);
      else if (type !== 'pong') this.socket.close(CloseCode.BadRequest, 'unknown message');
    } catch {
      this.socket.close(CloseCode.BadRequest, 'malformed message');
    }
  }

  private subscribe(id: string, payload: SubscribePayload): void {
    if (!ID.test(id)) return this.socket.close(CloseCode.BadRequest, 'malformed id');
    if (this.subscriptions.has(id)) return this.socket.close(CloseCode.SubscriberAlreadyExists, `${id} is subscribed already`);
    if (this.subscriptions.size >= MAX_SUBSCRIPTIONS) return this.refuse(id, 'OVERLOADED', 'too many streams on one socket');
    const request = this.reader.read(payload);
    if (!request) return this.refuse(id, 'UNAUTHENTICATED', 'this subgraph answers its gateway only');
    const receiver = new SocketReceiver(this, id);
    this.subscriptions.set(id, receiver);
    receiver.running = this.subgraph.subscribe(request, receiver);
  }

  private complete(id: string): void {
    const subscription = this.subscriptions.get(id);
    this.subscriptions.delete(id);
    subscription?.running?.end();
  }

  refuse(id: string, code: ErrorCode, message: string): void {
    this.send(JSON.stringify({ id, type: 'error', payload: [{ message, extensions: { code } }] }));
  }

  private leave(): void {
    const left = [...this.subscriptions.values()];
    this.subscriptions.clear();
    for (const { running } of left) running?.end();
  }
}

/** Sends what one subscription tells. */
class SocketReceiver implements EventReceiver {
  running: RunningSubscription | null = null;

  constructor(
    private readonly socket: GatewaySocket,
    private readonly id: string,
  ) {}

  /** An empty event: the protocol has no other word for it. */
  opened(): void {
    this.socket.send(`{"id":"${this.id}","type":"next","payload":{}}`);
  }

  room(): Promise<void> | null {
    return this.socket.room();
  }

  event(response: SubgraphResponse): void {
    this.socket.send(`{"id":"${this.id}","type":"next","payload":${JSON.stringify(response)}}`);
  }

  ended(): void {
    if (this.socket.forget(this.id)) this.socket.send(`{"id":"${this.id}","type":"complete"}`);
  }

  failed(error: unknown): void {
    if (!this.socket.forget(this.id)) return;
    const known = error instanceof AppError ? error : new AppError('INTERNAL_SERVER_ERROR', 'the stream broke');
    this.socket.refuse(this.id, known.code, known.message);
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
