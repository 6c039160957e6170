import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import type { ToldEvent } from './judge';

const ITEMS = 'items { product { name } }';

/** What is watched; each answers under `told`. */
export const WATCHES = {
  order: `subscription ($id: ID!, $after: String) { told: orderStatusChanged(orderId: $id, after: $after) {
    position kind sequence order { id ${ITEMS} } } }`,
  mine: `subscription ($after: String) { told: myOrdersChanged(after: $after) { position kind change { sequence } orders { id ${ITEMS} } } }`,
  staff: `subscription ($after: String) { told: ordersChanged(after: $after) { position kind change { sequence } orders { id ${ITEMS} } } }`,
} as const;

export interface WatcherOptions {
  readonly url: string;
  readonly token: string;
  readonly kind: keyof typeof WATCHES;
  /** The order, for those who watch one. */
  readonly id?: string;
  /** Opaque id of who watches. */
  readonly userId: string;
  readonly transport: 'socket' | 'events';
  /** Where it comes back: where it was; from now on; or some events before. The last two are what the proof must catch. */
  readonly comesBack: 'right' | 'forgetful' | 'repeating';
}

interface OrderSeen {
  readonly id: string;
  readonly items: readonly { readonly product: { readonly name: string } | null }[];
}

interface Payload {
  readonly data?: {
    readonly told?: {
      readonly position: string;
      readonly kind: string;
      readonly sequence?: number;
      readonly order?: OrderSeen;
      readonly change?: { readonly sequence: number } | null;
      readonly orders?: readonly OrderSeen[];
    } | null;
  } | null;
  readonly errors?: readonly { readonly message: string }[];
}

const REPEATED = 5;

/** A client that comes back whenever its connection breaks, from the last position that it saw. */
export class Watcher {
  readonly told: ToldEvent[] = [];
  connections = 0;
  resets = 0;
  /** Events that were told with a part missing. */
  incomplete = 0;
  readonly problems = new Map<string, number>();
  private isStopped = false;
  private cutNow = (): void => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly options: WatcherOptions,
    /** Told everything after it. */
    private readonly baseline: number,
  ) {}

  start(): void {
    this.running = this.comeAndGo();
  }

  /** As a tunnel does. */
  cut(): void {
    this.cutNow();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.cut();
    await this.running;
  }

  private async comeAndGo(): Promise<void> {
    while (!this.isStopped) {
      this.connections += 1;
      await (this.options.transport === 'socket' ? this.overSocket() : this.overEvents()).catch(() => undefined);
      if (!this.isStopped) await delay(20 + Math.random() * 200);
    }
  }

  private get after(): string | null {
    const { comesBack } = this.options;
    if (this.connections === 1) return String(this.baseline);
    if (comesBack === 'forgetful') return null;
    const last = this.told.at(comesBack === 'repeating' ? -1 - REPEATED : -1);
    return String(last?.position ?? this.baseline);
  }

  private overSocket(): Promise<void> {
    const { url, token, kind, id } = this.options;
    return new Promise((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { handshakeTimeout: 5_000 });
      const send = (message: object): void => socket.send(JSON.stringify(message));
      this.cutNow = () => socket.terminate();
      socket.on('error', () => socket.terminate());
      socket.on('close', () => resolve());
      socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      socket.on('message', (data) => {
        const message = JSON.parse(String(data as Buffer)) as { type: string; payload?: Payload };
        if (message.type === 'connection_ack')
          send({ id: '1', type: 'subscribe', payload: { query: WATCHES[kind], variables: { id, after: this.after } } });
        else if (message.type === 'next') this.take(message.payload ?? {});
        else if (message.type === 'error' || message.type === 'complete') {
          this.note(message.type === 'error' ? JSON.stringify(message.payload).slice(0, 200) : 'completed');
          socket.terminate();
        }
      });
    });
  }

  private async overEvents(): Promise<void> {
    const { url, token, kind, id } = this.options;
    const ended = new AbortController();
    this.cutNow = () => ended.abort();
    const { after } = this;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
        ...(after === null ? {} : { 'last-event-id': after }),
      },
      body: JSON.stringify({ query: WATCHES[kind], variables: { id } }),
      signal: ended.signal,
    });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.+)$/m.exec(block)?.[1];
        if (/^event: next$/m.test(block) && data) this.take(JSON.parse(data) as Payload);
      }
    }
  }

  private take({ data, errors }: Payload): void {
    const told = data?.told;
    if (!told) return this.note(JSON.stringify(errors).slice(0, 200));
    const order = told.order ?? told.orders?.[0];
    if (told.kind !== 'CHANGE') this.resets += 1;
    if (errors || !order?.items.every(({ product }) => product?.name)) this.incomplete += 1;
    const sequence = told.sequence ?? told.change?.sequence ?? 0;
    this.told.push({ position: Number(told.position), order: order?.id ?? '', sequence });
  }

  private note(problem: string): void {
    this.problems.set(problem, (this.problems.get(problem) ?? 0) + 1);
  }
}
