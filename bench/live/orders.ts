import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { globalId, keyOf } from '../../platform/federation';
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

/** $1 a model, $2 customers, $3 how many, $4 products. */
const COPY_ORDERS = `WITH copies AS (
  INSERT INTO "order" SELECT (jsonb_populate_record(o, jsonb_build_object('id', nextval(pg_get_serial_sequence('"order"', 'id')),
      'number', 'BENCH-' || n, 'user_id', ($2::int[])[1 + n % array_length($2::int[], 1)], 'placed_key', null, 'reservation_id', null))).*
    FROM "order" o, generate_series(1, $3::int) n WHERE o.id = $1 RETURNING id, user_id
), items AS (
  INSERT INTO order_item (order_id, product_id, variant_id, name, quantity, price, position)
    SELECT c.id, ($4::int[])[1 + (c.id + p) % array_length($4::int[], 1)], 1, 'Ware', 1, 1, p FROM copies c, generate_series(1, 2) p
), logged AS (
  INSERT INTO order_event (order_id, sequence, type, data, actor_kind) SELECT id, 1, 'PLACED', '{}', 'SYSTEM' FROM copies
) SELECT id AS key, user_id AS "userKey" FROM copies`;

/** In the form of the product's own writer, for many orders in one transaction. */
const CHANGE_ORDERS = `WITH changed AS (
  UPDATE "order" o SET version = version + 1, updated_at = clock_timestamp()
    FROM unnest($1::int[], $2::text[], $3::text[]) AS given(key, id, user_id) WHERE o.id = given.key
    RETURNING o.id AS key, given.id, given.user_id, o.number, o.status
), logged AS (
  INSERT INTO order_event (order_id, sequence, type, data, actor_kind)
    SELECT key, (SELECT max(sequence) + 1 FROM order_event e WHERE e.order_id = key), 'NOTE_ADDED', '{}', 'SYSTEM' FROM changed
    RETURNING order_id, sequence
), told AS (
  INSERT INTO outbox (type, key, touches, data)
    SELECT 'order.status_changed', id, jsonb_build_array(jsonb_build_object('type', 'Order', 'id', id), jsonb_build_object('type', 'User', 'id', user_id)),
      jsonb_build_object('orderId', id, 'userId', user_id, 'number', number, 'type', 'NOTE_ADDED', 'from', status, 'to', status, 'sequence', sequence)
    FROM changed JOIN logged ON order_id = key RETURNING id
) SELECT order_id AS key, sequence, pg_notify('outbox', '') FROM logged, (SELECT count(*) FROM told) n`;
