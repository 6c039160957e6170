import type { CallReceiver } from '../../platform/federation';
import type { CompiledPlan, FetchStep } from './compile-plan';
import type { Json } from './merge';

/** The entities that one call asks for. */
export interface AskedEntities {
  readonly texts: readonly string[];
  objects(): Json[];
}

/** Calls subgraphs for the steps of one run. */
export interface Caller {
  readonly plan: CompiledPlan;
  /**
   * Calls a subgraph; the receiver is told exactly once, and may be told at once.
   *
   * @param entities what is asked of entities, as JSON text and as objects; `null` for a fetch from the root
   */
  call(step: FetchStep, entities: AskedEntities | null, receiver: CallReceiver): void;
}
