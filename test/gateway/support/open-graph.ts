import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n';
const TYPES = ['Ant', 'Bee', 'Cat', 'Dog', 'Eel', 'Fox'];

/** Fields of an animal that lead to another one. */
export const STEPS = ['next', 'a', 'b', 'c', 'd'] as const;

/**
 * SDL of subgraphs that can answer nearly everything each: at each step down a planner may go on in most of them, for each of
 * six types. Small queries have more plans than memory holds.
 *
 * @param more further fields of the type Plain
 */
export function openSubgraphs(count = 4, more = ''): ReadonlyMap<string, string> {
  return new Map(
    Array.from({ length: count }, (_, at) => {
      const types = TYPES.map((name, of) => {
        const steps = STEPS.slice(1).filter((_step, step) => (at + of + step) % count !== 0);
        const fields = ['next', ...steps].map((step) => `${step}: Animal @shareable`).join(' ');
        return `type ${name} implements Animal @key(fields: "id") { id: ID! value: Int @shareable ${fields} own${at}${name}: Int }`;
      });
      return [
        `s${at}`,
        `${LINK}
        type Query { animal: Animal @shareable animals(first: Int): [Animal!]! @shareable plain: Plain @shareable
          echo(numbers: [[Int]], tree: Tree, text: String, flag: Boolean): Int @shareable }
        input Tree { left: Tree right: Tree leaves: [Int!] }
        interface Animal { id: ID! next: Animal value: Int }
        type Plain { ${more} text: String @shareable value: Int @shareable plain: Plain @shareable plains(first: Int): [Plain!]! @shareable
          part: Part @shareable }
        union Part = Plain | Ant
        ${types.join('\n')}`,
      ] as const;
    }),
  );
}

/** @param more further fields of the type Plain */
export function openSupergraph(urls: ReadonlyMap<string, string>, more = ''): string {
  const services = [...openSubgraphs(urls.size, more)].map(([name, sdl]) => ({
    name,
    typeDefs: parse(sdl),
    url: urls.get(name) ?? `http://${name}.invalid`,
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(`the subgraphs do not compose: ${errors?.map(String).join('\n')}`);
  return supergraphSdl;
}

/** A small query that no planner is done with in seconds, in memory neither; `seed` tells one from another. */
export function plannerBomb(seed: number): string {
  const name = TYPES[seed % TYPES.length];
  return `{ x${seed}: animal { ${'next { '.repeat(6)}value ... on ${name} { a { value } }${' }'.repeat(6)} } }`;
}
