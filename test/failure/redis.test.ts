import { subscribe, type GraphSubscription } from '../support/graph';
import { Storefront, type Customer, type PlacedOrder, type Ware } from '../support/storefront';
import { startSystem, type ServerControl, type TestSystem } from '../support/system';
import { Traffic } from './support/traffic';

/** An answer that began so long after a write was acknowledged must know of it. */
const FRESH_AFTER_MS = 1_000;

interface ProductSeen {
  readonly product: { readonly name: string; readonly price: { readonly amount: string } } | null;
}
interface StatusSeen {
  readonly orderStatusChanged: {
    readonly sequence: number;
    readonly type: string;
    readonly order: { readonly items: readonly { readonly product: { readonly name: string } | null }[] };
  };
}

let system: TestSystem;
let shop: Storefront;
let staff: Customer;
beforeAll(async () => {
  system = await startSystem({ redis: 'own' });
  shop = new Storefront(system.url, system.databases);
  staff = await shop.hire();
}, 90_000);
afterAll(() => system?.stop());

interface Fault {
  readonly name: string;
  begin(redis: ServerControl): Promise<void> | void;
  end(redis: ServerControl): Promise<void> | void;
}

const FAULTS: readonly Fault[] = [
  { name: 'stopped', begin: (redis) => redis.stop(), end: (redis) => redis.start() },
  { name: 'killed', begin: (redis) => redis.kill(), end: (redis) => redis.start() },
  { name: 'hanging', begin: (redis) => redis.pause(), end: (redis) => redis.resume() },
];

test.each(FAULTS)(
  'Redis $name under traffic: no request fails, no answer is stale, and all recovers',
  async ({ begin, end }) => {
    const redis = system.redis as ServerControl;
    const ware = await shop.addWare({ name: 'Lamp', price: '1.00' });
    const customer = await shop.signUp();
    const order = await shop.buy(customer, ware);
    const prices = new Prices(ware);
    const readers = new Traffic(() =>
      shop.try<ProductSeen>(`query Price($id: ID!) { product(id: $id) { name price { amount } } }`, { id: ware.productId }),
    );
    const shoppers = new Traffic(
      () =>
        shop.try(
          `query Mine { me { id orders(first: 1) { nodes { items { product { name categories { name } } } } } } cart { id } }`,
          {},
          customer,
        ),
      1,
    );
    const live = watch(order, customer);
    try {
      await untilTold(live, 'PAID');
      await prices.raise();
      await readers.untilAsked(20);

      await begin(redis);
      await prices.raise();
      await pack(order);
      expect((await shop.buy(customer, ware)).status).toBe('PAID');
      await readers.untilAsked(20, performance.now() + FRESH_AFTER_MS);
      await untilTold(live, 'PACKED');
      await prices.raise();
      await readers.untilAsked(20, performance.now() + FRESH_AFTER_MS);

      await end(redis);
      await readers.untilAsked(40);
      await prices.raise();
      await ship(order);
      await untilTold(live, 'SHIPPED');
      await readers.untilAsked(40, performance.now() + FRESH_AFTER_MS);
    } finally {
      await Promise.all([readers.stop(), shoppers.stop(), live.close()]);
    }
    expect(readers.failures).toEqual([]);
    expect(shoppers.failures).toEqual([]);
    expect(prices.staleOf(readers).slice(0, 5)).toEqual([]);
    expect(
      (await shop.try<ProductSeen>('query Now($id: ID!) { product(id: $id) { name price { amount } } }', { id: ware.productId }))
        .data?.product?.price.amount,
    ).toBe(prices.last);
  },
  90_000,
);

/** A price that only rises, and when each was acknowledged: so an answer shows how old it is. */
class Prices {
  private readonly acknowledged: { readonly cents: number; readonly atMs: number }[] = [];

  constructor(private readonly ware: Ware) {}

  get last(): string {
    return ((this.acknowledged.at(-1)?.cents ?? 0) / 100).toFixed(2);
  }

  async raise(): Promise<void> {
    const cents = 101 + this.acknowledged.length;
    const input = { variantId: this.ware.id, price: { amount: (cents / 100).toFixed(2) } };
    const { updateVariant } = await shop.ask<{ updateVariant: { errors: unknown[] } }>(
      'mutation Raise($input: UpdateVariantInput!) { updateVariant(input: $input) { errors { __typename } } }',
      { input },
      staff,
    );
    expect(updateVariant.errors).toEqual([]);
    this.acknowledged.push({ cents, atMs: performance.now() });
  }

  staleOf(readers: Traffic<ProductSeen>): string[] {
    return readers.seen.flatMap(({ answer, startedAtMs }) => {
      const known = this.acknowledged.filter(({ atMs }) => atMs + FRESH_AFTER_MS < startedAtMs).at(-1);
      const cents = Math.round(Number(answer?.data?.product?.price.amount) * 100);
      if (!known || cents >= known.cents) return [];
      return [`${cents} was told ${Math.round(startedAtMs - known.atMs)} ms after ${known.cents} had been acknowledged`];
    });
  }
}

function watch(order: PlacedOrder, customer: Customer): GraphSubscription<StatusSeen> {
  return subscribe<StatusSeen>(
    'subscription Watch($id: ID!) { orderStatusChanged(orderId: $id, after: "0") { sequence type order { items { product { name } } } } }',
    { id: order.id },
    { token: customer.token, url: system.url },
  );
}

/** Reads on to the event of this type; each must come with what the product subgraph knows. */
async function untilTold(live: GraphSubscription<StatusSeen>, type: string): Promise<void> {
  for (;;) {
    const { data, errors } = await live.next(15_000);
    expect(errors).toBeUndefined();
    expect(data?.orderStatusChanged.order.items[0]?.product?.name).toBe('Lamp');
    if (data?.orderStatusChanged.type === type) return;
  }
}

async function pack({ id }: PlacedOrder): Promise<void> {
  const { packOrder } = await shop.ask<{ packOrder: { errors: unknown[] } }>(
    'mutation Pack($id: ID!) { packOrder(input: { orderId: $id }) { errors { __typename } } }',
    { id },
    staff,
  );
  expect(packOrder.errors).toEqual([]);
}

async function ship({ id }: PlacedOrder): Promise<void> {
  const { shipOrder } = await shop.ask<{ shipOrder: { errors: unknown[] } }>(
    'mutation Ship($id: ID!) { shipOrder(input: { orderId: $id, carrier: "Post", trackingNumber: "T1" }) { errors { __typename } } }',
    { id },
    staff,
  );
  expect(shipOrder.errors).toEqual([]);
}
