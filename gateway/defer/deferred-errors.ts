import type { AnsweredError, FailedCall } from '../executor/fetch-errors';
import type { AnswerSource } from '../executor/answer';
import type { Path } from '../executor/project';
import type { PlanRun } from '../executor/run-plan';

type FetchError = AnsweredError | FailedCall;

interface Placed {
  readonly name: string;
  readonly path: Path;
}

/** What went wrong in the parts of one plan, told in that part of the answer where it belongs. */
export class DeferredErrors {
  private readonly told = new Set<FetchError>();

  /** @param runs of all parts that have begun; grows with them */
  constructor(private readonly runs: readonly PlanRun[]) {}

  /**
   * The errors for one place: those at and below it. What is at no place of its fragment is told at the first one.
   *
   * @param own the runs that fetched for it
   * @param answered the places that are answered together
   */
  at(place: Placed, own: readonly PlanRun[], answered: readonly Placed[]): AnswerSource['errors'] {
    const alike = answered.filter(({ name }) => name === place.name);
    const list = own
      .flatMap(({ errors }) => errors.list)
      .filter((error) => !this.told.has(error))
      .filter((error) => isBelow(error, place) || (alike[0] === place && !alike.some((other) => isBelow(error, other))));
    for (const error of list) this.told.add(error);
    return { list, explains: (path) => this.runs.some(({ errors }) => errors.explains(path)) };
  }

  /** Whether a record is one that its own subgraph does not know. */
  has(record: object): boolean {
    return this.runs.some(({ absent }) => absent.has(record));
  }
}

function isBelow({ path }: FetchError, place: Placed): boolean {
  return path !== null && path.length >= place.path.length && place.path.every((part, at) => path[at] === part);
}
