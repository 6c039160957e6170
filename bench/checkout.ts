import type { Benchmark, BenchmarkContext, BenchmarkResult } from './benchmark';
import { Buyers } from './checkout/buyers';
import { openFloor } from './checkout/floor';
import { medianOf, repeatedly, type Load, type Run, type Subject } from './checkout/load';
import { openReservations } from './checkout/reservations';
import { addWares, pickerOf } from './checkout/wares';
import { printTable } from './shop/table';

const ROUNDS = 3;
const SPREAD = 1_000;

/** Reservations at the product subgraph and whole checkouts through the gateway, each beside its SQL alone. */
export const benchmark: Benchmark = {
  name: 'checkout',
  summary: 'reservations and checkouts a second, spread and on one hot SKU, beside a floor of the same SQL by plain pg',
  run: async (context) => {
    const isChosen = (part: string): boolean => context.selection.length === 0 || context.selection.includes(part);
    const rows: Row[] = [];
    if (isChosen('reservations')) rows.push(...(await measureReservations(context)));
    if (isChosen('checkouts')) rows.push(...(await measureCheckouts(context)));
    if (rows.length === 0) throw new Error('choose reservations, checkouts, or neither for both');
    printTable(rows, (line) => context.say(line));
    return { rows, figures: figuresOf(rows) };
  },
};

interface Row {
  readonly [column: string]: string | number | null;
  readonly subject: string;
  readonly side: string;
  readonly perSecond: number;
  readonly ofFloor: number | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly placeP50Ms: number | null;
  readonly placeP99Ms: number | null;
  readonly statements: number | null;
  readonly processMs: number;
  readonly databaseMs: number;
  readonly errors: number;
}

async function measureReservations(context: BenchmarkContext): Promise<Row[]> {
  const reservations = await openReservations(context.connections);
  try {
    const rows: Row[] = [];
    for (const kind of ['hot', 'spread'] as const) {
      const { ours, floor } = await inTurns(
        { ours: here(reservations[kind].ours), floor: here(reservations[kind].floor) },
        context,
      );
      rows.push(rowOf(`reservations, ${kind}`, 'subgraph', ours, { ofFloor: ours.perSecond / floor.perSecond, statements: 1 }));
      rows.push(rowOf(`reservations, ${kind}`, 'floor', floor, { statements: 1 }));
      context.say(`reservations, ${kind}: ${Math.round(ours.perSecond)} a second, floor ${Math.round(floor.perSecond)}`);
    }
    return rows;
  } finally {
    await reservations.close();
  }
}

async function measureCheckouts(context: BenchmarkContext): Promise<Row[]> {
  const system = await context.startSystem();
  const wares = await addWares(system.databases.product ?? '', SPREAD + 1);
  const buyers = new Buyers(system.url, context.connections);
  const floor = await openFloor(context.connections);
  try {
    const statements = await buyers.statementsOf(pickerOf(wares)());
    const rows: Row[] = [];
    for (const kind of ['spread', 'hot'] as const) {
      const pick = pickerOf(kind === 'hot' ? wares.slice(0, 1) : wares.slice(1));
      buyers.takePlaceTimes();
      const measured = await inTurns(
        { ours: { run: buyers.buying(pick), pid: system.process.pid }, floor: here(floor[kind]) },
        context,
      );
      const place = buyers.takePlaceTimes();
      const ofFloor = measured.ours.perSecond / measured.floor.perSecond;
      const more = { ofFloor, statements, placeP50Ms: place.p50Ms, placeP99Ms: place.p99Ms };
      rows.push(rowOf(`checkouts, ${kind}`, 'gateway', measured.ours, more));
      rows.push(rowOf(`checkouts, ${kind}`, 'floor', measured.floor, { statements: floor.statements }));
      context.say(
        `checkouts, ${kind}: ${Math.round(measured.ours.perSecond)} a second, floor ${Math.round(measured.floor.perSecond)}`,
      );
    }
    for (const failure of [buyers.failure, floor.failure()]) if (failure !== null) context.say(`the first failure: ${failure}`);
    return rows;
  } finally {
    await buyers.close();
    await floor.close();
  }
}

function here(run: Run): Subject {
  return { run, pid: process.pid };
}

/** The sides take turns, so that what the machine does meanwhile meets both. */
async function inTurns(
  sides: { ours: Subject; floor: Subject },
  context: BenchmarkContext,
): Promise<{ ours: Load; floor: Load }> {
  const seconds = Math.max(1, context.seconds / ROUNDS);
  const rounds: { ours: Load[]; floor: Load[] } = { ours: [], floor: [] };
  for (const side of ['ours', 'floor'] as const) await repeatedly(sides[side], context.connections, 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of ['ours', 'floor'] as const) rounds[side].push(await repeatedly(sides[side], context.connections, seconds));
  }
  return { ours: medianOf(rounds.ours), floor: medianOf(rounds.floor) };
}

function rowOf(subject: string, side: string, load: Load, more: Partial<Row>): Row {
  const { perSecond, p50Ms, p99Ms, processMs, databaseMs, errors } = load;
  const columns = { subject, side, perSecond, ofFloor: null, p50Ms, p99Ms, placeP50Ms: null, placeP99Ms: null, statements: null };
  return { ...columns, ...more, processMs, databaseMs, errors };
}

function figuresOf(rows: readonly Row[]): BenchmarkResult['figures'] {
  const ours = rows.filter(({ side }) => side !== 'floor');
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return Object.fromEntries(
    ours.flatMap(({ subject, perSecond, ofFloor }) => [
      [`${subject.replace(', ', '-')}`, Math.round(perSecond)],
      ...(ofFloor === null ? [] : [[`${subject.replace(', ', '-')}-of-floor`, rounded(ofFloor)]]),
    ]),
  ) as BenchmarkResult['figures'];
}
