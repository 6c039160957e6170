import type { SystemOptions, TestSystem } from '../test/support/system';

/** A measurement: `npm run bench -- NAME`. Each lives in `bench/<name>.ts` and exports `benchmark`. */
export interface Benchmark {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** `false` for one that needs neither database nor Redis. */
  readonly needsServers?: false;
  run(context: BenchmarkContext): Promise<BenchmarkResult>;
}

export interface BenchmarkContext {
  /** How long each thing is measured. */
  readonly seconds: number;
  readonly connections: number;
  /** What follows the name on the command line, such as the operations to measure. */
  readonly selection: readonly string[];
  /** Prints a line of the transcript. */
  say(line: string): void;
  /** A system on free ports and fresh databases, taken down after the measurement. */
  startSystem(options?: SystemOptions): Promise<TestSystem>;
}

export interface BenchmarkResult {
  /** What `--json FILE` writes: a row for each thing measured. */
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  /** What stands on the last line. */
  readonly figures: Readonly<Record<string, string | number>>;
}
