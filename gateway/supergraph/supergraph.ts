import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import type { Security } from '../authorisation';
import type { CostDirectives } from '../demand';

/** A supergraph that was read. Immutable: a new version is a new object. */
export interface Supergraph {
  /** Changes with the SDL, and with nothing else. */
  readonly id: string;
  readonly sdl: string;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** What subgraphs may answer, inaccessible types included. */
  readonly fullSchema: GraphQLSchema;
  /** Names of fields that plans fetch beside what is asked; see `planning/traps/response-names.ts`. */
  readonly fetchedNames: ReadonlySet<string>;
  /** Who may see what. */
  readonly security: Security;
  /** What its parts cost. */
  readonly costs: CostDirectives;
}

export function supergraphId(sdl: string): string {
  return createHash('sha256').update(sdl).digest('base64url').slice(0, 16);
}
