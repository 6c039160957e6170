import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edge } from './edge';
import { MOODS, compare, smallestOperation } from './search';
import { textOf } from './operation';
import { World } from './world';
import type { SubgraphSource } from './federation';

const SCHEMA = join(process.cwd(), 'schema');

/** Random operations over the shop's own supergraph, with made-up data behind its schema. @returns the first failure */
export async function compareShop(
  edge: Edge,
  seed: number,
  operations: number,
  isOver: () => boolean,
): Promise<{ readonly compared: number; readonly failure: string | null }> {
  const sources: SubgraphSource[] = ['user', 'product', 'order'].map((name) => ({
    name,
    sdl: readFileSync(join(SCHEMA, `${name}.graphql`), 'utf8'),
  }));
  const supergraphSdl = readFileSync(join(SCHEMA, 'supergraph.graphql'), 'utf8');
  const world = await World.start(edge, sources, supergraphSdl, { seed, moods: MOODS, isOverHttp: false });
  try {
    const { compared, failing } = await compare(world, { seed, operations, isOver });
    if (!failing) return { compared, failure: null };
    const sent = await smallestOperation(world, failing);
    return { compared, failure: `the shop, seed ${seed}\n${textOf(sent)}\n${await world.differenceOf(sent)}` };
  } finally {
    await world.stop();
  }
}
