import { sourcesOf, type Draft } from './draft';
import type { Edge } from './edge';
import type { Fault } from './faults';
import { randomOperation, textOf, type Sent } from './operation';
import { Random } from './random';
import { smallest, smallestDraft } from './shrink';
import { composed, randomDraft } from './supergraph';
import { World } from './world';

/** How often values are null, fields fail, and null stands where none may be. */
export const MOODS = { nulls: 0.08, errors: 0.02, illegalNulls: 0.005 };
const FEATURES = 30;

export interface Search {
  /** Of the supergraph, its data and its operations. */
  readonly seed: number;
  readonly operations: number;
  readonly isOverHttp: boolean;
  readonly fault?: Fault;
  readonly isOver?: () => boolean;
}

export interface Found {
  /** Operations that were compared. */
  readonly compared: number;
  /** Those of them that the gateway refused to plan. */
  readonly refused: number;
  /** The first that differs, made small, as text; `null` when none does. */
  readonly failure: string | null;
}

/** Compares random operations over one random supergraph, until one differs. */
export async function search(edge: Edge, options: Search): Promise<Found> {
  const draft = randomDraft(options.seed, FEATURES);
  const world = await started(edge, draft, options);
  if (!world) throw new Error(`seed ${options.seed} composes no more`);
  try {
    const unlike = world.schemaDifference();
    if (unlike !== null) return { compared: 0, refused: 0, failure: `seed ${options.seed}: composed schemas differ: ${unlike}` };
    const { compared, failing } = await compare(world, options);
    const { refused } = world;
    if (!failing) return { compared, refused, failure: null };
    // A planted fault is no finding: that it is noticed is enough.
    const failure = options.fault ? await world.differenceOf(failing) : await shrunk(edge, world, draft, failing, options);
    return { compared, refused, failure };
  } finally {
    await world.stop();
  }
}

/** Operation number `at` of a seed is always the same one, wherever a search ends. */
export async function compare(
  world: World,
  { seed, operations, isOver = () => false }: Pick<Search, 'seed' | 'operations' | 'isOver'>,
): Promise<{ readonly compared: number; readonly failing: Sent | null }> {
  let compared = 0;
  for (let at = 0; at < operations && !isOver(); at += 1) {
    const sent = randomOperation(world.api, new Random(seed * 100_003 + at));
    if (!world.isValid(sent)) continue;
    compared += 1;
    if ((await world.differenceOf(sent)) !== null) return { compared, failing: sent };
  }
  return { compared, failing: null };
}

export async function smallestOperation(world: World, failing: Sent): Promise<Sent> {
  return smallest(failing, async (sent) => world.isValid(sent) && (await world.differenceOf(sent)) !== null);
}

async function shrunk(edge: Edge, world: World, draft: Draft, failing: Sent, options: Search): Promise<string> {
  const sent = await smallestOperation(world, failing);
  const small = await smallestDraft(draft, (candidate) => stillFails(edge, candidate, sent, options));
  const last = (await started(edge, small, options)) ?? world;
  try {
    const final = await smallestOperation(last, sent);
    const subgraphs = sourcesOf(small).map(({ name, sdl }) => `# ${name}\n${sdl.replace(/^extend schema .*\n/m, '')}`);
    return [`seed ${options.seed}`, ...subgraphs, textOf(final), await last.differenceOf(final)].join('\n');
  } finally {
    await last.stop();
  }
}

async function stillFails(edge: Edge, draft: Draft, sent: Sent, options: Search): Promise<boolean> {
  const world = await started(edge, draft, options).catch(() => null);
  if (!world) return false;
  try {
    return world.isValid(sent) && (await world.differenceOf(sent)) !== null;
  } catch {
    // A supergraph that nobody can read or serve is none.
    return false;
  } finally {
    await world.stop();
  }
}

async function started(edge: Edge, draft: Draft, { seed, isOverHttp, fault }: Search): Promise<World | null> {
  const sources = sourcesOf(draft);
  const supergraphSdl = composed(sources);
  if (supergraphSdl === null) return null;
  return World.start(edge, sources, supergraphSdl, { seed, moods: MOODS, isOverHttp, ...(fault ? { fault } : {}) });
}
