import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, BenchmarkContext } from './benchmark';
import { usageOf } from './gateway/processes';
import { Crowd } from './live/crowd';
import { startSubject, type Subject, type SubjectName } from './live/subjects';
import { printTable } from './shop/table';

const SUBJECTS: readonly SubjectName[] = ['ours', 'stock', 'floor'];
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
  summary: 'memory of 15,000 subscriptions, one event to 5,000 with and without stalled readers, beside graphql-ws and bare ws',
  needsServers: false,
  run: async (context) => {
    const names = SUBJECTS.filter((name) => context.selection.length === 0 || context.selection.includes(name));
    const memory = await measureMemory(context, names);
    const fan = await measureFan(context, names);
    context.say('');
    printTable(fan, context.say);
    const ours = fan.find(({ peer }) => peer === 'ours');
    return {
      rows: [...memory, ...fan],
      figures: {
        kbPerSubscription: memory.find(({ peer }) => peer === 'ours')?.kbPerSubscription ?? '-',
        fanP99Ms: ours?.p99Ms ?? '-',
        cpuUsPerMessage: ours?.cpuUs ?? '-',
        p99WithStalledMs: ours?.p99StalledMs ?? '-',
        kbPerStalled: ours?.kbPerStalled ?? '-',
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

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}
