import { DeadlineQueue, type Timed, type Waiting } from '../process';
import type { HttpAnswer } from './answer-parser';
import { Connection, reset, timedOut, type ConnectionOptions, type ConnectionOwner } from './connection';
import type { AnswerReceiver, Exchange } from './exchange';

export type { AnswerReceiver } from './exchange';

export interface PipelineOptions {
  /** Of `http:` or `https:`; only its host and port count. */
  readonly url: URL;
  readonly maxConnections: number;
  /** From sending to the last byte of the answer, waiting for a connection and a repetition included. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** A request under way. */
export interface Sent {
  /** Nobody wants the answer any more: the receiver is not told. */
  cancel(): void;
}

/** So many requests may wait for one another on one connection, of a server that answers faster than we ask. */
const MAX_DEPTH = 32;
/** What a request may expect to wait for those before it: while this process has nothing else to do, and in all. */
const MAX_IDLE_WAIT_MS = 1;
const MAX_WAIT_MS = 40;
/** Behind a request that has waited so long no other is sent: the server is busy with it. */
const STALLED_MS = 20;
/** The share of the newest answer in the averages. */
const NEWEST = 1 / 16;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_IDLE_MS = 30_000;
/** What must not be repeated is not sent on a connection that the other side may be closing just now. */
const MAX_IDLE_BEFORE_SINGLE_MS = 1_000;
const SWEEP_MS = 5_000;

/**
 * Requests to one server over kept HTTP/1.1 connections. Requests that are made in one turn of the event loop leave in one
 * write, and several may be in flight on a connection, as many as the server's speed allows: a slow server gets a connection
 * for each, up to the maximum. What may be repeated is sent again, once, when a connection breaks; what may not is sent
 * alone where a connection is free.
 */
export class Pipeline implements ConnectionOwner {
  private readonly connections: Connection[] = [];
  private readonly deadlines: DeadlineQueue;
  private readonly connectionOptions: ConnectionOptions;
  private dirty: Connection[] = [];
  private flushing: NodeJS.Immediate | null = null;
  private readonly sweeping: NodeJS.Timeout;
  private gapMs = MAX_WAIT_MS;
  private idleGapMs = MAX_IDLE_WAIT_MS;
  private onDrained: (() => void) | null = null;

  constructor(private readonly options: PipelineOptions) {
    const { url, timeoutMs, maxAnswerBytes } = options;
    const isSecure = url.protocol === 'https:';
    this.deadlines = new DeadlineQueue(timeoutMs);
    this.connectionOptions = {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
      isSecure,
      maxAnswerBytes,
      connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
    };
    this.sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** @param head of the request, its empty last line included; one byte a character */
  send(head: string, body: string, isAscii: boolean, mayRepeat: boolean, receiver: AnswerReceiver): Sent {
    const message = isAscii ? head + body : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
    const exchange = new OwnExchange(this, message, mayRepeat, receiver);
    exchange.waiting = this.deadlines.add(exchange);
    this.place(exchange);
    return exchange;
  }

  /** Lets what is in flight end, then closes. */
  async close(): Promise<void> {
    clearInterval(this.sweeping);
    this.flush();
    const isBusy = this.connections.some(({ inFlight }) => inFlight > 0);
    if (isBusy) await new Promise<void>((resolve) => (this.onDrained = resolve));
    for (const connection of [...this.connections]) connection.close(new Error('closed'));
  }

  answered(connection: Connection, exchange: Exchange, answer: HttpAnswer, gapMs: number, idleGapMs: number): void {
    this.gapMs += (gapMs - this.gapMs) * NEWEST;
    this.idleGapMs += (idleGapMs - this.idleGapMs) * NEWEST;
    if (connection.inFlight === 0) connection.ref(false);
    if (!exchange.isOver) {
      this.over(exchange);
      exchange.receiver.answered(answer.status, answer.body);
    }
    this.tellIfDrained();
  }

  closed(connection: Connection, unanswered: readonly Exchange[], error: Error): void {
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
    for (const exchange of unanswered) {
      if (exchange.isOver) continue;
      if (exchange.mayRepeat && !exchange.isRepeated && connection.isOpen && isCut(error)) {
        exchange.isRepeated = true;
        this.place(exchange);
      } else {
        this.over(exchange);
        exchange.receiver.failed(error);
      }
    }
    this.tellIfDrained();
  }

  /** @internal */
  late(exchange: Exchange): void {
    this.over(exchange);
    exchange.receiver.failed(timedOut('the call took too long'));
    // Whoever waits behind it is asked again elsewhere.
    exchange.connection?.close(reset());
  }

  /** @internal */
  cancel(exchange: Exchange): void {
    if (exchange.isOver) return;
    this.over(exchange);
    // The other side learns of it only where nobody else waits on the same connection.
    exchange.connection?.closeIfUnwanted();
  }

  private over(exchange: Exchange): void {
    exchange.isOver = true;
    if (exchange.waiting) this.deadlines.remove(exchange.waiting);
  }

  private place(exchange: Exchange): void {
    const connection = exchange.mayRepeat ? this.sharedConnection() : this.ownConnection();
    if (connection.inFlight === 0) connection.ref(true);
    exchange.connection = connection;
    exchange.sentAtMs = performance.now();
    exchange.idleAtSendMs = performance.nodeTiming.idleTime;
    if (!connection.add(exchange)) return;
    this.dirty.push(connection);
    this.flushing ??= setImmediate(this.flush);
  }

  private readonly flush = (): void => {
    if (this.flushing) clearImmediate(this.flushing);
    this.flushing = null;
    const { dirty } = this;
    this.dirty = [];
    for (const connection of dirty) connection.flush();
  };

  /** The first connection with room, so that few connections carry much; else a new one, else the least busy. */
  private sharedConnection(): Connection {
    const depth = this.depth();
    const stalledBeforeMs = performance.now() - STALLED_MS;
    let least: Connection | null = null;
    for (const connection of this.connections) {
      const { inFlight } = connection;
      if (inFlight < depth && (inFlight === 0 || connection.oldestSentAtMs > stalledBeforeMs)) return connection;
      if (!least || inFlight < least.inFlight) least = connection;
    }
    return least && this.connections.length >= this.options.maxConnections ? least : this.open();
  }

  /** A connection that nobody uses and that is surely open still; else a new one, else the least busy. */
  private ownConnection(): Connection {
    const idleSinceMs = performance.now() - MAX_IDLE_BEFORE_SINGLE_MS;
    const free = this.connections.find(({ inFlight, idleSinceMs: sinceMs }) => inFlight === 0 && sinceMs > idleSinceMs);
    if (free) return free;
    if (this.connections.length < this.options.maxConnections) return this.open();
    return this.connections.reduce((least, each) => (each.inFlight < least.inFlight ? each : least));
  }

  private depth(): number {
    const byIdle = MAX_IDLE_WAIT_MS / Math.max(this.idleGapMs, 0.001);
    const byAll = MAX_WAIT_MS / Math.max(this.gapMs, 0.001);
    return Math.max(1, Math.min(MAX_DEPTH, Math.floor(Math.min(byIdle, byAll))));
  }

  private open(): Connection {
    const connection = new Connection(this.connectionOptions, this, MAX_IDLE_MS);
    this.connections.push(connection);
    return connection;
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const connection of [...this.connections]) {
      const isLeft = connection.inFlight === 0 && nowMs - connection.idleSinceMs > connection.keptForMs - SWEEP_MS;
      if (isLeft) connection.close(new Error('idle'));
    }
  }

  private tellIfDrained(): void {
    if (this.onDrained && this.connections.every(({ inFlight }) => inFlight === 0)) this.onDrained();
  }
}

class OwnExchange implements Exchange, Timed, Sent {
  isRepeated = false;
  isOver = false;
  sentAtMs = 0;
  idleAtSendMs = 0;
  connection: Connection | null = null;
  waiting: Waiting | null = null;

  constructor(
    private readonly pipeline: Pipeline,
    readonly message: string | Buffer,
    readonly mayRepeat: boolean,
    readonly receiver: AnswerReceiver,
  ) {}

  late(): void {
    this.pipeline.late(this);
  }

  cancel(): void {
    this.pipeline.cancel(this);
  }
}

function isCut(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
