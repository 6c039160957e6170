import type { CallReceiver } from '../../platform/federation';
import type { AskedEntities } from './caller';
import type { FetchStep } from './compile-plan';
import type { SharedRequest } from './subgraph-call';

/** A run of a plan whose fetches may be answered without their subgraph. */
export interface CachingRun {
  readonly shared: SharedRequest;
  /** How long what it took from the cache stays fresh, in whole milliseconds. */
  freshForMs: number;
  /** Calls the subgraph. */
  ask(step: FetchStep, entities: AskedEntities | null, receiver: CallReceiver): void;
  /** The JSON text of a variable as the client sent it; `undefined` where it sent none. */
  textOfVariable(name: string): string | undefined;
  /** For what is thrown where nobody else would catch it. */
  broken(error: unknown): void;
}

/** Answers fetches of queries from what earlier ones were answered. */
export interface FetchCache {
  /**
   * @param entities as {@link AskedEntities}; `null` for a fetch from the root
   * @returns whether it answers the receiver, asking the subgraph for what is missing; `false` leaves all to the caller
   */
  take(run: CachingRun, step: FetchStep, entities: AskedEntities | null, receiver: CallReceiver): boolean;
}
