import { randomInt } from 'node:crypto';
import { Edge } from './differential/edge';
import { FAULTS, type Fault } from './differential/faults';
import { search } from './differential/search';
import { compareShop } from './differential/shop';
import type { Proof, ProofContext } from './proof';

const OPERATIONS = 50_000;
const OPERATIONS_OF_A_WORLD = 700;
const SHOP_OPERATIONS = 3_000;
/** The rest of a minute is for the controls. */
const SHORT_MS = 40_000;

export const proof: Proof = {
  name: 'differential',
  summary: `random operations over random supergraphs and the shop's are answered as one graphql-js schema answers them; --full: ${OPERATIONS.toLocaleString('en')}`,
  run: async (context) => {
    const seed = randomInt(2 ** 24);
    context.say(`seed ${seed}`);
    const endsAt = Date.now() + SHORT_MS;
    const isOver = (): boolean => !context.full && Date.now() > endsAt;
    const edge = new Edge();
    const worlds = await compareWorlds(edge, context, seed, isOver);
    const shop = await compareShop(edge, seed, context.full ? SHOP_OPERATIONS : SHOP_OPERATIONS / 10, () => false);
    context.say(`the shop's own supergraph: ${shop.compared} operations, ${shop.failure ?? 'all alike'}`);
    const caught = await catchFaults(edge, context, seed);
    await edge.stop();
    const failures = worlds.failures + (shop.failure === null ? 0 : 1);
    return {
      isProven: failures === 0 && caught === FAULTS.length && (!context.full || worlds.compared >= OPERATIONS),
      figures: {
        seed,
        supergraphs: worlds.count,
        operations: worlds.compared + shop.compared,
        refused: worlds.refused,
        differences: failures,
        faults: `${caught}/${FAULTS.length}`,
      },
    };
  },
};

async function compareWorlds(edge: Edge, context: ProofContext, seed: number, isOver: () => boolean) {
  let compared = 0;
  let refused = 0;
  let failures = 0;
  let count = 0;
  while (compared < OPERATIONS && !isOver()) {
    const found = await search(edge, {
      seed: seed + count,
      operations: OPERATIONS_OF_A_WORLD,
      isOverHttp: count % 4 === 3,
      isOver,
    });
    compared += found.compared;
    refused += found.refused;
    count += 1;
    if (found.failure !== null) {
      failures += 1;
      context.say(`DIFFERENT: ${found.failure}`);
      if (failures >= 5) break;
    } else if (count % 10 === 0) context.say(`${count} random supergraphs, ${compared} operations`);
  }
  context.say(`${count} random supergraphs, ${compared} operations: ${failures === 0 ? 'all alike' : `${failures} differ`}`);
  return { compared, refused, failures, count };
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
