import type { SystemOptions, TestSystem } from '../support/system';

/**
 * A claim that can be shown at any time: `npm run prove -- NAME`. Each lives in `test/prove/<name>.ts` and exports
 * `proof`; what it needs it starts itself, on databases of its own.
 */
export interface Proof {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  run(context: ProofContext): Promise<ProofResult>;
}

export interface ProofContext {
  /** Whether to take the time that the full claim needs; otherwise a minute at most. */
  readonly full: boolean;
  /** Whether what is found becomes what is expected from now on, for proofs that keep a snapshot. */
  readonly update: boolean;
  /** Prints a line of the transcript. */
  say(line: string): void;
  /** A system on free ports and fresh databases, taken down after the proof. */
  startSystem(options?: SystemOptions): Promise<TestSystem>;
}

export interface ProofResult {
  readonly isProven: boolean;
  /** What stands on the last line, such as `{ orders: 10, stock: 0 }`. */
  readonly figures: Readonly<Record<string, string | number | boolean>>;
}
