import { randomBytes, randomUUID } from 'node:crypto';
import type { Viewer } from '../../../platform/auth';
import type { Settings } from '../../../platform/config';
import type { EventBus } from '../../../platform/events';
import { globalId, type SubgraphClient, type SubgraphRequest, type SubgraphResponse } from '../../../platform/federation';
import type { Mailbox } from '../../../platform/mail';
import type { Stoppable } from '../../../platform/process';
import { createOrderSubgraph } from '../../../subgraphs/order';
import { createProductSubgraph } from '../../../subgraphs/product';
import { openSubgraph, viewerOf } from '../../support/component';
import type { TestDatabase } from '../../support/database';
import { openProvider, type TestProvider } from './payment-provider';

export interface ShopVariant {
  readonly key: number;
  readonly id: string;
  readonly productKey: number;
}

/** What a test may do to the calls that the order subgraph makes to another one. */
export interface Faults {
  /** Called before each call; throwing means that the other side was not reached. */
  before: ((request: SubgraphRequest) => Promise<void> | void) | null;
  /** Called after each call that was served; throwing means that the answer was lost. */
  after: ((request: SubgraphRequest) => Promise<void> | void) | null;
}

/** The order subgraph over a real product subgraph, both in this process, on databases of their own. */
export interface Shop {
  readonly order: TestDatabase;
  readonly product: TestDatabase;
  readonly client: SubgraphClient;
  readonly faults: Faults;
  readonly bus: EventBus;
  readonly mailbox: Mailbox | undefined;
  /** Where the order subgraph gets its money from. */
  readonly provider: TestProvider;
  /** Executes an operation. @throws when it answers errors */
  data<Data>(query: string, variables: Record<string, unknown>, viewer: Viewer): Promise<Data>;
  execute(query: string, variables: Record<string, unknown>, viewer: Viewer): Promise<SubgraphResponse>;
  addVariant(options?: { stock?: number; price?: string; name?: string }): Promise<ShopVariant>;
  startWork(): Promise<Stoppable>;
  close(): Promise<void>;
}

export async function openShop(settings: Partial<Settings> = {}): Promise<Shop> {
  const product = await openSubgraph('product', createProductSubgraph);
  const faults: Faults = { before: null, after: null };
  const provider = await openProvider();
  const extra = { product: faulty(product.module.client, faults), user: userDirectory };
  const order = await openSubgraph('order', createOrderSubgraph, {
    settings: { databasePoolSize: 10, logLevel: 'silent', payment: provider.settings, ...settings },
    extra,
  });
  provider.listen(order.module.routes ?? null);
  return {
    provider,
    order: order.database,
    product: product.database,
    client: order.module.client,
    bus: order.bus,
    mailbox: order.module.mailbox,
    faults,
    execute: (query, variables, viewer) => order.execute(query, variables, viewer),
    data: async <Data>(query: string, variables: Record<string, unknown>, viewer: Viewer) => {
      const { data, errors } = await order.execute(query, variables, viewer);
      if (errors || !data) throw new Error(`the operation failed: ${JSON.stringify(errors)}`);
      return data as Data;
    },
    addVariant: (options = {}) => addVariant(product.database, options),
    startWork: async () => {
      const consumers = order.module.startConsuming?.();
      const work = await order.module.startWork();
      return { name: work.name, stop: async () => void (await Promise.all([work.stop(), consumers?.stop()])) };
    },
    close: async () => {
      await provider.close();
      await order.close();
      await product.close();
    },
  };
}

let lastUser = 1000;

/** A customer whom no other test of this file knows. */
export function newCustomer(guestToken: string | null = null): Viewer {
  lastUser += 1;
  return { ...viewerOf(lastUser), guestToken };
}

export const staff: Viewer = viewerOf(7, ['STAFF']);

export function guest(guestToken: string | null): Viewer {
  return { kind: 'anonymous', userId: null, roles: [], scopes: [], sessionId: null, guestToken };
}

export function newKey(): string {
  return randomUUID();
}

async function addVariant(database: TestDatabase, { stock = 100, price = '19.99', name = 'A lamp' }): Promise<ShopVariant> {
  const slug = `p-${randomBytes(6).toString('hex')}`;
  const [row] = await database.query<{ id: number; product_id: number }>(
    `WITH p AS (INSERT INTO product (slug, name, status, currency, published_at) VALUES ($1, $2, 'ACTIVE', 'EUR', now()) RETURNING id)
     INSERT INTO product_variant (product_id, sku, title, price, stock_on_hand) SELECT id, $1, 'Red', $3::numeric, $4 FROM p RETURNING id, product_id`,
    [slug, name, price, stock],
  );
  if (!row) throw new Error('no variant was made');
  return { key: row.id, id: globalId('ProductVariant', row.id), productKey: row.product_id };
}

/** Answers `userContacts` for everybody, as the user subgraph would. */
const userDirectory: SubgraphClient = {
  name: 'user',
  execute: async (request) => ({
    data: { userContacts: (request.variables as { ids: string[] }).ids.map((id) => ({ email: `${id}@example.com` })) },
  }),
  subscribe: () => {
    throw new Error('the user subgraph has no subscriptions');
  },
};

function faulty(client: SubgraphClient, faults: Faults): SubgraphClient {
  return {
    name: client.name,
    subscribe: (request, receiver) => client.subscribe(request, receiver),
    execute: async (request) => {
      await faults.before?.(request);
      const response = await client.execute(request);
      await faults.after?.(request);
      return response;
    },
  };
}
