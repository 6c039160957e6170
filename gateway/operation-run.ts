import type { GraphQLFormattedError } from 'graphql';
import { AppError } from '../platform/errors';
import type { SubgraphClient } from '../platform/federation';
import { traceparentFor, type Logger } from '../platform/observability';
import type { DeadlineQueue, Timed, Waiting } from '../platform/process';
import type { OperationRequest } from './operation-request';
import { answerOf, refusalOf, type Answer, type AnswerScope } from './executor/answer';
import type { FetchCache } from './executor/fetch-cache';
import type { Json } from './executor/merge';
import { FOR_EVER_MS, PlanRun, type Merged, type PlanRunOptions, type RunReceiver } from './executor/run-plan';
import type { SendCall } from './executor/subgraph-call';
import type { OperationVariant } from './operations/variants';

/** What runs of all operations of an engine share. */
export interface RunContext {
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>;
  readonly send: SendCall;
  /** For queries; `null` where every fetch asks its subgraph. */
  readonly cache: FetchCache | null;
  /** For events of subscriptions. */
  readonly batches: FetchCache;
  readonly deadlines: DeadlineQueue;
  readonly logger: Logger;
  readonly scopeOf: (request: OperationRequest) => AnswerScope;
}

/** An operation that was begun. */
export interface RunningOperation {
  /** Its client is gone: a query ends, a mutation runs to its end. */
  leave(): void;
}

/**
 * One operation, or the completion of one event, from its plan to its answer. Calls of subgraphs that have not answered when
 * time is up fail, in one process too, and no other begins: what has been answered stands beside the errors. Mutations are
 * answered as late too, and left to end by themselves.
 */
export class OperationRun implements RunReceiver, Timed, RunningOperation {
  private readonly plan: PlanRun;
  private readonly waiting: Waiting;

  constructor(
    private readonly context: RunContext,
    private readonly request: OperationRequest,
    private readonly variant: OperationVariant,
    coerced: Readonly<Json>,
    initial: Json,
    private readonly done: (answer: Answer) => void,
  ) {
    this.plan = new PlanRun(variant.plan, planOptionsOf(context, request, coerced), initial, this);
    this.waiting = context.deadlines.add(this);
  }

  begin(initialErrors: readonly GraphQLFormattedError[] = []): void {
    const { signal } = this.request;
    if (signal) {
      if (signal.aborted) this.leave();
      else signal.addEventListener('abort', () => this.leave(), { once: true });
    }
    this.plan.begin(initialErrors);
  }

  late(): void {
    this.plan.endCalls(lateError);
  }

  leave(): void {
    if (this.request.operation.kind !== 'mutation') this.plan.endCalls(leftError);
  }

  ended(merged: Merged): void {
    const { context, request, variant } = this;
    context.deadlines.remove(this.waiting);
    let answer: Answer;
    try {
      answer = answerOf(variant.shape, merged, context.scopeOf(request));
      const { freshForMs } = this.plan;
      if (freshForMs < FOR_EVER_MS) answer = { ...answer, freshForMs };
    } catch (error) {
      answer = refusalOf([error], request.requestId, context.logger);
    }
    this.done(answer);
  }

  broken(error: unknown): void {
    this.context.deadlines.remove(this.waiting);
    this.done(refusalOf([error], this.request.requestId, this.context.logger));
  }
}

export function planOptionsOf(
  { subgraphs, send, cache: fetched, batches }: RunContext,
  request: OperationRequest,
  coerced: Readonly<Json>,
): PlanRunOptions {
  const { operation, variables, viewer, requestId, traceparent, forwarded, onCall } = request;
  const shared = { viewer, requestId, traceparent: traceparentFor(traceparent), forwarded };
  // What a mutation, or an event, has just changed is not read from what was kept before.
  const cache = operation.kind === 'query' ? fetched : operation.kind === 'subscription' ? batches : null;
  return { subgraphs, send, cache, shared, isMutation: operation.kind === 'mutation', variables, coerced, onCall };
}

export function lateError(service: string): AppError {
  return new AppError('DEADLINE_EXCEEDED', `The ${service} service did not answer in time; try again`, { service });
}

export function leftError(service: string): AppError {
  return new AppError('UPSTREAM_UNAVAILABLE', 'The client went away before its answer', { service });
}
