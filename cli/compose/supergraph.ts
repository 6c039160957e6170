import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import { CommandError } from '../print';
import { PROJECT_ROOT } from '../project-root';

export interface Supergraph {
  /** For the gateway. */
  readonly supergraphSdl: string;
  /** What clients see. */
  readonly apiSdl: string;
}

export interface NamedSdl {
  readonly name: string;
  readonly sdl: string;
}

export const SCHEMA_FOLDER = join(PROJECT_ROOT, 'schema');

/** Composes the subgraphs. @throws CommandError with every problem that keeps them from fitting together */
export function composeSupergraph(subgraphs: readonly NamedSdl[]): Supergraph {
  const services = subgraphs
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, sdl }) => ({ name, url: `http://${name}/graphql`, typeDefs: parse(sdl) }));
  const { errors, supergraphSdl, schema } = composeServices(services);
  if (errors) throw new CommandError(`the subgraphs do not fit together:\n${errors.map(({ message }) => `  ${message}`).join('\n')}`);
  return { supergraphSdl, apiSdl: `${printSchema(lexicographicSortSchema(schema.toAPISchema().toGraphQLJSSchema()))}\n` };
}

/** The committed supergraph when it was composed of just these subgraphs, else a new composition: developers edit and start. */
export async function supergraphOf(subgraphs: readonly NamedSdl[]): Promise<string> {
  const committed = await Promise.all(subgraphs.map(({ name }) => readCommitted(`${name}.graphql`)));
  if (subgraphs.every(({ sdl }, at) => committed[at] === sdlFile(sdl))) {
    const supergraph = await readCommitted('supergraph.graphql');
    if (supergraph !== null) return supergraph;
  }
  return composeSupergraph(subgraphs).supergraphSdl;
}

/** The supergraph as it was composed when the release was made. @throws CommandError when it is missing */
export async function committedSupergraph(): Promise<string> {
  const supergraph = await readCommitted('supergraph.graphql');
  if (supergraph === null) throw new CommandError(`${join(SCHEMA_FOLDER, 'supergraph.graphql')} is missing: run npm run schema`);
  return supergraph;
}

/** A subgraph's SDL as the file holds it. */
export function sdlFile(sdl: string): string {
  return `${sdl.trim()}\n`;
}

export function readCommitted(name: string): Promise<string | null> {
  return readFile(join(SCHEMA_FOLDER, name), 'utf8').catch(() => null);
}
