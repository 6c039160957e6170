import type { Benchmark, BenchmarkContext, BenchmarkResult } from './benchmark';
import { startFloor } from './shop/floor-process';
import { measure, type Measured } from './shop/load';
import { shopOperations, type ShopOperation } from './shop/operations';
import { readShop, type Shop } from './shop/shop';
import { printTable } from './shop/table';

const SEED = ['--products', '1000', '--orders', '3000'];
const ROUNDS = 3;

/** Ten operations of a shop through the gateway, caches off and on, and the two hottest beside a hand-written endpoint. */
export const benchmark: Benchmark = {
  name: 'shop',
  summary: 'ten shop operations through the gateway, caches off and on, beside a hand-written Node + pg endpoint',
  run: async (context) => {
    const uncached = await context.startSystem({ seed: SEED, environment: { CACHE: 'off' } });
    const cached = await context.startSystem({ seed: SEED });
    const shops = [
      { side: 'uncached', shop: await readShop(uncached) },
      { side: 'cached', shop: await readShop(cached) },
    ];
    const floor = await startFloor(uncached.databases.product ?? '');
    try {
      const all = shopOperations(shops[0]?.shop.facts ?? never());
      const chosen = all.filter(({ name }) => context.selection.length === 0 || context.selection.includes(name));
      if (chosen.length === 0) throw new Error(`no such operation; there are ${all.map(({ name }) => name).join(', ')}`);
      const rows = [];
      for (const operation of chosen) rows.push(...(await measureOperation(operation, shops, floor, context)));
      return report(rows, context);
    } finally {
      await floor.stop();
    }
  },
};

interface Row {
  readonly operation: string;
  readonly side: string;
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
  readonly statements: number | null;
  readonly subgraphCalls: number | null;
}

type Floor = Awaited<ReturnType<typeof startFloor>>;

/** The sides take turns, so that what the machine does meanwhile meets all of them. */
async function measureOperation(
  operation: ShopOperation,
  shops: readonly { side: string; shop: Shop }[],
  floor: Floor,
  context: BenchmarkContext,
): Promise<Row[]> {
  const floorRequest = floor.requestFor(operation);
  const sides = [
    ...shops.map(({ side, shop }) => ({ side, request: shop.requestFor(operation), counts: () => shop.countsOf(operation) })),
    ...(floorRequest ? [{ side: 'floor', request: floorRequest, counts: async () => null }] : []),
  ];
  const rounds = new Map<string, Measured[]>(sides.map(({ side }) => [side, []]));
  const seconds = Math.max(1, Math.round(context.seconds / ROUNDS));
  for (const { request } of sides) await measure(request, { seconds: 1, connections: context.connections });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { side, request } of sides)
      rounds.get(side)?.push(await measure(request, { seconds, connections: context.connections }));
  }
  const rows: Row[] = [];
  for (const { side, counts } of sides) {
    const { rps, p50Ms, p99Ms, cpuMsPerRequest } = medianRound(rounds.get(side) ?? []);
    const { statements = null, subgraphCalls = null } = (await counts()) ?? {};
    rows.push({ operation: operation.name, side, rps, p50Ms, p99Ms, cpuMsPerRequest, statements, subgraphCalls });
    context.say(`${operation.name} ${side}: ${Math.round(rps)} requests a second`);
  }
  return rows;
}

function medianRound(rounds: readonly Measured[]): Measured {
  const sorted = rounds.toSorted((a, b) => a.rps - b.rps);
  return sorted[Math.floor(sorted.length / 2)] ?? never();
}

function report(rows: readonly Row[], context: BenchmarkContext): BenchmarkResult {
  printTable(
    rows.map((row) => ({ ...row })),
    (line) => context.say(line),
  );
  const rpsOf = (operation: string, side: string): number | undefined =>
    rows.find((row) => row.operation === operation && row.side === side)?.rps;
  const figures: Record<string, number> = {};
  for (const operation of ['list', 'detail']) {
    const floor = rpsOf(operation, 'floor');
    for (const side of ['uncached', 'cached']) {
      const ours = rpsOf(operation, side);
      if (floor !== undefined && ours !== undefined)
        figures[`${operation} ${side} of floor`] = Math.round((ours / floor) * 100) / 100;
    }
  }
  return { rows: rows.map((row) => ({ ...row })), figures };
}

function never(): never {
  throw new Error('nothing was measured');
}
