import type { Logger } from '../../../platform/observability';
import { sourcesOf } from '../differential/draft';
import { randomOperation, textOf } from '../differential/operation';
import { Random } from '../differential/random';
import { composed, randomDraft } from '../differential/supergraph';
import { GuardedWorld } from './guarded-world';
import type { Person } from './oracle';
import { POLICIES, protectedDraft, SCOPES } from './protect';

const FEATURES = 24;
const RULES = 10;

export interface Judgement {
  readonly pairs: number;
  /** Pairs of which something was denied. */
  readonly denied: number;
  readonly leaked: number;
  readonly withheld: number;
  /** Pairs whose operation was not planned, which is told: judged by what leaks and what is fetched alone. */
  readonly refused: number;
  /** Pairs whose operation is answered wrongly to who may see everything too: judged in the same way. */
  readonly broken: number;
  /** Pairs for which a subgraph was asked for what the viewer may not see. */
  readonly fetched: number;
  readonly different: number;
  /** The first pair that was judged wrong. */
  readonly example: string | null;
}

/** Of supergraphs with @fromContext, which the oracle does not follow. */
const NOTHING_JUDGED: Judgement = {
  pairs: 0,
  denied: 0,
  leaked: 0,
  withheld: 0,
  refused: 0,
  broken: 0,
  fetched: 0,
  different: 0,
  example: null,
};

/** Judges random pairs of operation and viewer over one random supergraph with random rules, until one is wrong. */
export async function judgeWorld(seed: number, pairs: number, isOver: () => boolean, logger?: Logger): Promise<Judgement> {
  const random = new Random(seed ^ 0x5eed);
  const sources = sourcesOf(protectedDraft(randomDraft(seed, FEATURES), random, RULES));
  const supergraphSdl = composed(sources);
  if (supergraphSdl === null) throw new Error(`seed ${seed} composes no more`);
  if (supergraphSdl.includes('specs.apollo.dev/context')) return NOTHING_JUDGED;
  const world = await GuardedWorld.start(sources, supergraphSdl, seed, logger);
  const sum = { pairs: 0, denied: 0, leaked: 0, withheld: 0, refused: 0, broken: 0, fetched: 0, different: 0 };
  try {
    for (let at = 0; sum.pairs < pairs && at < 2 * pairs && !isOver(); at += 1) {
      const sent = randomOperation(world.api, new Random(seed * 100_003 + (at >> 1)));
      if (!world.isValid(sent)) continue;
      const person = randomPerson(random);
      const { difference, leaked, withheld, excuse, fetched, isDenied } = await world.judge(sent, person);
      sum.pairs += 1;
      sum.denied += isDenied ? 1 : 0;
      sum.leaked += leaked;
      sum.withheld += withheld;
      if (excuse !== null) sum[excuse] += 1;
      sum.fetched += fetched.length > 0 ? 1 : 0;
      const isDifferent = excuse !== null ? leaked > 0 : difference !== null;
      if (!isDifferent && fetched.length === 0) continue;
      sum.different += isDifferent ? 1 : 0;
      const who = JSON.stringify({ ...person, scopes: [...person.scopes], policies: [...person.policies] });
      const subgraphs = sources.map(({ name, sdl }) => `# ${name}\n${sdl.replace(/^extend schema .*\n/m, '')}`);
      const told = [`seed ${seed}`, ...subgraphs, textOf(sent), who, difference, `wrongly fetched: ${fetched.join(', ')}`];
      return { ...sum, example: told.join('\n') };
    }
    return { ...sum, example: null };
  } finally {
    await world.stop();
  }
}

function randomPerson(random: Random): Person {
  const isSignedIn = random.chance(0.75);
  const some = (names: readonly string[]): ReadonlySet<string> => new Set(names.filter(() => random.chance(0.55)));
  return { isSignedIn, scopes: isSignedIn ? some(SCOPES) : new Set(), policies: some(POLICIES) };
}
