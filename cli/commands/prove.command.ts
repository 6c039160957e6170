import { Command, InvalidArgumentError } from 'commander';
import type { Benchmark } from '../../bench/benchmark';
import type { Proof } from '../../test/prove/proof';
import { findModules, listOf, pickModule } from '../prove/modules';

const proofs = (): readonly Proof[] => findModules<Proof>('test/prove', 'proof');
const benchmarks = (): readonly Benchmark[] => findModules<Benchmark>('bench', 'benchmark');

/** `mercato prove NAME [--full] [--update]` */
export function proveCommand(): Command {
  return new Command('prove')
    .description('show that a claim holds, on a system of its own')
    .argument('<name>', 'which')
    .option('--full', 'take the time that the full claim needs', false)
    .option('--update', 'write what is found into the committed snapshot, where there is one', false)
    .addHelpText('after', () => `\nProofs:\n${listOf(proofs())}`)
    .action(async (name: string, options: { full: boolean; update: boolean }) => {
      const proof = pickModule(proofs(), name);
      const { runProof } = require('../prove/run') as typeof import('../prove/run');
      if (!(await runProof(proof, options))) process.exitCode = 1;
    });
}

/** `mercato bench NAME [selection...]` */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure, on a system of its own')
    .argument('<name>', 'which')
    .argument('[selection...]', 'what of it; all when nothing is named')
    .option('--seconds <number>', 'how long each thing is measured', wholeNumber(1, 3_600), 10)
    .option('--connections <number>', 'how many ask at once', wholeNumber(1, 1_000), 16)
    .option('--json <file>', 'write the result there too')
    .addHelpText('after', () => `\nBenchmarks:\n${listOf(benchmarks())}`)
    .action(async (name: string, selection: string[], options: { seconds: number; connections: number; json?: string }) => {
      const benchmark = pickModule(benchmarks(), name);
      const { runBenchmark } = require('../prove/run') as typeof import('../prove/run');
      await runBenchmark(benchmark, selection, options);
    });
}

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`it must be a whole number from ${minimum} to ${maximum}`);
  };
}
