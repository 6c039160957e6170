import { writeFile } from 'node:fs/promises';
import type { Benchmark, BenchmarkResult } from '../../bench/benchmark';
import type { Proof } from '../../test/prove/proof';
import { startServers } from '../../test/support/servers';
import { startSystem, type SystemOptions, type TestSystem } from '../../test/support/system';
import { formatDuration, say } from '../print';
import { figuresLine } from './modules';

/** Runs a proof on servers of its own. @returns whether it holds */
export async function runProof(proof: Proof, options: { readonly full: boolean; readonly update: boolean }): Promise<boolean> {
  const startedMs = performance.now();
  const result = await onOwnServers(false, (system) => proof.run({ ...options, say, startSystem: system }));
  say(`took ${formatDuration(performance.now() - startedMs)}`);
  say(`${proof.name}: ${result.isProven ? 'PROVEN' : 'NOT PROVEN'} ${figuresLine(result.figures)}`);
  return result.isProven;
}

export interface BenchmarkOptions {
  readonly seconds: number;
  readonly connections: number;
  readonly json?: string;
}

/** Runs a benchmark on servers that write durably, as production does. */
export async function runBenchmark(benchmark: Benchmark, selection: readonly string[], options: BenchmarkOptions): Promise<void> {
  const { seconds, connections } = options;
  const run = (startSystem: StartSystem): Promise<BenchmarkResult> =>
    benchmark.run({ seconds, connections, selection, say, startSystem });
  const result = benchmark.needsServers === false ? await onNoServers(run) : await onOwnServers(true, run);
  if (options.json !== undefined) {
    const { rows, figures } = result;
    const report = {
      benchmark: benchmark.name,
      seconds,
      connections,
      at: new Date().toISOString(),
      figures,
      rows,
      results: rows,
    };
    await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  say(`${benchmark.name}: ${figuresLine(result.figures)}`);
}

type StartSystem = (options?: SystemOptions) => Promise<TestSystem>;

/** Ends at once when it is told to: what such work starts ends with this process. */
function onNoServers<T>(work: (start: StartSystem) => Promise<T>): Promise<T> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  return work(() => {
    throw new Error('this benchmark said that it needs no servers');
  });
}

async function onOwnServers<T>(isDurable: boolean, work: (start: StartSystem) => Promise<T>): Promise<T> {
  const servers = await startServers({ isDurable });
  const systems: TestSystem[] = [];
  const stop = async (): Promise<void> => {
    for (const system of systems.splice(0).toReversed()) await system.stop();
    await servers.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().finally(() => process.exit(130)));
  try {
    return await work(async (options) => {
      const system = await startSystem(options);
      systems.push(system);
      return system;
    });
  } finally {
    await stop();
  }
}
