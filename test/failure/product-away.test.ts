import type { GraphResult } from '../support/graph';
import { Storefront, type Customer } from '../support/storefront';
import { startSystem, type TestSystem } from '../support/system';
import { kill, pause, processOf, resume } from './support/system-parts';
import { until } from '../support/until';
import { Traffic } from './support/traffic';

interface Mine {
  readonly me: { readonly orders: { readonly nodes: readonly { readonly number: string; readonly items: readonly Item[] }[] } };
}
interface Item {
  readonly name: string;
  readonly quantity: number;
  readonly product: { readonly name: string } | null;
}

const MINE = `query Mine { me { orders(first: 5) { nodes { number items { name quantity product { name } } } } } }`;

const CART = `query Cart { cart { itemCount total { amount } lines { quantity unitPrice { amount } } } }`;

let system: TestSystem;
let shop: Storefront;
beforeAll(async () => {
  system = await startSystem({ processes: true });
  shop = new Storefront(system.url, system.databases);
}, 120_000);
afterAll(() => system?.stop());

test('with the product subgraph hanging or killed, orders still list with the names kept at sale and a clear partial error; it recovers by itself', async () => {
  const customer = await customerWithOrders();
  expect((await shop.try<Mine>(MINE, {}, customer)).errors).toBeUndefined();

  const product = processOf(system, 'serve product');
  pause(product);
  try {
    expectPartial(await shop.try<Mine>(MINE, {}, customer), 'DEADLINE_EXCEEDED');
  } finally {
    resume(product);
  }
  await until(
    () => shop.try<Mine>(MINE, {}, customer),
    ({ errors }) => errors === undefined,
  );

  const others = (): number[] => ['serve user', 'serve order', 'serve gateway', 'work'].map((args) => processOf(system, args));
  const before = others();
  const traffic = new Traffic(() => shop.try<Mine>(MINE, {}, customer), 2);
  await traffic.untilAsked(2);
  kill(product);
  await traffic.untilAsked(10);
  await until(
    () => shop.try<Mine>(MINE, {}, customer),
    ({ errors }) => errors === undefined,
    40_000,
  );
  await traffic.stop();
  for (const { answer, problem } of traffic.seen) {
    expect(problem).toBeNull();
    if (answer?.errors) expectPartial(answer, 'UPSTREAM_UNAVAILABLE');
    else expect(answer?.data?.me.orders.nodes).toHaveLength(2);
  }
  expect(traffic.failures.length).toBeGreaterThan(0);
  expect(others()).toEqual(before);
}, 120_000);

test('carts and checkout say that they cannot go on, and go on afterwards', async () => {
  const customer = await shop.signUp();
  const ware = await shop.addWare({ name: 'Lamp' });
  await shop.add(customer, ware.id);
  kill(processOf(system, 'serve product'));
  const cart = await shop.try<{ cart: { itemCount: number } }>(CART, {}, customer);
  expect(cart.data?.cart.itemCount).toBe(1);
  expect(new Set(cart.errors?.map(({ extensions }) => extensions?.['code']))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
  await until(
    () => shop.try(CART, {}, customer),
    ({ errors }) => errors === undefined,
  );
  expect((await shop.place(customer)).order?.status).toBe('PAID');
}, 90_000);

async function customerWithOrders(): Promise<Customer> {
  const customer = await shop.signUp();
  const [lamp, chair] = [await shop.addWare({ name: 'Lamp' }), await shop.addWare({ name: 'Chair' })];
  await shop.buy(customer, lamp);
  await shop.buy(customer, chair);
  // Renamed since: what the order keeps is told apart from what the product subgraph knows.
  await shop.sql('product', `UPDATE product SET name = name || ' II' WHERE id = ANY($1)`, [[lamp.productKey, chair.productKey]]);
  return customer;
}

/** A call that failed is told once, at the first place that lacks something. */
function expectPartial({ data, errors, status }: GraphResult<Mine>, code: string): void {
  expect(status).toBe(200);
  expect(data?.me.orders.nodes.map(({ items }) => items)).toEqual([
    [{ name: 'Chair', quantity: 1, product: null }],
    [{ name: 'Lamp', quantity: 1, product: null }],
  ]);
  expect(errors?.map(({ path }) => path)).toEqual([['me', 'orders', 'nodes', 0, 'items', 0, 'product']]);
  for (const { message, extensions } of errors ?? []) {
    expect(extensions).toMatchObject({ code, service: 'product' });
    expect(message).not.toMatch(/ECONN|127\.0\.0\.1|socket/);
  }
}
