import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { addField, copyOf, emptySubgraph, sourcesOf, typeIn, type Draft } from './draft';
import { abstractLink, interfaceObject, knownInterface, newInterface, newUnion } from './features-abstract';
import { anotherKey, contextField, providesField, requiresField } from './features-entities';
import {
  hidden,
  leafField,
  linkField,
  mutationField,
  overriddenField,
  renamedRoots,
  unevenField,
  valueType,
  wrapped,
  type Feature,
  type Making,
} from './features-fields';
import type { SubgraphSource } from './federation';
import { NoChoice, Random } from './random';

/** Composing is what costs, so features are tried in groups first. */
const TOGETHER = 3;
const NAMES = ['Ant', 'Bee', 'Cat', 'Dog', 'Elk'];
const FEATURES: readonly (readonly [Feature, number])[] = [
  [leafField, 3],
  [linkField, 4],
  [valueType, 2],
  [anotherKey, 3],
  [requiresField, 6],
  [providesField, 3],
  [overriddenField, 2],
  [unevenField, 1],
  [mutationField, 2],
  [renamedRoots, 1],
  [hidden, 2],
  [newInterface, 3],
  [knownInterface, 3],
  [abstractLink, 2],
  [newUnion, 2],
  [interfaceObject, 2],
  [contextField, 1],
];

/** A random set of subgraphs that compose: features are added one by one, and what does not compose is dropped again. */
export function randomDraft(seed: number, attempts: number): Draft {
  const random = new Random(seed);
  let names = 0;
  const making: Making = { random, fresh: (prefix) => `${prefix}${(names += 1)}` };
  let draft = baseDraft(making);
  if (!composed(sourcesOf(draft))) throw new Error(`the base of seed ${seed} does not compose`);
  const weighted = FEATURES.flatMap(([feature, weight]) => Array.from({ length: weight }, () => feature));
  for (let at = 0; at < attempts; at += TOGETHER) {
    const features = Array.from({ length: TOGETHER }, () => random.pick(weighted));
    draft = changedBy(features, draft, making) ?? features.reduce((last, each) => changedBy([each], last, making) ?? last, draft);
  }
  return draft;
}

function changedBy(features: readonly Feature[], draft: Draft, making: Making): Draft | null {
  const changed = copyOf(draft);
  const done = features.filter((feature) => applies(feature, changed, making));
  return done.length > 0 && composed(sourcesOf(changed)) ? changed : null;
}

function applies(feature: Feature, draft: Draft, making: Making): boolean {
  try {
    feature(draft, making);
    return true;
  } catch (error) {
    if (error instanceof NoChoice) return false;
    throw error;
  }
}

/** The supergraph, or `null` when the subgraphs do not fit together. */
export function composed(sources: readonly SubgraphSource[]): string | null {
  try {
    const services = sources.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `http://${name}.invalid` }));
    return composeServices(services).supergraphSdl ?? null;
  } catch {
    // Composition itself stumbles over some of what is no subgraph.
    return null;
  }
}

function baseDraft({ random, fresh }: Making): Draft {
  const draft = Array.from({ length: random.between(2, 6) }, (_, at) => emptySubgraph(`s${at}`));
  for (const subgraph of draft) {
    addShared(subgraph);
    addField(typeIn(subgraph, 'Query'), fresh('f'), 'Int');
  }
  for (const name of NAMES.slice(0, random.between(2, NAMES.length))) {
    for (const subgraph of random.some(draft, 3)) {
      const type = typeIn(subgraph, name);
      type.directives.add('@key(fields: "id")');
      addField(type, 'id', 'ID!');
      const count = random.between(1, 2);
      for (let at = 0; at < count; at += 1) addField(type, fresh('f'), wrapped(random.pick(['String', 'Int']), random));
      if (random.chance(0.6)) addField(typeIn(subgraph, 'Query'), fresh('root'), wrapped(name, random));
    }
  }
  return draft;
}

function addShared(subgraph: Draft[number]): void {
  typeIn(subgraph, 'Blob', 'scalar');
  const color = typeIn(subgraph, 'Color', 'enum');
  for (const value of ['RED', 'GREEN', 'BLUE']) color.members.set(value, new Set());
  const filter = typeIn(subgraph, 'Filter', 'input');
  addField(filter, 'word', 'String!');
  addField(filter, 'times', 'Int = 2');
  addField(filter, 'color', 'Color! = GREEN');
  addField(filter, 'below', '[Filter!]');
}
