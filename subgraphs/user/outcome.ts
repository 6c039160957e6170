/** What a use case answers: its result, or the expected failures that the user can act on. */
export type Outcome<T extends object, E> = (T & { readonly errors: readonly [] }) | Failed<E>;

export interface Failed<E> {
  readonly errors: readonly [E, ...E[]];
}

export function succeeded<T extends object>(result: T): T & { readonly errors: readonly [] } {
  return { ...result, errors: [] };
}

export function failed<E>(...errors: [E, ...E[]]): Failed<E> {
  return { errors };
}
