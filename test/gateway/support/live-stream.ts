import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** One event of an event stream, or one part of a multipart answer (whose `event` is empty). */
export interface StreamEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

export const SSE = 'text/event-stream';
export const MULTIPART = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json';

export interface StreamRequest {
  readonly accept?: string;
  readonly method?: 'GET' | 'POST' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of subscriptions over HTTP whose every byte a test can see. */
export class LiveStreamClient {
  text = '';
  /** How it ended: by its last chunk, or cut. */
  ended: 'end' | 'cut' | null = null;
  private readonly wakers = new Set<() => void>();

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.text += chunk;
      this.wake();
    });
    response.on('close', () => {
      this.ended = response.complete ? 'end' : 'cut';
      this.wake();
    });
    response.on('error', () => undefined);
  }

  static open(url: string, body: object, { accept = SSE, method = 'POST', headers = {} }: StreamRequest = {}) {
    const isPost = method === 'POST';
    const told = Object.entries(body).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const target = `${url}/graphql${isPost ? '' : `?${new URLSearchParams(told).toString()}`}`;
    return new Promise<LiveStreamClient>((resolve, reject) => {
      const sent = request(target, {
        method,
        agent: false,
        headers: { accept, ...(isPost ? { 'content-type': 'application/json' } : {}), ...headers },
      });
      sent.on('response', (response) => resolve(new LiveStreamClient(response)));
      sent.on('error', reject);
      sent.end(isPost ? JSON.stringify(body) : undefined);
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  get socket(): Socket {
    return this.response.socket;
  }

  get events(): StreamEvent[] {
    const isMultipart = this.headers['content-type']?.startsWith('multipart/');
    return isMultipart ? partsIn(this.text) : eventsIn(this.text);
  }

  /** What operations were answered: payloads of events called next, or of parts. */
  payloads<T = Payload>(): T[] {
    const isMultipart = this.headers['content-type']?.startsWith('multipart/');
    return this.events
      .filter(({ event, data }) => (isMultipart ? data.startsWith('{"payload"') : event === 'next'))
      .map(({ data }) => {
        const told = JSON.parse(data) as { payload: object | null; errors?: unknown };
        return (isMultipart ? (told.payload ?? { errors: told.errors }) : told) as T;
      });
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.wakers.add(resolve));
  }

  async told(count: number): Promise<void> {
    await this.until(() => this.payloads().length >= count || this.ended !== null);
  }

  close(): void {
    this.response.destroy();
  }

  private wake(): void {
    for (const waker of this.wakers) waker();
    this.wakers.clear();
  }
}

export interface Payload {
  readonly data?: Record<string, { readonly position: string; readonly kind: string; readonly text: string } | undefined> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly extensions: { readonly position: string; readonly requestId: string };
}

function eventsIn(text: string): StreamEvent[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => {
      const field = (name: string): string | null => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? null;
      return { event: field('event') ?? '', id: field('id'), data: field('data') ?? '' };
    });
}

function partsIn(text: string): StreamEvent[] {
  return text
    .split('\r\n--graphql')
    .slice(1, -1)
    .map((part) => ({ event: '', id: null, data: part.slice(part.indexOf('\r\n\r\n') + 4) }));
}
