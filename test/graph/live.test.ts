import { subscribe, type GraphSubscription } from '../support/graph';
import type { Customer, PlacedOrder, Storefront } from '../support/storefront';
import { sharedShop } from './support/shared-shop';

interface Change {
  readonly orderStatusChanged: {
    readonly sequence: number;
    readonly type: string;
    readonly order: {
      readonly number: string;
      readonly items: readonly { readonly product: { readonly name: string; readonly categories: readonly unknown[] } }[];
    };
  };
}

const WATCH = `subscription Watch($id: ID!, $after: Int) { orderStatusChanged(orderId: $id, afterSequence: $after) {
  sequence type order { number items { product { name categories { name } } } } } }`;

let shop: Storefront;
let staff: Customer;
beforeAll(async () => {
  shop = sharedShop();
  staff = await shop.hire();
});

test('who connected before and who connected after a change each see every event once and in order, with the product beside it', async () => {
  const { customer, order } = await boughtLamp();
  const early = watch(order, customer, 0);
  const streams = [early];
  try {
    const first = await readUntil(early, 'PAID');
    await change('packOrder(input: { orderId: $id })', order);
    const late = watch(order, customer, 0);
    streams.push(late);
    const [seenEarly, seenLate] = [[...first, ...(await readUntil(early, 'PACKED'))], await readUntil(late, 'PACKED')];
    await change('shipOrder(input: { orderId: $id, carrier: "Post", trackingNumber: "T1" })', order);
    seenEarly.push(...(await readUntil(early, 'SHIPPED')));
    seenLate.push(...(await readUntil(late, 'SHIPPED')));
    expect(seenEarly.map(({ sequence }) => sequence)).toEqual(seenEarly.map((_, at) => at + 1));
    expect(seenLate).toEqual(seenEarly);
    const events = await shop.ask<{ order: { events: { sequence: number; type: string }[] } }>(
      'query Log($id: ID!) { order(id: $id) { events { sequence type } } }',
      { id: order.id },
      customer,
    );
    expect(events.order.events).toEqual(seenEarly.map(({ sequence, type }) => ({ sequence, type })));
  } finally {
    for (const stream of streams) await stream.close();
  }
});

test('who comes back says the last sequence seen, and gets what was missed, once', async () => {
  const { customer, order } = await boughtLamp();
  const before = watch(order, customer, 0);
  const seen = await readUntil(before, 'PAID');
  await before.close();
  await change('packOrder(input: { orderId: $id })', order);
  await change('shipOrder(input: { orderId: $id, carrier: "Post", trackingNumber: "T1" })', order);
  const after = watch(order, customer, seen.at(-1)?.sequence ?? 0);
  try {
    const missed = await readUntil(after, 'SHIPPED');
    expect(missed.map(({ sequence }) => sequence)).toEqual(missed.map((_, at) => seen.length + 1 + at));
    await change('deliverOrder(input: { orderId: $id })', order);
    expect((await readUntil(after, 'DELIVERED')).map(({ sequence }) => sequence)[0]).toBe(seen.length + missed.length + 1);
  } finally {
    await after.close();
  }
});

test('nobody else may watch', async () => {
  const { order } = await boughtLamp();
  const stranger = watch(order, await shop.signUp(), 0);
  const told = await stranger.next().then(
    ({ data, errors }) => ({ data, code: errors?.[0]?.extensions?.['code'] }),
    (error: unknown) => ({ data: null, code: JSON.stringify(error) }),
  );
  await stranger.close();
  expect(told.data ?? null).toBeNull();
  expect(told.code).toContain('NOT_FOUND');
});

async function boughtLamp() {
  const customer = await shop.signUp();
  const order = await shop.buy(customer, await shop.addWare({ name: 'Lamp' }));
  return { customer, order };
}

function watch(order: PlacedOrder, { token }: Customer, after: number): GraphSubscription<Change> {
  return subscribe<Change>(WATCH, { id: order.id, after }, { token, url: shop.url });
}

/** All events up to the first of this type. */
async function readUntil(stream: GraphSubscription<Change>, type: string): Promise<{ sequence: number; type: string }[]> {
  const seen: { sequence: number; type: string }[] = [];
  for (;;) {
    const { data, errors } = await stream.next();
    expect(errors).toBeUndefined();
    const event = data?.orderStatusChanged;
    expect(event?.order.items).toEqual([{ product: { name: 'Lamp', categories: [] } }]);
    seen.push({ sequence: event?.sequence ?? 0, type: event?.type ?? '' });
    if (event?.type === type) return seen;
  }
}

async function change(mutation: string, { id }: PlacedOrder): Promise<void> {
  const answer = await shop.ask<Record<string, { errors: unknown[] }>>(
    `mutation Change($id: ID!) { ${mutation} { errors { __typename } } }`,
    { id },
    staff,
  );
  for (const { errors } of Object.values(answer)) expect(errors).toEqual([]);
}
