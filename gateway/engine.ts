import { GraphQLError } from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import type { Viewer } from '../platform/auth';
import { AppError } from '../platform/errors';
import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from '../platform/federation';
import type { Logger } from '../platform/observability';
import { Deadline } from './deadline';
import { answerOf, refusalOf, type Answer, type AnswerScope } from './executor/answer';
import type { FetchStep } from './executor/compile-plan';
import type { Json } from './executor/merge';
import { runPlan, type PlanRun } from './executor/run-plan';
import { subscribeToSource } from './executor/subscribe';
import { refuseTooManyRecords } from './operations/limits';
import type { PreparedOperation } from './operations/operation';
import { Operations, type PrepareOptions } from './operations/prepare';
import type { OperationVariant } from './operations/variants';
import type { PlannedSupergraph } from './planning/planned-supergraph';
import { CachePolicies } from './response-cache/policy';

/** One operation as a client sent it, and who the client is. */
export interface OperationRequest {
  readonly operation: PreparedOperation;
  readonly variables: Readonly<Json>;
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly traceparent: string | null;
  /** Headers of the client's request for the subgraphs. */
  readonly forwarded: Readonly<Record<string, string>> | null;
  /** Ends subgraph calls when the client is gone. Mutations are never ended half way, also when time is up. */
  readonly signal: AbortSignal | null;
  /** Whose turn it is when new operations wait to be planned; everybody's own unless said otherwise. */
  readonly client?: string;
  /** Told of each subgraph call when it begins. */
  readonly onCall?: (service: string) => void;
}

/** How calls of subgraphs are timed and traced. */
export type ObserveCall = (
  service: string,
  request: SubgraphRequest,
  call: (request: SubgraphRequest) => Promise<SubgraphResponse>,
) => Promise<SubgraphResponse>;

export interface EngineOptions extends PrepareOptions {
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>;
  readonly logger: Logger;
  readonly observeCall: ObserveCall;
  /** How long one operation, or the completion of one event, may run. */
  readonly operationTimeoutMs: number;
  readonly subgraphErrors: 'ours' | 'any';
}

/** Everything that depends on one supergraph: a swap makes a new engine, and running operations end on the old one. */
export class Engine {
  readonly operations: Operations;
  readonly cachePolicies: CachePolicies;

  constructor(
    readonly supergraph: PlannedSupergraph,
    private readonly options: EngineOptions,
  ) {
    this.operations = new Operations(supergraph, options);
    this.cachePolicies = new CachePolicies(supergraph);
  }

  /** Executes a query or mutation. Never rejects. */
  async execute(request: OperationRequest): Promise<Answer> {
    const { operation, requestId } = request;
    const deadline = new Deadline(this.options.operationTimeoutMs, request.signal);
    try {
      if (operation.kind === 'subscription')
        throw new AppError('BAD_REQUEST', 'Subscriptions go over WebSocket (graphql-transport-ws) at this address');
      const coerced = this.coerce(request);
      if (!coerced.values) return refusalOf(coerced.errors, requestId, this.options.logger);
      refuseTooManyRecords(operation, coerced.values, this.options.limits);
      const { plan, shape } = operation.variants.known(coerced.values) ?? (await this.planned(request, coerced.values));
      const merged = await runPlan(plan, this.planRun(request, coerced.values, deadline));
      return answerOf(operation, shape, merged, this.scopeOf(request));
    } catch (error) {
      return refusalOf([error], requestId, this.options.logger);
    } finally {
      deadline.clear();
    }
  }

  /** Subscribes at the source; each event is completed from the other subgraphs. Ending the iterator ends the source. Never rejects. */
  async subscribe(request: OperationRequest): Promise<Answer | AsyncIterableIterator<Answer>> {
    try {
      return await this.begin(request);
    } catch (error) {
      return refusalOf([error], request.requestId, this.options.logger);
    }
  }

  private async begin(request: OperationRequest): Promise<Answer | AsyncIterableIterator<Answer>> {
    const { operation, requestId } = request;
    const coerced = this.coerce(request);
    if (!coerced.values) return refusalOf(coerced.errors, requestId, this.options.logger);
    refuseTooManyRecords(operation, coerced.values, this.options.limits);
    const { values } = coerced;
    const { plan, shape } = operation.variants.known(values) ?? (await this.planned(request, values));
    const source = { client: this.options.subgraphs.get(plan.source?.service ?? ''), variables: request.variables };
    const complete = async (event: SubgraphResponse): Promise<Answer> => {
      const deadline = new Deadline(this.options.operationTimeoutMs, request.signal);
      try {
        const run = this.planRun(request, values, deadline);
        return answerOf(
          operation,
          shape,
          await runPlan(plan, run, (event.data ?? {}) as Json, event.errors),
          this.scopeOf(request),
        );
      } finally {
        deadline.clear();
      }
    };
    const refuse = (error: unknown): Answer => refusalOf([error], requestId, this.options.logger);
    const shared = { ...requestOf(request), ...(request.signal ? { signal: request.signal } : {}) };
    return subscribeToSource(plan, source, shared, complete, refuse);
  }

  private planned({ operation, client }: OperationRequest, coerced: Json): Promise<OperationVariant> {
    return operation.variants.plan(coerced, client ?? '');
  }

  private coerce(request: OperationRequest): { values: Json; errors: null } | { values: null; errors: readonly GraphQLError[] } {
    const definitions = request.operation.definition.variableDefinitions ?? [];
    if (definitions.length === 0) return { values: {}, errors: null };
    const { coerced, errors } = getVariableValues(this.supergraph.apiSchema, definitions, request.variables, { maxErrors: 20 });
    if (coerced) return { values: coerced, errors: null };
    return {
      values: null,
      errors: errors.map(
        (error) => new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT' } }),
      ),
    };
  }

  private planRun(request: OperationRequest, coerced: Json, deadline: Deadline): PlanRun {
    const ending = request.operation.kind === 'mutation' ? {} : { signal: deadline.signal };
    const shared = { ...requestOf(request), ...ending };
    return {
      subgraphs: this.options.subgraphs,
      variables: request.variables,
      coerced,
      call: (client: SubgraphClient, step: FetchStep, variables: Json) => {
        request.onCall?.(step.service);
        const call = { ...shared, query: step.query, operationName: step.operationName, variables };
        return this.options.observeCall(step.service, call, (observed) =>
          deadline.within(step.service, () => client.execute(observed)),
        );
      },
    };
  }

  private scopeOf({ requestId, variables }: OperationRequest): AnswerScope {
    const { logger, subgraphErrors } = this.options;
    return { apiSchema: this.supergraph.apiSchema, requestId, logger, rawVariables: variables, subgraphErrors };
  }
}

function requestOf({ viewer, requestId, traceparent, forwarded }: OperationRequest): Omit<SubgraphRequest, 'query'> {
  return { viewer, requestId, traceparent, forwarded };
}
