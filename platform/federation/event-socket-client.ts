import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocket, type RawData } from 'ws';
import { signMessage } from '../auth';
import { DeadlineQueue, type Timed, type Waiting } from '../process';
import { CorkedTurns } from './corked-turns';
import { readMessage, subscribeText, upgradeMessage } from './event-socket-messages';
import { SocketPulse } from './socket-pulse';
import type { EventReceiver, RunningSubscription, SubgraphRequest, SubgraphResponse } from './subgraph-request';
import { brokenBy, unavailable } from './unavailable';

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** How long a socket may take to open, and the source of a subscription. */
const OPEN_MS = 10_000;
/** Beyond this another socket is opened, which a balancer may give to another process. */
const SUBSCRIPTIONS_PER_SOCKET = 5_000;

export interface EventSocketsOptions {
  readonly name: string;
  readonly url: URL;
  readonly signingKey: string;
  /** The viewer as it is written in messages. */
  readonly viewerText: (request: SubgraphRequest) => string;
  readonly openMs?: number;
}

/**
 * Subscriptions at one subgraph over a few sockets. A socket is opened by the subscription that needs it; when it is lost,
 * all on it fail, and whoever opens them again opens another.
 */
export class EventSockets {
  private readonly sockets = new Set<SubgraphSocket>();
  private readonly deadlines: DeadlineQueue;

  constructor(private readonly options: EventSocketsOptions) {
    this.deadlines = new DeadlineQueue(options.openMs ?? OPEN_MS);
  }

  subscribe(request: SubgraphRequest, receiver: EventReceiver): RunningSubscription {
    for (const socket of this.sockets) if (socket.hasRoom) return socket.subscribe(request, receiver);
    const socket = new SubgraphSocket(this.options, this.deadlines, () => this.sockets.delete(socket));
    this.sockets.add(socket);
    return socket.subscribe(request, receiver);
  }

  close(): void {
    for (const socket of [...this.sockets]) socket.close();
  }
}

class SubgraphSocket {
  private readonly subscriptions = new Map<string, SocketSubscription>();
  private readonly socket: WebSocket;
  private lastId = 0;
  private isReady = false;
  private problem: unknown = null;
  private turns: CorkedTurns | null = null;

  constructor(
    readonly options: EventSocketsOptions,
    readonly deadlines: DeadlineQueue,
    private readonly onLost: () => void,
  ) {
    const { name, url, signingKey } = options;
    this.socket = new WebSocket(
      Object.assign(new URL(url), { protocol: url.protocol.replace('http', 'ws') }),
      [GRAPHQL_TRANSPORT_WS_PROTOCOL],
      {
        headers: { ...signMessage(upgradeMessage(name), signingKey) },
        handshakeTimeout: options.openMs ?? OPEN_MS,
        perMessageDeflate: false,
        maxPayload: MAX_MESSAGE_BYTES,
      },
    );
    const pulse = new SocketPulse(this.socket, {}, () => this.closeIdle());
    this.socket.on('upgrade', ({ socket }) => (this.turns = new CorkedTurns(socket)));
    this.socket.on('open', () => this.socket.send('{"type":"connection_init"}'));
    this.socket.on('message', (data) => this.read(data));
    this.socket.on('error', (error) => (this.problem = error));
    this.socket.on('close', (code, reason) => {
      pulse.stop();
      this.lose(this.problem ?? new Error(`the socket was closed: ${code} ${String(reason)}`));
    });
  }

  get hasRoom(): boolean {
    return this.subscriptions.size < SUBSCRIPTIONS_PER_SOCKET && this.socket.readyState <= this.socket.OPEN;
  }

  subscribe(request: SubgraphRequest, receiver: EventReceiver): RunningSubscription {
    this.lastId += 1;
    const subscription = new SocketSubscription(this, String(this.lastId), request, receiver);
    this.subscriptions.set(subscription.id, subscription);
    if (this.isReady) subscription.ask();
    return subscription;
  }

  forget(id: string): boolean {
    return this.subscriptions.delete(id);
  }

  send(text: string): void {
    if (!this.isReady || this.socket.readyState !== this.socket.OPEN) return;
    this.turns?.hold();
    this.socket.send(text);
  }

  close(): void {
    this.lose(new Error('this client is closed'));
    this.socket.close(1000, 'going away');
    // Whoever opened the socket waits for nobody's answer.
    setTimeout(() => this.socket.terminate(), 1_000).unref();
  }

  private read(data: RawData): void {
    try {
      const { type, id = '', payload } = readMessage(data);
      if (type === 'next') this.subscriptions.get(id)?.event(payload as SubgraphResponse);
      else if (type === 'complete') this.subscriptions.get(id)?.ended();
      else if (type === 'error') this.subscriptions.get(id)?.refused(payload);
      else if (type === 'ping') this.send('{"type":"pong"}');
      else if (type === 'connection_ack') this.ready();
    } catch (error) {
      this.problem = error;
      this.socket.terminate();
    }
  }

  private ready(): void {
    this.isReady = true;
    for (const subscription of this.subscriptions.values()) subscription.ask();
  }

  private lose(cause: unknown): void {
    this.onLost();
    const lost = [...this.subscriptions.values()];
    this.subscriptions.clear();
    for (const subscription of lost) subscription.lost(cause);
  }

  private closeIdle(): void {
    if (this.subscriptions.size > 0) return;
    this.onLost();
    this.socket.close(1000, 'idle');
  }
}

/** One of many on a socket, so it holds no more than it must. */
class SocketSubscription implements RunningSubscription, Timed {
  private deadline: Waiting | null;

  constructor(
    private readonly socket: SubgraphSocket,
    readonly id: string,
    private request: SubgraphRequest | null,
    private readonly receiver: EventReceiver,
  ) {
    this.deadline = socket.deadlines.add(this);
  }

  ask(): void {
    if (!this.request) return;
    const { options } = this.socket;
    this.socket.send(subscribeText(this.id, this.request, options.viewerText(this.request), options));
    this.request = null;
  }

  event(response: SubgraphResponse): void {
    if (this.deadline) {
      this.settle();
      if (isEmpty(response)) return this.receiver.opened?.();
    }
    this.receiver.event(response);
  }

  ended(): void {
    this.socket.forget(this.id);
    this.settle();
    this.receiver.ended();
  }

  refused(errors: unknown): void {
    this.socket.forget(this.id);
    this.settle();
    this.receiver.failed(brokenBy(this.socket.options.name, errors));
  }

  lost(cause: unknown): void {
    this.settle();
    this.receiver.failed(unavailable(this.socket.options.name, cause));
  }

  late(): void {
    this.end();
    const timeout = Object.assign(new Error('the subscription was not opened in time'), { name: 'TimeoutError' });
    this.receiver.failed(unavailable(this.socket.options.name, timeout));
  }

  end(): void {
    this.settle();
    // Of what was not asked for yet, nobody need be told.
    if (this.socket.forget(this.id) && !this.request) this.socket.send(`{"id":"${this.id}","type":"complete"}`);
  }

  private settle(): void {
    if (this.deadline) this.socket.deadlines.remove(this.deadline);
    this.deadline = null;
  }
}

/** As the subgraph says that the source was opened. */
function isEmpty({ data, errors, extensions }: SubgraphResponse): boolean {
  return data === undefined && errors === undefined && extensions === undefined;
}
