import { randomInt } from 'node:crypto';
import { HOLES } from '../gateway/support/planted-holes';
import { judgeWorld, type Judgement } from './auth-directives/judge-world';
import type { Proof, ProofContext } from './proof';

const PAIRS = 10_000;
const PAIRS_OF_A_WORLD = 500;
/** The rest of a minute is for the controls. */
const SHORT_MS = 30_000;
const WORLDS_FOR_A_HOLE = 6;
/** What is not planned is told clearly, but judged by less, and so must stay rare. */
const MAX_EXCUSED_SHARE = 0.05;

export const proof: Proof = {
  name: 'auth-directives',
  summary: `@authenticated, @requiresScopes and @policy show what an oracle over one schema grants, and fetch nothing else; --full: ${PAIRS.toLocaleString('en')} pairs of operation and viewer`,
  run: async (context) => {
    const seed = randomInt(2 ** 24);
    context.say(`seed ${seed}`);
    const endsAt = Date.now() + SHORT_MS;
    const isOver = (): boolean => !context.full && Date.now() > endsAt;
    const sum = { pairs: 0, denied: 0, leaked: 0, withheld: 0, refused: 0, broken: 0, fetched: 0, different: 0 };
    let supergraphs = 0;
    while (sum.pairs < PAIRS && !isOver() && sum.different < 5) {
      const judged = await judgeWorld(seed + supergraphs, PAIRS_OF_A_WORLD, isOver);
      supergraphs += 1;
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += judged[name];
      if (judged.example !== null) context.say(`DIFFERENT: ${judged.example}`);
      else context.say(`${supergraphs} supergraphs, ${sum.pairs} pairs, ${sum.denied} with something denied`);
    }
    const caught = await catchHoles(context, seed);
    const isRare = sum.refused + sum.broken <= sum.pairs * MAX_EXCUSED_SHARE;
    const isClean = sum.leaked + sum.withheld + sum.fetched + sum.different === 0 && sum.denied > 0 && isRare;
    return {
      isProven: isClean && caught === HOLES.length && (!context.full || sum.pairs >= PAIRS),
      figures: { seed, supergraphs, ...sum, holes: `${caught}/${HOLES.length}` },
    };
  },
};

async function catchHoles(context: ProofContext, seed: number): Promise<number> {
  let caught = 0;
  for (const hole of HOLES) {
    const found = await through(hole.open, seed);
    context.say(`control, ${hole.name}: ${found ? `caught: ${found.leaked} leaves leaked` : 'NOT CAUGHT'}`);
    if (found) caught += 1;
  }
  return caught;
}

/** What leaks while a hole is open; `null` when nothing is noticed. */
async function through(open: () => () => void, seed: number): Promise<Judgement | null> {
  const close = open();
  try {
    for (let at = 0; at < WORLDS_FOR_A_HOLE; at += 1) {
      const judged = await judgeWorld(seed + at, 60, () => false);
      if (judged.leaked > 0) return judged;
    }
    return null;
  } finally {
    close();
  }
}
