import { setTimeout as delay } from 'node:timers/promises';
import { descendantsOf } from '../test/support/descendants';
import type { Benchmark, BenchmarkContext } from './benchmark';
import { usageOf } from './gateway/processes';
import { Crowd } from './live/crowd';
import { startSubject, type Subject, type SubjectName } from './live/subjects';
import { WatchedOrders } from './live/orders';
import { printTable } from './shop/table';

const SUBJECTS: readonly SubjectName[] = ['ours', 'stock', 'floor'];
const PARTS = ['memory', 'fan', 'orders'];
const MANY = 15_000;
const CROWD = 5_000;
const STALLED = 100;
const EVENTS = 20;
const ROUNDS = 3;
const PRODUCT = 'p1';
/** What those are sent who do not read, before each event for all: more than the kernel takes. */
const BIG = 'big:131072';

/** Our gateway's live subscriptions beside the server of graphql-ws and bare sockets. */
export const benchmark: Benchmark = {
  name: 'live',
  summary:
    'memory of 15,000 subscriptions, one event to 5,000 with and without stalled readers, beside graphql-ws and bare ws; 1,000 changes of orders a second; name memory, fan, orders, or ours, stock, floor to choose',
  run: async (context) => {
    const isChosen = (name: string, among: readonly string[]): boolean =>
      context.selection.includes(name) || !among.some((each) => context.selection.includes(each));
    const names = SUBJECTS.filter((name) => isChosen(name, SUBJECTS));
    const memory = isChosen('memory', PARTS) ? await measureMemory(context, names) : [];
    const fan = isChosen('fan', PARTS) ? await measureFan(context, names) : [];
    context.say('');
    printTable(fan, context.say);
    const orders = isChosen('orders', PARTS) ? await measureOrders(context) : null;
    const ours = fan.find(({ peer }) => peer === 'ours');
    return {
      rows: [...memory, ...fan, ...(orders ? [orders] : [])],
      figures: {
        kbPerSubscription: memory.find(({ peer }) => peer === 'ours')?.kbPerSubscription ?? '-',
        fanP99Ms: ours?.p99Ms ?? '-',
        cpuUsPerMessage: ours?.cpuUs ?? '-',
        p99WithStalledMs: ours?.p99StalledMs ?? '-',
        kbPerStalled: ours?.kbPerStalled ?? '-',
        orderP50Ms: orders?.p50Ms ?? '-',
        orderP99Ms: orders?.p99Ms ?? '-',
        callsPerEvent: orders?.callsPerEvent ?? '-',
        lost: fan.reduce((sum, { lost }) => sum + Number(lost), Number(orders?.lost ?? 0)),
      },
    };
  },
};

type Row = Record<string, string | number>;

/** Each subscription has a socket of its own; a hundred products are watched, by users with tokens where there are any. */
async function measureMemory({ say }: BenchmarkContext, names: readonly SubjectName[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of names) {
    const [subject, crowd] = [await startSubject(name), new Crowd()];
    try {
      await openAll(crowd, subject, 500, 100);
      await crowd.ask({ kind: 'close' });
      await delay(1_000);
      const before = await subject.rssBytes();
      const { open } = await openAll(crowd, subject, MANY, 100);
      await delay(1_000);
      const after = await subject.rssBytes();
      const kb = Math.round(((after - before) / 1_024 / MANY) * 10) / 10;
      rows.push({ measured: 'memory', peer: name, subscriptions: open, kbPerSubscription: kb });
    } finally {
      await Promise.all([crowd.stop(), subject.stop()]);
    }
  }
  say('');
  printTable(rows, say);
  return rows;
}

function openAll(crowd: Crowd, { port, tokens }: Subject, count: number, products: number) {
  const watched = Array.from({ length: count }, (_, at) => `p${(at % products) + 1}`);
  return crowd.ask({ kind: 'open', port, products: watched, tokens });
}

interface Fan {
  readonly latenciesMs: number[];
  cpuMs: number;
  lost: number;
}

/** The subjects take turns, so that what the machine does meanwhile meets all of them. */
async function measureFan({ say }: BenchmarkContext, names: readonly SubjectName[]): Promise<Row[]> {
  const running = [];
  try {
    for (const name of names) {
      const [subject, crowd] = [await startSubject(name), new Crowd()];
      running.push({ subject, crowd, plain: fan(), stalled: fan(), kbPerStalled: 0 });
      await openAll(crowd, subject, CROWD, 1);
      await delay(500);
      await tell(subject, crowd, CROWD, fan(), 5);
    }
    for (let round = 0; round < ROUNDS; round += 1)
      for (const { subject, crowd, plain } of running) await tell(subject, crowd, CROWD, plain, EVENTS);
    for (const each of running) {
      const before = await each.subject.rssBytes();
      await each.crowd.ask({ kind: 'stall', count: STALLED });
      await delay(500);
      for (let event = 0; event < ROUNDS * EVENTS; event += 1) {
        each.subject.change(BIG);
        await tell(each.subject, each.crowd, CROWD - STALLED, each.stalled, 1);
        if (event % 6 === 5) each.kbPerStalled = Math.max(each.kbPerStalled, await growthOf(each.subject, before));
      }
    }
    return running.map(({ subject, plain, stalled, kbPerStalled }) => ({
      measured: 'one event to 5,000',
      peer: subject.name,
      p50Ms: quantile(plain.latenciesMs, 0.5),
      p99Ms: quantile(plain.latenciesMs, 0.99),
      cpuUs: Math.round(((plain.cpuMs * 1_000) / Math.max(1, plain.latenciesMs.length)) * 10) / 10,
      lost: plain.lost + stalled.lost,
      p99StalledMs: quantile(stalled.latenciesMs, 0.99),
      kbPerStalled,
    }));
  } finally {
    for (const { subject, crowd } of running) await Promise.all([crowd.stop(), subject.stop()]);
    say('');
  }
}

/** Kilobytes for each stalled reader. */
async function growthOf(subject: Subject, before: number): Promise<number> {
  return Math.round(((await subject.rssBytes()) - before) / 1_024 / STALLED);
}

function fan(): Fan {
  return { latenciesMs: [], cpuMs: 0, lost: 0 };
}

/** One event after the other, each when the last has reached all. */
async function tell(subject: Subject, crowd: Crowd, count: number, into: Fan, events: number): Promise<void> {
  const before = usageOf(subject.pid).cpuMs;
  for (let event = 0; event < events; event += 1) {
    const all = crowd.expect(count, 10_000);
    subject.change(PRODUCT);
    const { latenciesMs } = await all;
    into.lost += count - latenciesMs.length;
    into.latenciesMs.push(...latenciesMs);
  }
  into.cpuMs += usageOf(subject.pid).cpuMs - before;
}

const EVENTS_PER_SECOND = 1_000;
/** Orders that change in one transaction. */
const IN_TRANSACTION = 10;
const WARM_UP_SECONDS = 3;

/** The shop itself, its subgraphs in processes of their own: distinct orders change, each watched by its customer. */
async function measureOrders({ say, seconds, startSystem }: BenchmarkContext): Promise<Row> {
  const system = await startSystem({ processes: true, environment: { LOG_LEVEL: 'error' } });
  const orders = new WatchedOrders(system, system.databases.order ?? '');
  try {
    await orders.open();
    await delay(1_000);
    await orders.run(EVENTS_PER_SECOND, WARM_UP_SECONDS, IN_TRANSACTION);
    const before = await subgraphCalls(system.url);
    const parts = partsOf(system.process.pid).map((part) => ({ ...part, before: usageOf(part.pid).cpuMs }));
    const { latenciesMs, told, committed, wrong } = await orders.run(EVENTS_PER_SECOND, seconds, IN_TRANSACTION);
    const calls = (await subgraphCalls(system.url)) - before;
    for (const { name, pid, before: cpuMs } of parts)
      say(`${name}: ${Math.round(((usageOf(pid).cpuMs - cpuMs) / Math.max(1, committed)) * 1_000)} µs CPU an event`);
    const row = {
      measured: '1,000 orders',
      peer: 'ours',
      eventsPerSecond: Math.round(committed / seconds),
      p50Ms: quantile(latenciesMs, 0.5),
      p99Ms: quantile(latenciesMs, 0.99),
      callsPerEvent: Math.round((calls / committed) * 1_000) / 1_000,
      lost: committed - told,
      wrong,
    };
    printTable([row], say);
    return row;
  } finally {
    orders.close();
  }
}

/** The processes of a system, by what they run; of one that was launched by another of its name, the launcher stands for both. */
function partsOf(pid: number): { name: string; pid: number }[] {
  const named = descendantsOf(pid).flatMap(({ command, pid: part }) => {
    const name = command.split('main.js ')[1];
    return name === undefined ? [] : [[name, part] as const];
  });
  return [...new Map(named.toReversed())].map(([name, part]) => ({ name, pid: part }));
}

/** Calls of subgraphs by the gateway since its start. */
async function subgraphCalls(url: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const counts = [...text.matchAll(/^mercato_gateway_subgraph_seconds_count\{[^}]*\} (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}
