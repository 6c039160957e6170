import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { globalId, keyOf } from '../../platform/federation';
import { CHANGE_ORDERS, COPY_ORDERS } from '../../test/support/order-rows';
import { Storefront, type Customer } from '../../test/support/storefront';
import type { TestSystem } from '../../test/support/system';
import { RawClient } from './raw-client';

const ORDERS = 1_000;
const CUSTOMERS = 20;
const WARES = 50;
const ORDERS_PER_SOCKET = 10;
const WATCH = `subscription Watch($id: ID!) { orderStatusChanged(orderId: $id) {
  sequence type status order { number items { quantity product { name slug } } } } }`;

/** What an order's change cost on its way from the commit to its one watcher. */
export interface Journeys {
  readonly latenciesMs: readonly number[];
  readonly told: number;
  /** Events that were committed. */
  readonly committed: number;
  readonly wrong: number;
}

interface Watched {
  readonly key: number;
  readonly id: string;
  readonly userId: string;
}

/** Many orders, each watched by its customer alone, whose changes are committed at a rate of the benchmark's own. */
export class WatchedOrders {
  private orders: readonly Watched[] = [];
  private readonly clients: RawClient[] = [];
  /** By order and sequence; negative while it is not committed yet. */
  private readonly committedAtMs = new Map<string, number>();
  private readonly arrivedAtMs = new Map<string, number>();
  private wrong = 0;

  constructor(
    private readonly system: TestSystem,
    private readonly database: string,
  ) {}

  async open(): Promise<void> {
    const shop = new Storefront(this.system.url, this.system.databases);
    const wares = [];
    for (let n = 0; n < WARES; n += 1) wares.push(await shop.addWare({ name: `Ware ${n}` }));
    const customers: Customer[] = [];
    for (let n = 0; n < CUSTOMERS; n += 1) customers.push(await shop.signUp());
    const [first, ware] = [customers[0], wares[0]];
    if (!first || !ware) throw new Error('nobody and nothing to sell to');
    const model = await shop.buy(first, ware);
    const client = new pg.Client(this.database);
    await client.connect();
    const { rows } = await client.query<{ key: number; userKey: number }>(COPY_ORDERS, [
      keyOf('Order', model.id),
      customers.map(({ id }) => keyOf('User', id)),
      ORDERS,
      wares.map(({ productKey }) => productKey),
    ]);
    await client.end();
    this.orders = rows.map(({ key, userKey }) => ({ key, id: globalId('Order', key), userId: globalId('User', userKey) }));
    for (const customer of customers) await this.watchAllOf(customer);
  }

  /** Commits changes of all orders in turn, some in each transaction, and waits for the last of them. */
  async run(perSecond: number, seconds: number, inTransaction: number): Promise<Journeys> {
    this.committedAtMs.clear();
    this.arrivedAtMs.clear();
    const client = new pg.Client(this.database);
    await client.connect();
    const startedMs = performance.now();
    let committed = 0;
    for (let at = 0; performance.now() - startedMs < seconds * 1_000; at = (at + inTransaction) % this.orders.length) {
      const some = this.orders.slice(at, at + inTransaction);
      const values = [some.map(({ key }) => key), some.map(({ id }) => id), some.map(({ userId }) => userId)];
      const { rows } = await client.query<{ key: number; sequence: number }>({ name: 'change', text: CHANGE_ORDERS, values });
      const nowMs = performance.now();
      for (const { key, sequence } of rows) this.committedAtMs.set(`${globalId('Order', key)} ${sequence}`, nowMs);
      committed += rows.length;
      const aheadMs = (committed / perSecond) * 1_000 - (nowMs - startedMs);
      if (aheadMs > 0) await delay(aheadMs);
    }
    await client.end();
    for (let waited = 0; this.arrivedAtMs.size < committed && waited < 100; waited += 1) await delay(100);
    const latenciesMs = [...this.committedAtMs].flatMap(([change, atMs]) => {
      const arrived = this.arrivedAtMs.get(change);
      // What arrives before its commit is acknowledged to the writer took no time.
      return arrived === undefined ? [] : [Math.max(0, arrived - atMs)];
    });
    return { latenciesMs, told: this.arrivedAtMs.size, committed, wrong: this.wrong };
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  private async watchAllOf(customer: Customer): Promise<void> {
    const own = this.orders.filter(({ userId }) => userId === customer.id);
    for (let at = 0; at < own.length; at += ORDERS_PER_SOCKET)
      await this.watchSome(customer.token, own.slice(at, at + ORDERS_PER_SOCKET));
  }

  private watchSome(token: string, orders: readonly Watched[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const client = new RawClient(
        Number(new URL(this.system.url).port),
        () => client.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
        (text) => {
          if (!text.startsWith('{"type":"connection_ack"')) return this.take(text);
          for (const { id } of orders) client.send({ id, type: 'subscribe', payload: { query: WATCH, variables: { id } } });
          resolve();
        },
        () => reject(new Error(`the server closed a socket: ${client.why}`)),
      );
      this.clients.push(client);
    });
  }

  private take(text: string): void {
    const nowMs = performance.now();
    const { id, payload } = JSON.parse(text) as {
      id: string;
      payload: { data?: { orderStatusChanged?: { sequence: number; order: { items: { product: { name: string } | null }[] } } } };
    };
    const change = payload.data?.orderStatusChanged;
    if (!change?.order.items.every(({ product }) => product?.name.startsWith('Ware'))) this.wrong += 1;
    else this.arrivedAtMs.set(`${id} ${change.sequence}`, nowMs);
  }
}
