import { connect, type Socket } from 'node:net';

/**
 * The load, in a process of its own: connections that are kept and hold one request each. Takes one JSON line of what to do
 * on standard input, answers one of what came of it, and so on.
 */
export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly auth: 'shared' | 'distinct';
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The body of one answer, to compare peers by. */
  readonly sample: string;
  /** The beginning of the last answer that was no success. */
  readonly failed: string;
}

let sent = 0;

class Load {
  requests = 0;
  failures = 0;
  sample = '';
  failed = '';
  readonly times: number[] = [];
  private readonly head: string;
  private readonly tail: string;

  constructor(
    private readonly order: LoadOrder,
    readonly endMs: number,
    private readonly done: () => void,
  ) {
    const { path, body } = order;
    this.head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${order.port}\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: Bearer viewer-`;
    this.tail = `\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  request(): string {
    sent += 1;
    return `${this.head}${this.order.auth === 'shared' ? 'one' : `${process.pid}-${sent}`}${this.tail}`;
  }

  answered(text: string | null, tookMs: number, isRight: boolean, answer: Buffer): void {
    this.requests += 1;
    this.times.push(tookMs);
    if (!isRight) {
      this.failures += 1;
      this.failed = answer.toString('utf8', 0, 600);
    }
    if (text !== null) this.sample = text;
  }

  ended(): void {
    this.done();
  }
}

class Client {
  private readonly socket: Socket;
  private buffered: Buffer = Buffer.alloc(0);
  private sentMs = 0;

  constructor(
    private readonly load: Load,
    port: number,
  ) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('connect', () => this.send());
    this.socket.on('data', (chunk) => this.take(chunk));
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', () => this.load.ended());
  }

  private send(): void {
    if (performance.now() >= this.load.endMs) return void this.socket.destroy();
    this.sentMs = performance.now();
    this.socket.write(this.load.request(), 'latin1');
  }

  private take(chunk: Buffer): void {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    const end = this.buffered.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.buffered.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const isWhole =
      length === undefined
        ? this.buffered.subarray(-5).toString('latin1') === '0\r\n\r\n'
        : this.buffered.length >= end + 4 + Number(length);
    if (!isWhole) return;
    const body = this.buffered.subarray(end + 4);
    // Looked at in full now and then: a peer that answers errors is quick.
    const looked = this.load.requests % 50 === 0 ? body.toString() : null;
    const isRight = head.startsWith('HTTP/1.1 200') && body.length > 100 && !looked?.includes('"errors"');
    this.load.answered(looked, performance.now() - this.sentMs, isRight, this.buffered);
    this.buffered = Buffer.alloc(0);
    this.send();
  }
}

function run(order: LoadOrder): Promise<LoadResult> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    let open = order.connections;
    const load = new Load(order, startedMs + order.seconds * 1000, () => {
      open -= 1;
      if (open > 0) return;
      const seconds = (performance.now() - startedMs) / 1000;
      const times = load.times.toSorted((a, b) => a - b);
      const quantile = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
      const { requests, failures, sample, failed } = load;
      resolve({ requests, failures, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99), sample, failed });
    });
    for (let at = 0; at < order.connections; at += 1) new Client(load, order.port);
  });
}

if (process.send) {
  process.on('message', (order) => void run(order as LoadOrder).then((result) => process.send?.(result)));
  process.on('disconnect', () => process.exit(0));
}
