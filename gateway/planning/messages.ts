/** What the gateway asks of a planning thread; one at a time. */
export type PlanningRequest =
  | { readonly kind: 'load'; readonly supergraph: string; readonly sdl: string }
  | { readonly kind: 'forget'; readonly supergraph: string }
  | { readonly kind: 'validate'; readonly supergraph: string; readonly text: string; readonly introspection: boolean }
  | { readonly kind: 'plan'; readonly supergraph: string; readonly text: string; readonly operationName: string | null }
  | {
      readonly kind: 'introspect';
      readonly supergraph: string;
      readonly text: string;
      readonly variables: Readonly<Record<string, unknown>>;
    };

/** What the thread answers to each kind of request. */
export interface PlanningResults {
  /** The schemas as SDL: what clients see, and what subgraphs may answer. */
  load: { readonly apiSdl: string; readonly fullSdl: string };
  forget: null;
  validate: readonly Problem[];
  /** The plan as JSON. */
  plan: string;
  /** The result as JSON. */
  introspect: string;
}

/** What a GraphQL error says, in a form that passes between threads. */
export interface Problem {
  readonly message: string;
  readonly positions: readonly number[];
  readonly code: string | null;
}

export type PlanningAnswer =
  | { readonly outcome: 'done'; readonly value: unknown }
  /** The operation's own fault. */
  | { readonly outcome: 'refused'; readonly problem: Problem }
  /** It needs more memory, stack or room than one operation may have. */
  | { readonly outcome: 'tooComplex' }
  | { readonly outcome: 'failed'; readonly message: string };

/** Sent once, when the thread can take requests. */
export const READY = 'ready';
