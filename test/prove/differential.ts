import { randomInt } from 'node:crypto';
import { Edge } from './differential/edge';
import { FAULTS, type Fault } from './differential/faults';
import { search } from './differential/search';
import { compareShop } from './differential/shop';
import type { Proof, ProofContext } from './proof';

const OPERATIONS = 50_000;
/** A supergraph costs seconds to make up, an operation milliseconds. */
const OPERATIONS_OF_A_WORLD = { full: 1_500, short: 250 };
const SHOP_OPERATIONS = 3_000;
/** Of the minute that a short run may take; the rest is for starts and the controls. */
const SHORT_MS = { worlds: 25_000, shop: 10_000 };
const MAX_FAILURES = 5;
/** What the gateway refuses to plan is told clearly, but must stay rare. */
const MAX_REFUSED_SHARE = 0.05;

export const proof: Proof = {
  name: 'differential',
  summary: `random operations over random supergraphs and the shop's are answered as one graphql-js schema answers them; --full: ${OPERATIONS.toLocaleString('en')}`,
  run: async (context) => {
    const seed = randomInt(2 ** 24);
    context.say(`seed ${seed}`);
    const edge = new Edge();
    const worlds = await compareWorlds(edge, context, seed);
    const shopOperations = context.full ? SHOP_OPERATIONS : SHOP_OPERATIONS / 10;
    const shop = await compareShop(edge, seed, shopOperations, timeOf(context, SHORT_MS.shop));
    context.say(`the shop's own supergraph: ${shop.compared} operations, ${shop.failure ?? 'all alike'}`);
    const caught = await catchFaults(edge, context, seed);
    await edge.stop();
    const operations = worlds.compared + shop.compared;
    const refused = worlds.refused + shop.refused;
    const differences = worlds.failures + (shop.failure === null ? 0 : 1);
    const isEnough = refused <= operations * MAX_REFUSED_SHARE && (!context.full || operations >= OPERATIONS);
    return {
      isProven: differences === 0 && caught === FAULTS.length && isEnough,
      figures: {
        seed,
        supergraphs: worlds.count + 1,
        operations,
        alike: operations - refused - differences,
        refused,
        refusedShare: `${((100 * refused) / operations).toFixed(2)}%`,
        differences,
        faults: `${caught}/${FAULTS.length}`,
      },
    };
  },
};

/** Whether a part of the short run has had its time. */
function timeOf({ full }: ProofContext, ms: number): () => boolean {
  const endsAt = Date.now() + ms;
  return () => !full && Date.now() > endsAt;
}

async function compareWorlds(edge: Edge, context: ProofContext, seed: number) {
  const isOver = timeOf(context, SHORT_MS.worlds);
  const sum = { compared: 0, refused: 0, failures: 0, count: 0 };
  const operations = context.full ? OPERATIONS_OF_A_WORLD.full : OPERATIONS_OF_A_WORLD.short;
  while (sum.compared < OPERATIONS && sum.failures < MAX_FAILURES && !isOver()) {
    const isOverHttp = sum.count % 4 === 3;
    const found = await search(edge, { seed: seed + sum.count, operations, isOverHttp, isOver });
    sum.compared += found.compared;
    sum.refused += found.refused;
    sum.count += 1;
    if (found.failure !== null) {
      sum.failures += 1;
      context.say(`DIFFERENT: ${found.failure}`);
    } else if (sum.count % 10 === 0) context.say(`${sum.count} random supergraphs, ${sum.compared} operations`);
  }
  const { count, compared, failures } = sum;
  context.say(`${count} random supergraphs, ${compared} operations: ${failures === 0 ? 'all alike' : `${failures} differ`}`);
  return sum;
}

async function catchFaults(edge: Edge, context: ProofContext, seed: number): Promise<number> {
  let caught = 0;
  for (const fault of FAULTS) if (await isCaught(edge, context, seed, fault)) caught += 1;
  return caught;
}

async function isCaught(edge: Edge, context: ProofContext, seed: number, fault: Fault): Promise<boolean> {
  for (let at = 0; at < 5; at += 1) {
    const { failure } = await search(edge, { seed: seed + at, operations: 200, isOverHttp: false, fault });
    if (failure === null) continue;
    context.say(`control, ${fault.name}: caught: ${failure}`);
    return true;
  }
  context.say(`control, ${fault.name}: NOT CAUGHT`);
  return false;
}
