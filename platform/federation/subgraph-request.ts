import type { GraphQLFormattedError } from 'graphql';
import type { Viewer } from '../auth';

/** One GraphQL operation for a subgraph, whoever carries it: a function call in one process, signed HTTP between two. */
export interface SubgraphRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The whole request as JSON text, where the caller has it: it is sent as it is, and wins over the three above. */
  readonly body?: string;
  readonly viewer: Viewer;
  /** Of the client's request; stands in logs and answers of every process that it touched. */
  readonly requestId: string;
  /** W3C trace context. */
  readonly traceparent?: string | null;
  /** Headers of the client's request that are passed on, by lower-case name; their values are fit to stand in a header. */
  readonly forwarded?: Readonly<Record<string, string>> | null;
  /** Of a resumable subscription: told what came after this position; wins over the arguments `after` and `snapshot`. */
  readonly after?: string | null;
  /** Ends a call when the client is gone or time is up; subscriptions are ended by their handle alone. */
  readonly signal?: AbortSignal;
}

export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Record<string, unknown>;
}

/** Told once how a call of a subgraph ended; neither may throw. */
export interface CallReceiver {
  answered(response: SubgraphResponse): void;
  /** With an AppError, as `execute` rejects. */
  failed(error: unknown): void;
}

export interface RunningCall {
  /** Nobody wants the answer any more. The receiver may still be told. */
  cancel(): void;
}

export interface ExecuteOnSubgraph {
  (request: SubgraphRequest): Promise<SubgraphResponse>;
  /**
   * The same by callbacks, of clients over a network: no promise, no signal. Whoever wraps `execute` in a function of their
   * own hides it, so that no call passes them by.
   */
  readonly begin?: (request: SubgraphRequest & { readonly body: string }, receiver: CallReceiver) => RunningCall;
}

/** Told of a subscription's events, in order; none may throw. After `ended` or `failed` nothing more is told. */
export interface EventReceiver {
  /**
   * Each with `extensions.position`, a decimal integer as text, where the source knows one. What has neither data nor errors
   * is a marker: all up to its position was told.
   */
  event(response: SubgraphResponse): void;
  /** The last event, such as a refusal, has been told. */
  ended(): void;
  /** With an AppError (UPSTREAM_UNAVAILABLE and the like): the stream broke before its end, and may be opened again. */
  failed(error: unknown): void;
  /** Once, before any event, where the source let the subscriber in. */
  opened?(): void;
  /** Asked before an event is told: a promise asks to wait, and then to ask again. A source may tell without having asked. */
  room?(): Promise<void> | null;
}

export interface RunningSubscription {
  /** Ends it at its source; the receiver is told nothing more. */
  end(): void;
}

/**
 * How the gateway, or another subgraph, reaches a subgraph.
 *
 * `execute` answers GraphQL errors as data and rejects only with AppError UPSTREAM_UNAVAILABLE or DEADLINE_EXCEEDED.
 * `subscribe` never throws and tells nothing before it has returned.
 */
export interface SubgraphClient {
  readonly name: string;
  readonly execute: ExecuteOnSubgraph;
  subscribe(request: SubgraphRequest, receiver: EventReceiver): RunningSubscription;
}
