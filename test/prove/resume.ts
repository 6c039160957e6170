import { setTimeout as delay } from 'node:timers/promises';
import { Storefront, type Customer } from '../support/storefront';
import { startFleet, type Fleet } from './crash/fleet';
import type { Proof, ProofContext } from './proof';
import { Chaos } from './resume/chaos';
import { isClean, judgeTold, seesFaults, type Verdict } from './resume/judge';
import { MovingOrders, type LoggedEvent } from './resume/orders';
import { Races, type Beginning } from './resume/races';
import { Watcher, type WatcherOptions } from './resume/watcher';

interface Scale {
  /** Who watch all orders, all of their own, and one. */
  readonly staff: number;
  readonly mine: number;
  readonly single: number;
  readonly orders: number;
  /** Messages that all of them together must be told. */
  readonly messages: number;
  readonly kills: number;
  readonly killEveryMs: number;
  readonly cutEveryMs: number;
  readonly changeEveryMs: number;
  readonly races: number;
  readonly naiveRaces: number;
}

const SHORT: Scale = {
  staff: 16,
  mine: 10,
  single: 34,
  orders: 60,
  messages: 3_000,
  kills: 7,
  killEveryMs: 1_200,
  cutEveryMs: 150,
  changeEveryMs: 60,
  races: 300,
  naiveRaces: 200,
};
const FULL: Scale = {
  staff: 120,
  mine: 80,
  single: 320,
  orders: 400,
  messages: 200_000,
  kills: 100,
  killEveryMs: 1_500,
  cutEveryMs: 60,
  changeEveryMs: 80,
  races: 10_000,
  naiveRaces: 500,
};
const CUSTOMERS = 8;
const CHANGES_AT_ONCE = 2;
const SETTLE_MS = 120_000;
/** Every so many watchers take server-sent events. */
const EVENTS_EVERY = 5;
/** Real orders are placed beside those that move by SQL. */
const REAL_EVERY_MS = 2_000;

export const proof: Proof = {
  name: 'resume',
  summary:
    'live orders while gateways, subgraphs, Redis and PostgreSQL are killed: each client is told each event once, in order',
  run: async (context) => {
    const scale = context.full ? FULL : SHORT;
    const fleet = await startFleet({}, { orders: 2, gateways: 2 });
    const shop = new Storefront(fleet.url, fleet.databases);
    const orders = new MovingOrders(shop, fleet.databases.order);
    try {
      return await prove(context, scale, { fleet, shop, orders });
    } finally {
      await orders.close();
      await fleet.stop();
    }
  },
};

interface World {
  readonly fleet: Fleet;
  readonly shop: Storefront;
  readonly orders: MovingOrders;
}

async function prove(context: ProofContext, scale: Scale, world: World) {
  const { shop, orders } = world;
  const wares = [];
  for (let n = 0; n < 5; n += 1) wares.push(await shop.addWare({ stock: 100_000 }));
  const customers: Customer[] = [];
  for (let n = 0; n < CUSTOMERS; n += 1) customers.push(await shop.signUp());
  const staff = await shop.hire();
  await orders.open(customers, wares, scale.orders);
  const races = await race(context, scale, world, staff.token);
  const { watchers, baseline, kills, cuts } = await watchThroughChaos(context, scale, world, { customers, staff });
  const truth = await orders.truth(baseline);
  await settle(context, watchers, truth);
  await Promise.all(watchers.map((watcher) => watcher.stop()));
  const sums = judgeAll(context, watchers, truth);
  const isJudgeRight = watchers.some(({ told, options }) => options.comesBack === 'right' && told.length > 2 && seesFaults(told));
  if (!isJudgeRight) context.say('the judge overlooks faults that were put in: the figures prove nothing');
  const areControlsCaught = sums.forgetful > 0 && sums.repeating > 0 && races.naiveMissed > 0;
  const isClear = sums.lost + sums.doubled + sums.reordered + sums.foreign + sums.resets + races.missed === 0;
  const isEnough = sums.messages >= scale.messages && kills >= scale.kills;
  if (!areControlsCaught) context.say('a control was not caught');
  if (!isEnough) context.say(`not enough happened: ${sums.messages} messages, ${kills} kills`);
  return {
    isProven: isClear && isEnough && isJudgeRight && areControlsCaught,
    figures: { clients: watchers.length, events: truth.length, kills, cuts, ...sums, ...races },
  };
}

async function race({ say }: ProofContext, scale: Scale, { fleet, orders }: World, token: string) {
  const races = await Races.open(fleet.url, token, orders);
  await races.all(scale.races, (turn): Beginning => (turn % 2 === 0 ? 'snapshot' : 'after'));
  const missed = races.missed;
  races.missed = 0;
  await races.all(scale.naiveRaces, () => 'naive');
  races.close();
  say(
    `${scale.races} races: ${missed} first updates missed; of ${scale.naiveRaces} that read first and listen then, ${races.missed}`,
  );
  return { races: scale.races, missed, naiveMissed: races.missed };
}

async function watchThroughChaos(
  { say }: ProofContext,
  scale: Scale,
  { fleet, shop, orders }: World,
  { customers, staff }: { readonly customers: readonly Customer[]; readonly staff: Customer },
) {
  const baseline = await orders.head();
  const watchers = watchersOf(scale, fleet.url, orders, customers, staff).map((options) => new Watcher(options, baseline));
  for (const watcher of watchers) watcher.start();
  await delay(1_500);
  const chaos = new Chaos(fleet, watchers, scale);
  chaos.start();
  const buying = new AbortController();
  const real = buy(shop, customers[0], buying.signal);
  const rightful = watchers.filter(({ options }) => options.comesBack === 'right');
  const told = (): number => rightful.reduce((sum, watcher) => sum + watcher.told.length, 0);
  for (let round = 0; told() < scale.messages || chaos.kills < scale.kills; round += 1) {
    await orders.change(CHANGES_AT_ONCE);
    await delay(scale.changeEveryMs);
    if (round % 200 === 199) say(`${told()} messages, ${chaos.kills} kills, ${chaos.cuts} cuts`);
  }
  await chaos.stop();
  buying.abort();
  say(
    `${told()} messages; killed: ${[...chaos.deaths].map(([name, count]) => `${name} ${count}`).join(', ')}; orders bought: ${await real}`,
  );
  await fleet.untilReady(120_000);
  await orders.head();
  return { watchers, baseline, kills: chaos.kills, cuts: chaos.cuts };
}

/** Checks out as customers do, as far as that goes while everything dies. */
async function buy(shop: Storefront, customer: Customer | undefined, signal: AbortSignal): Promise<number> {
  const ware = await shop.addWare({ stock: 100_000 });
  let bought = 0;
  while (customer && !signal.aborted) {
    await shop.buy(customer, ware).then(
      () => (bought += 1),
      () => undefined,
    );
    await delay(REAL_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return bought;
}

function watchersOf(
  scale: Scale,
  url: string,
  { orders }: MovingOrders,
  customers: readonly Customer[],
  staff: Customer,
): WatcherOptions[] {
  const made: Omit<WatcherOptions, 'transport' | 'url'>[] = [];
  for (let n = 0; n < scale.staff; n += 1) made.push({ ...asUser(staff), kind: 'staff', comesBack: 'right' });
  for (let n = 0; n < scale.mine; n += 1)
    made.push({ ...asUser(customers[n % customers.length]), kind: 'mine', comesBack: 'right' });
  for (const { id, userId } of orders.slice(0, scale.single)) {
    const owner = customers.find((customer) => customer.id === userId);
    made.push({ ...asUser(owner), kind: 'order', id, comesBack: 'right' });
  }
  for (const comesBack of ['forgetful', 'repeating'] as const)
    for (let n = 0; n < 3; n += 1) made.push({ ...asUser(staff), kind: 'staff', comesBack });
  return made.map((options, at) => ({ ...options, url, transport: at % EVENTS_EVERY === 0 ? 'events' : 'socket' }));
}

function asUser(customer: Customer | undefined): Pick<WatcherOptions, 'token' | 'userId'> {
  if (!customer) throw new Error('an order of nobody');
  return { token: customer.token, userId: customer.id };
}

/** Waits until nobody who comes back rightly lacks anything, or nothing comes any more. */
async function settle({ say }: ProofContext, watchers: readonly Watcher[], truth: readonly LoggedEvent[]): Promise<void> {
  const giveUpAtMs = performance.now() + SETTLE_MS;
  const lacking = (): number =>
    watchers.filter((watcher) => watcher.options.comesBack === 'right' && verdictOf(watcher, truth).lost > 0).length;
  while (lacking() > 0 && performance.now() < giveUpAtMs) await delay(1_000);
  say(`${lacking()} clients lack something`);
}

function verdictOf({ options, told }: Watcher, truth: readonly LoggedEvent[]): Verdict {
  const { kind, id, userId } = options;
  const isTheirs = (event: LoggedEvent): boolean =>
    kind === 'staff' || (kind === 'order' ? event.order === id : event.userId === userId);
  return judgeTold(told, truth.filter(isTheirs));
}

function judgeAll({ say }: ProofContext, watchers: readonly Watcher[], truth: readonly LoggedEvent[]) {
  const sums = { messages: 0, reconnects: 0, lost: 0, doubled: 0, reordered: 0, foreign: 0, resets: 0, incomplete: 0 };
  const controls = { forgetful: 0, repeating: 0 };
  const problems = new Map<string, number>();
  for (const watcher of watchers) {
    const verdict = verdictOf(watcher, truth);
    const { comesBack } = watcher.options;
    if (comesBack === 'forgetful') controls.forgetful += verdict.lost;
    if (comesBack === 'repeating') controls.repeating += verdict.doubled;
    if (comesBack !== 'right') continue;
    for (const name of ['lost', 'doubled', 'reordered', 'foreign'] as const) sums[name] += verdict[name];
    sums.messages += watcher.told.length;
    sums.reconnects += watcher.connections - 1;
    sums.resets += watcher.resets;
    sums.incomplete += watcher.incomplete;
    if (!isClean(verdict)) say(`WRONG: ${watcher.options.kind} over ${watcher.options.transport}: ${JSON.stringify(verdict)}`);
    for (const [problem, count] of watcher.problems) problems.set(problem, (problems.get(problem) ?? 0) + count);
  }
  for (const [problem, count] of problems) say(`${count} times: ${problem}`);
  return { ...sums, ...controls };
}
