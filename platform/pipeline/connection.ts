import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { AnswerParser, type HttpAnswer } from './answer-parser';
import type { Exchange } from './exchange';

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly maxAnswerBytes: number;
  readonly connectTimeoutMs: number;
}

/** Told by a connection what becomes of it. */
export interface ConnectionOwner {
  /** @param gapMs since the answer before, or the request */
  answered(connection: Connection, exchange: Exchange, answer: HttpAnswer, gapMs: number, idleGapMs: number): void;
  /** Every exchange that was not answered, in order. */
  closed(connection: Connection, unanswered: readonly Exchange[], error: Error): void;
}

const READ_BYTES = 64 * 1024;

/** One kept connection with requests in flight, which are answered in their order. */
export class Connection {
  /** Ready to be asked, or about to be. */
  isUsable = true;
  isOpen = false;
  idleSinceMs = performance.now();
  /** How long the other side keeps it when it is idle. */
  keptForMs: number;
  private readonly socket: Socket;
  private readonly parser: AnswerParser;
  private readonly connecting: NodeJS.Timeout;
  private exchanges: Exchange[] = [];
  private first = 0;
  private out = '';
  private lastMs = 0;
  private lastIdleMs = 0;

  constructor(
    options: ConnectionOptions,
    private readonly owner: ConnectionOwner,
    maxIdleMs: number,
  ) {
    this.keptForMs = maxIdleMs;
    this.parser = new AnswerParser(options.maxAnswerBytes, (answer) => this.answered(answer));
    this.socket = this.open(options);
    this.socket.setNoDelay(true);
    this.connecting = setTimeout(() => this.close(timedOut('connecting took too long')), options.connectTimeoutMs);
    this.socket.on('error', (error) => this.close(error));
    this.socket.on('end', () => this.ended());
    this.socket.on('close', () => this.close(reset()));
  }

  get inFlight(): number {
    return this.exchanges.length - this.first;
  }

  /** When the request that is to be answered next was sent. */
  get oldestSentAtMs(): number {
    return this.exchanges[this.first]?.sentAtMs ?? Infinity;
  }

  /** Sent with the next {@link flush}. @returns whether the connection had nothing to send yet */
  add(exchange: Exchange): boolean {
    const wasClean = this.out === '';
    this.exchanges.push(exchange);
    if (typeof exchange.message === 'string') {
      this.out += exchange.message;
    } else {
      this.flush();
      this.socket.write(exchange.message);
    }
    return wasClean && this.out !== '';
  }

  flush(): void {
    const { out } = this;
    this.out = '';
    if (out !== '' && this.isUsable) this.socket.write(out, 'latin1');
  }

  /** Closes it when nobody waits for any of its answers any more. */
  closeIfUnwanted(): void {
    for (let at = this.first; at < this.exchanges.length; at += 1) if (!this.exchanges[at]?.isOver) return;
    this.close(reset());
  }

  close(error: Error): void {
    if (!this.isUsable && this.socket.destroyed) return;
    this.isUsable = false;
    clearTimeout(this.connecting);
    this.socket.destroy();
    const unanswered = this.exchanges.slice(this.first);
    this.exchanges = [];
    this.first = 0;
    this.owner.closed(this, unanswered, error);
  }

  ref(isNeeded: boolean): void {
    if (isNeeded) this.socket.ref();
    else this.socket.unref();
  }

  private open({ host, port, isSecure }: ConnectionOptions): Socket {
    const opened = (): void => {
      clearTimeout(this.connecting);
      this.isOpen = true;
    };
    if (isSecure) {
      const socket = connectSecure(
        { host, port, servername: /^[\d.:]+$/.test(host) ? '' : host, ALPNProtocols: ['http/1.1'] },
        opened,
      );
      socket.on('data', (chunk: Buffer) => this.take(chunk));
      return socket;
    }
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      this.take((buffer as Buffer).subarray(0, bytes));
      return true;
    };
    return connectPlain({ host, port, onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback } }, opened);
  }

  private take(chunk: Buffer): void {
    try {
      if (this.inFlight === 0) throw new Error('it answered what nobody asked');
      this.parser.take(chunk);
    } catch (error) {
      this.close(error as Error);
    }
  }

  private answered(answer: HttpAnswer): void {
    const exchange = this.exchanges[this.first];
    if (!exchange) throw new Error('it answered what nobody asked');
    this.first += 1;
    if (this.first === this.exchanges.length) {
      this.exchanges = [];
      this.first = 0;
    }
    const nowMs = performance.now();
    const idleMs = performance.nodeTiming.idleTime;
    const gapMs = nowMs - Math.max(this.lastMs, exchange.sentAtMs);
    const idleGapMs = Math.min(gapMs, idleMs - Math.max(this.lastIdleMs, exchange.idleAtSendMs));
    this.lastMs = nowMs;
    this.lastIdleMs = idleMs;
    this.idleSinceMs = nowMs;
    if (answer.keptForMs !== null) this.keptForMs = Math.min(this.keptForMs, answer.keptForMs);
    this.owner.answered(this, exchange, answer, gapMs, idleGapMs);
    if (!answer.isKept) this.close(reset());
  }

  private ended(): void {
    try {
      this.parser.end();
    } catch {
      // What it would have completed is told as cut, below.
    }
    this.close(reset());
  }
}

export function reset(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

export function timedOut(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}
