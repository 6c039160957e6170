import type { GraphQLFormattedError } from 'graphql';
import { askedPath } from '../planning/traps';
import type { Path } from './project';

/** An error that a subgraph answered, at its place in the client's answer. */
export interface AnsweredError {
  readonly kind: 'answered';
  readonly error: GraphQLFormattedError;
  readonly path: Path | null;
  /** The path in the merged data. */
  readonly source: Path | null;
}

/** A call that gave no answer. */
export interface FailedCall {
  readonly kind: 'failed';
  readonly cause: unknown;
  readonly service: string;
  readonly path: Path;
}

/** One error that many entities share is told for this many places. */
const MAX_PLACES = 20;

/** What went wrong in the fetches of one operation, and which places of the answer it explains. */
export class FetchErrors {
  readonly list: (AnsweredError | FailedCall)[] = [];
  private readonly covered: Path[] = [];

  /** Errors of a fetch from the root, or below `prefix` where records are not entities. */
  addOfRoot(errors: readonly GraphQLFormattedError[], prefix: readonly string[]): void {
    for (const error of errors) {
      const source = error.path ? [...prefix.filter((part) => part !== '@'), ...error.path] : null;
      this.list.push({ kind: 'answered', error, path: source && askedPath(source), source });
      this.cover([error.path ? [...prefix, ...error.path] : []]);
    }
  }

  /** An error below `_entities`, at each place where that entity stands. */
  addOfEntity(error: GraphQLFormattedError, places: readonly Path[]): void {
    const below = error.path?.slice(2) ?? [];
    for (const place of places.slice(0, MAX_PLACES)) {
      const source = [...place, ...below];
      this.list.push({ kind: 'answered', error, path: askedPath(source), source });
    }
    this.cover(places.map((place) => [...place, ...below]));
  }

  addFailure(cause: unknown, service: string, paths: readonly Path[]): void {
    for (const path of paths) this.list.push({ kind: 'failed', cause, service, path: askedPath(path) });
  }

  /** Notes that nulls at and around these places (`@` for any item) are explained. */
  cover(paths: readonly Path[]): void {
    for (const path of paths) this.covered.push(askedPath(path));
  }

  /** Whether a null at `path` follows from an error that is told already. */
  explains(path: Path): boolean {
    return this.covered.some((covered) => {
      const shared = Math.min(covered.length, path.length);
      for (let at = 0; at < shared; at += 1) if (covered[at] !== '@' && covered[at] !== path[at]) return false;
      return true;
    });
  }
}
