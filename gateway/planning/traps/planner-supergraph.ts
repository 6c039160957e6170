import { Kind, parse, print, type DocumentNode } from 'graphql';
import { dropKeys } from './drop-keys';
import { Holders } from './holders';
import { addNobodies } from './nobodies';
import { StandIns, type StandIn } from './stand-ins';
import { dropUnusedExternals } from './unused-externals';

/** What the planner is told instead of the supergraph, so that it does not fall into traps of its own. */
export interface PlannerSupergraph {
  /** The supergraph itself where nothing needs to change. */
  readonly sdl: string;
  /** By name; no two fields have the same. */
  readonly standIns: ReadonlyMap<string, StandIn>;
  /** The stand-ins that a field requires, by `Type.field`. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  /** Types that nothing has, so that interfaces without an implementation are fetched all the same. */
  readonly nobodies: ReadonlySet<string>;
}

/**
 * The planner's traps, and what is put in their place:
 * - It takes the first `@key` of a type to come back to a subgraph, also one that is `resolvable: false`. Such keys are
 *   of no use to a plan, and are left out.
 * - It tells fields apart by name, not by arguments: what a client asks is taken for what `@requires` needs, and two
 *   `@requires` for one. Each required field that has arguments gets a stand-in of its own, without arguments. So does a
 *   required record that may be null: with the client's own it would become null when a field of the client's fails.
 * - It plans nothing for an interface that no type implements in a subgraph. One type implements it there, which is never met.
 */
export function plannerSupergraph(sdl: string): PlannerSupergraph {
  const holders = new Holders(parse(sdl, { noLocation: true }));
  dropKeys(holders);
  const standIns = new StandIns(holders);
  standIns.add();
  dropUnusedExternals(holders, standIns.byName);
  const nobodies = addNobodies(holders);
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [...holders.others, ...holders.all()] };
  const { byName, needs } = standIns;
  return { sdl: holders.isChanged ? print(document) : sdl, standIns: byName, needs, nobodies };
}
