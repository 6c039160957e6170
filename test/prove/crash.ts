import { copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runState } from '../support/run-state';
import { Books, type Audit } from './crash/books';
import { breakSteps, TELLING_POINTS } from './crash/broken-steps';
import { startFleet, type Fleet } from './crash/fleet';
import { Killer } from './crash/killer';
import { startMailbox, type Mailbox } from './crash/mailbox';
import { Market, type MarketOptions } from './crash/market';
import { CRASH_POINTS } from './crash/points';
import { readCharges } from './crash/provider';
import { seededRandom } from './crash/random';
import { History } from './history/history';
import { judge, tally, type Violation } from './history/judge';
import type { Proof, ProofContext } from './proof';

/** How long and how hard. Buyers come until there were enough checkouts, kills and crash points. */
interface Scale {
  readonly checkouts: number;
  readonly kills: number;
  readonly hotBuyers: number;
  readonly hotUnits: number;
  readonly clients: number;
  readonly killEveryMs: number;
  /** How many of the crash points are to be passed, drawn by lot. */
  readonly points: number;
  /** How many crash points are waited for at once. */
  readonly pointsAtOnce: number;
  readonly longestMs: number;
  /** Whether leases of the dead are ended at once instead of being waited for, which takes a minute. */
  readonly isHurried: boolean;
  /** How long all who have no answer yet may ask again. */
  readonly comeBackMs: number;
  /** How long nothing may get done, with something left to do, before that counts as stuck. */
  readonly restMs: number;
}

const SHORT: Scale = {
  checkouts: 60,
  kills: 10,
  hotBuyers: 40,
  hotUnits: 15,
  clients: 12,
  killEveryMs: 300,
  points: 7,
  pointsAtOnce: 2,
  longestMs: 120_000,
  isHurried: true,
  comeBackMs: 60_000,
  restMs: 40_000,
};
const FULL: Scale = {
  checkouts: 2_000,
  kills: 200,
  hotBuyers: 1_000,
  hotUnits: 100,
  clients: 24,
  killEveryMs: 600,
  points: CRASH_POINTS.length,
  pointsAtOnce: 1,
  longestMs: 2_400_000,
  isHurried: false,
  comeBackMs: 600_000,
  restMs: 120_000,
};
const CONTROL: Scale = { ...SHORT, checkouts: 20, kills: 3, hotBuyers: 0, clients: 8, longestMs: 15_000, restMs: 8_000 };

export const proof: Proof = {
  name: 'crash',
  summary: 'checkouts while everything is killed: each exactly once, stock and money right; a step made non-idempotent is caught',
  run: async (context) => {
    const scale = context.full ? FULL : SHORT;
    const mailbox = await startMailbox();
    const fleet = await startFleet({ SMTP_URL: mailbox.url });
    try {
      const result = await trial(context, fleet, scale, mailbox);
      await breakSteps(fleet);
      context.say('control: claims do not look whether they were made, and answers are not kept');
      const control = await trial(context, fleet, CONTROL, null);
      const areOrdersCaught = control.violations.some(({ rule }) => rule === 'one order a key');
      const areGoodsCaught = control.audit.problems.some((problem) => /^ware .* sold/.test(problem));
      const isCaught = areOrdersCaught && areGoodsCaught;
      if (!areOrdersCaught) context.say('nobody saw that answers were forgotten: the run above proves nothing about orders');
      if (!areGoodsCaught) context.say('nobody saw that goods were claimed twice: the run above proves nothing about stock');
      const isProven = result.failures === 0 && isCaught;
      return { isProven, figures: { ...result.figures, control: control.failures } };
    } finally {
      await fleet.stop();
      await mailbox.stop();
    }
  },
};

interface Result {
  readonly audit: Audit;
  readonly violations: readonly Violation[];
  readonly failures: number;
  readonly figures: Readonly<Record<string, number>>;
}

function drawn<T>(all: readonly T[], count: number, random: () => number): T[] {
  return all
    .map((each) => ({ each, lot: random() }))
    .toSorted((a, b) => a.lot - b.lot)
    .slice(0, count)
    .map(({ each }) => each);
}

async function trial(context: ProofContext, fleet: Fleet, scale: Scale, mailbox: Mailbox | null): Promise<Result> {
  const prefix = mailbox === null ? 'control-' : 'buyer-';
  const history = new History(join(runState().folder, `history-${Date.now()}.jsonl`));
  const random = seededRandom(Date.now() % 1_000_000);
  const options: MarketOptions = { hotBuyers: scale.hotBuyers, hotUnits: scale.hotUnits, plainWares: 8, random, prefix };
  const market = await Market.open(fleet, history, options);
  await market.addScarce();
  const chargesBefore = new Set((await readCharges(fleet)).map(({ reference }) => reference));
  const killsBefore = deathsOf(fleet);
  const points = mailbox === null ? TELLING_POINTS : drawn(CRASH_POINTS, scale.points, random);
  const killer = new Killer(fleet, random, scale, points);
  const startedMs = performance.now();
  const isEnough = (): boolean =>
    performance.now() - startedMs > scale.longestMs ||
    (market.buyers.length >= scale.checkouts && killer.kills - killsBefore >= scale.kills && killer.missedPoints.length === 0);
  killer.start();
  await market.trade(scale.clients, isEnough);
  await killer.stop();
  const kills = killer.kills - killsBefore;
  context.say(
    `${market.buyers.length} buyers, ${kills} kills in ${Math.round((performance.now() - startedMs) / 1_000)} s (${list(killer.deaths)})`,
  );
  context.say(`crash points: ${list(killer.points)}`);
  const books = new Books(fleet);
  const isAtRest = await comeToRest(context, fleet, market, books, scale);
  const charges = (await readCharges(fleet)).filter(({ reference }) => !chargesBefore.has(reference));
  const audit = await books.audit(prefix, market.units, charges, mailbox);
  const violations = judge(history.read(), audit.state);
  const checks = await ownChecks(fleet);
  const { requests, keys, unknown, endings } = tally(history.read());
  context.say(`answers: ${list(endings)}`);
  context.say(
    `history: ${requests} requests under ${keys} keys, ${unknown} without a clear answer; ${JSON.stringify(audit.figures)}`,
  );
  const missed = killer.missedPoints.length;
  for (const problem of checks) context.say(`WRONG: ${problem}`);
  report(context, audit, violations, history);
  const failures = checks.length + audit.problems.length + violations.length + market.unanswered + (isAtRest ? 0 : 1);
  const lacking = mailbox !== null && kills < scale.kills ? 1 : 0;
  if (lacking) context.say(`only ${kills} of ${scale.kills} kills`);
  if (missed > 0) context.say(`crash points that nobody passed: ${killer.missedPoints.join(', ')}`);
  return {
    audit,
    violations,
    failures: failures + (mailbox === null ? 0 : lacking + missed),
    figures: {
      checkouts: market.buyers.length,
      kills,
      points: points.length - missed,
      ...audit.figures,
      wrong: audit.problems.length + checks.length,
      violations: violations.length,
      unanswered: market.unanswered,
    },
  };
}

/** All is up, everyone has an answer, and nothing is left to do; `false` when nothing gets done any more. */
async function comeToRest(context: ProofContext, fleet: Fleet, market: Market, books: Books, scale: Scale): Promise<boolean> {
  const startedMs = performance.now();
  await fleet.untilReady();
  if (scale.isHurried) await books.hurry();
  await market.comeBack(scale.clients, scale.comeBackMs);
  let left: Record<string, number> = {};
  let least = Infinity;
  for (let sinceMs = startedMs; performance.now() - sinceMs < scale.restMs;) {
    left = await books.underWay();
    const sum = Object.values(left).reduce((total, count) => total + count, 0);
    if (sum < least) [least, sinceMs] = [sum, performance.now()];
    if (sum === 0) {
      context.say(`at rest ${Math.round((performance.now() - startedMs) / 1_000)} s after the last kill`);
      return true;
    }
    if (scale.isHurried) await books.hurry();
    await delay(500);
  }
  context.say(`not at rest, and nothing done for ${scale.restMs / 1_000} s: ${JSON.stringify(left)}`);
  return false;
}

/** What the shop itself can check: the chains of its audit trail, and stock against its ledger. */
async function ownChecks(fleet: Fleet): Promise<string[]> {
  const commands = [
    ['audit', 'verify'],
    ['stock', 'check'],
  ];
  const answers = await Promise.all(
    commands.map((args) =>
      fleet.command(...args).then(
        () => null,
        (error: unknown) => `mercato ${args.join(' ')}: ${String((error as { stderr?: string }).stderr ?? error).trim()}`,
      ),
    ),
  );
  return answers.filter((answer) => answer !== null);
}

const SHOWN = 6;

function report(context: ProofContext, audit: Audit, violations: readonly Violation[], history: History): void {
  for (const problem of audit.problems.slice(0, SHOWN)) context.say(`WRONG: ${problem}`);
  if (audit.problems.length > SHOWN) context.say(`... and ${audit.problems.length - SHOWN} more`);
  for (const { rule, what, history: shown } of violations.slice(0, SHOWN)) {
    context.say(`VIOLATED: ${rule}: ${what}`);
    for (const entry of context.full ? shown.slice(0, 6) : shown.slice(-2)) context.say(`    ${JSON.stringify(entry)}`);
  }
  if (violations.length > SHOWN) context.say(`... and ${violations.length - SHOWN} more`);
  if (violations.length + audit.problems.length === 0) return;
  const kept = join(tmpdir(), `mercato-crash-history-${Date.now()}.jsonl`);
  copyFileSync(history.file, kept);
  context.say(`the history is kept in ${kept}`);
}

function deathsOf(fleet: Fleet): number {
  return fleet.processes.reduce((total, { deaths }) => total + deaths, 0);
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}
