import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, BenchmarkContext, BenchmarkResult } from './benchmark';
import type { Features } from './gateway/ours-process';
import { end, forkBeside, freePort, LoadDriver, portOf, startPinned, untilListening, usageOf } from './gateway/processes';
import { QUERIES } from './gateway/graph';
import { syntheticSupergraph } from './gateway/supergraph';
import { printTable } from './shop/table';

const ROUNDS = 3;
const CONNECTIONS = 50;
const SHIPPED: Features = {
  requestLog: true,
  protection: true,
  shedding: true,
  compression: true,
  tracing: false,
  signing: false,
};

/** What each of the gateway's own features costs: the same load with it and without, in turns. */
export const benchmark: Benchmark = {
  name: 'gateway-features',
  summary: "processor time a request of each of the gateway's own features, on and off",
  needsServers: false,
  run: async (context) => {
    const bench = new FeaturesBench(context);
    try {
      return await bench.run();
    } finally {
      await bench.stop();
    }
  },
};

class FeaturesBench {
  private readonly stops: (() => Promise<void>)[] = [];
  private readonly load = new LoadDriver();
  private supergraphFile = '';

  constructor(private readonly context: BenchmarkContext) {}

  async run(): Promise<BenchmarkResult> {
    const subgraphs = forkBeside('subgraph-process');
    this.stops.push(
      () => end(subgraphs),
      () => this.load.stop(),
    );
    const { file, remove } = syntheticSupergraph(await portOf(subgraphs));
    this.stops.push(remove);
    this.supergraphFile = file;
    const rows = [];
    for (const feature of Object.keys(SHIPPED) as (keyof Features)[]) {
      const { selection } = this.context;
      if (selection.length > 0 && !selection.includes(feature)) continue;
      rows.push(...(await this.measure(feature)));
    }
    printTable(rows, this.context.say);
    return { rows, figures: { features: rows.length / 2 } };
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.toReversed()) await stop();
  }

  private async measure(feature: keyof Features) {
    const on = await this.start({ ...SHIPPED, [feature]: true });
    const off = await this.start({ ...SHIPPED, [feature]: false });
    const rows = [];
    for (const query of ['light', 'heavy'] as const) {
      const found = { on: [] as number[], off: [] as number[] };
      for (let round = 0; round < ROUNDS; round += 1) {
        found.on.push(await this.cpuMsPerRequest(on, query));
        found.off.push(await this.cpuMsPerRequest(off, query));
      }
      const [withIt, without] = [Math.min(...found.on), Math.min(...found.off)];
      rows.push({ feature, query, 'on, cpu ms': withIt, 'off, cpu ms': without, 'cost ms': withIt - without });
    }
    await on.stop();
    await off.stop();
    return rows;
  }

  private async start(features: Features) {
    const port = await freePort();
    const command = [
      process.execPath,
      ...process.execArgv,
      join(__dirname, 'gateway', 'ours-process.js'),
      this.supergraphFile,
      String(port),
    ];
    const output = openSync('/dev/null', 'w');
    const options = { cwd: __dirname, environment: {}, output };
    const started = startPinned([...command, JSON.stringify(features)], options);
    this.stops.push(() => started.stop());
    await untilListening(port, started.child);
    return { ...started, port };
  }

  /** The first requests after a start, which plan and compile, are left out. */
  private async cpuMsPerRequest({ pid, port }: { pid: number; port: number }, query: keyof typeof QUERIES): Promise<number> {
    const order = { port, path: '/graphql', body: JSON.stringify({ query: QUERIES[query] }), connections: CONNECTIONS };
    await this.load.run({ ...order, auth: 'distinct', seconds: 1 });
    const before = usageOf(pid).cpuMs;
    const { requests } = await this.load.run({ ...order, auth: 'distinct', seconds: Math.max(1, this.context.seconds / ROUNDS) });
    return (usageOf(pid).cpuMs - before) / Math.max(1, requests);
  }
}
