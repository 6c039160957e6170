import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edge } from './edge';
import { MOODS, compare, smallestOperation, type Found } from './search';
import { textOf } from './operation';
import { World } from './world';
import type { SubgraphSource } from './federation';

const SCHEMA = join(process.cwd(), 'schema');

/** Random operations over the shop's own supergraph, with made-up data behind its schema.*/
export async function compareShop(edge: Edge, seed: number, operations: number, isOver: () => boolean): Promise<Found> {
  const sources: SubgraphSource[] = ['user', 'product', 'order'].map((name) => ({
    name,
    sdl: readFileSync(join(SCHEMA, `${name}.graphql`), 'utf8'),
  }));
  const supergraphSdl = readFileSync(join(SCHEMA, 'supergraph.graphql'), 'utf8');
  const world = await World.start(edge, sources, supergraphSdl, { seed, moods: MOODS, isOverHttp: false });
  try {
    const { compared, failing } = await compare(world, { seed, operations, isOver });
    const { refused } = world;
    if (!failing) return { compared, refused, failure: null };
    const sent = await smallestOperation(world, failing);
    return { compared, refused, failure: `the shop, seed ${seed}\n${textOf(sent)}\n${await world.differenceOf(sent)}` };
  } finally {
    await world.stop();
  }
}
