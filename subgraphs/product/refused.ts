/**
 * Thrown by a use case that cannot be done for an expected reason: it rolls the transaction back, and {@link orRefusal}
 * turns the reason into data.
 */
export class Refused<E extends object> extends Error {
  constructor(readonly reason: E) {
    super('refused');
    this.name = 'Refused';
  }
}

/** What a use case answers: its result, or the expected failures that a client can act on. */
export interface Outcome<T, E> {
  readonly result: T | null;
  readonly errors: E[];
}

/** Runs a use case. What is thrown but for {@link Refused} passes through. */
export async function orRefusal<E extends object, T>(work: () => Promise<T>): Promise<Outcome<T, E>> {
  try {
    return { result: await work(), errors: [] };
  } catch (error) {
    if (error instanceof Refused) return { result: null, errors: [error.reason as E] };
    throw error;
  }
}

/** The constraint that a write violated, or `null` when it failed for another reason. */
export function violatedConstraint(error: unknown): string | null {
  if (!(error instanceof Error) || !('driverError' in error)) return null;
  const { code, constraint } = error.driverError as { code?: string; constraint?: string };
  return code?.startsWith('23') ? (constraint ?? null) : null;
}
