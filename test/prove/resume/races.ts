import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import type { MovedOrder, MovingOrders } from './orders';

const AT_ONCE = 25;
const PATIENCE_MS = 15_000;
const CONTROL_PATIENCE_MS = 400;
/** Subscription and commit begin within so long of one another. */
const LEAD_MS = 8;
const NAIVE_LEAD_MS = 60;
const WATCH = `subscription ($id: ID!, $after: String, $snapshot: Boolean) {
  told: orderStatusChanged(orderId: $id, after: $after, snapshot: $snapshot) { kind sequence } }`;

/** How a client begins: with the state, after what it knows, or, as the control, only with what comes. */
export type Beginning = 'snapshot' | 'after' | 'naive';

/** Subscriptions that begin at the moment in which their order changes. */
export class Races {
  missed = 0;
  run = 0;
  private lastId = 0;
  private readonly takers = new Map<string, (sequence: number) => void>();

  private constructor(
    private readonly socket: WebSocket,
    private readonly orders: MovingOrders,
  ) {}

  static async open(url: string, token: string, orders: MovingOrders): Promise<Races> {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    const races = new Races(socket, orders);
    const { promise: isOpen, resolve } = Promise.withResolvers<void>();
    socket.on('open', () => races.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    socket.on('message', (data) => {
      const { type, id = '', payload } = JSON.parse(String(data as Buffer)) as Message;
      if (type === 'connection_ack') resolve();
      else if (type === 'next' && payload?.data?.told) races.takers.get(id)?.(payload.data.told.sequence);
    });
    await isOpen;
    return races;
  }

  async all(count: number, beginningOf: (turn: number) => Beginning): Promise<void> {
    const lanes = Array.from({ length: AT_ONCE }, async (_, lane) => {
      for (let turn = lane; turn < count; turn += AT_ONCE) {
        const order = this.orders.orders[lane];
        if (order) await this.race(order, beginningOf(turn));
      }
    });
    await Promise.all(lanes);
  }

  close(): void {
    this.socket.terminate();
  }

  /** One change, committed while the subscription begins: it must be told, by the state or as a change. */
  private async race(order: MovedOrder, beginning: Beginning): Promise<void> {
    const before = await this.orders.sequenceOf(order);
    const after = beginning === 'after' ? String(await this.orders.head()) : null;
    this.run += 1;
    this.lastId += 1;
    const id = String(this.lastId);
    const { promise: isTold, resolve } = Promise.withResolvers<void>();
    this.takers.set(id, (sequence) => {
      if (sequence > before) resolve();
    });
    // The control listens a little later, as one who reads first does.
    const lead = Math.random() * (beginning === 'naive' ? NAIVE_LEAD_MS : LEAD_MS);
    const changing = delay(Math.random() * LEAD_MS).then(() => this.orders.changeThese([order]));
    await delay(lead);
    const variables = { id: order.id, after, snapshot: beginning === 'snapshot' };
    this.send({ id, type: 'subscribe', payload: { query: WATCH, variables } });
    await changing;
    const patienceMs = beginning === 'naive' ? CONTROL_PATIENCE_MS : PATIENCE_MS;
    const timer = new AbortController();
    const isInTime = await Promise.race([isTold.then(() => true), delay(patienceMs, false, { signal: timer.signal })]);
    timer.abort();
    if (!isInTime) this.missed += 1;
    this.takers.delete(id);
    this.send({ id, type: 'complete' });
  }

  private send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly data?: { readonly told?: { readonly kind: string; readonly sequence: number } | null } };
}
