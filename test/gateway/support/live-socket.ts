import { once } from 'node:events';
import WebSocket from 'ws';

export interface Told {
  readonly id?: string;
  readonly type: string;
  readonly payload?: never;
}

/** A client of graphql-transport-ws whose every message a test can see. */
export class LiveSocket {
  readonly told: Told[] = [];
  /** Close code, once it is closed. */
  closed: number | null = null;
  private readonly wakers = new Set<() => void>();

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.told.push(JSON.parse(String(data as Buffer)) as Told);
      this.wake();
    });
    socket.on('close', (code) => {
      this.closed = code;
      this.wake();
    });
    socket.on('error', () => undefined);
  }

  /** Opened and acknowledged. */
  static async open(url: string, payload: Record<string, unknown> = {}): Promise<LiveSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const live = new LiveSocket(socket);
    await once(socket, 'open');
    live.send({ type: 'connection_init', payload });
    await live.until(() => live.told.some(({ type }) => type === 'connection_ack') || live.closed !== null);
    return live;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}, extensions: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables, extensions } });
  }

  /** Payloads that an operation was told so far. */
  payloads<T>(id: string): T[] {
    return this.told.filter((each) => each.id === id && each.type === 'next').map(({ payload }) => payload as T);
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.wakers.add(resolve));
  }

  close(): void {
    this.socket.terminate();
  }

  private wake(): void {
    for (const waker of this.wakers) waker();
    this.wakers.clear();
  }
}
