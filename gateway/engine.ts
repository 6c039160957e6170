import { GraphQLError } from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import type { Viewer } from '../platform/auth';
import { AppError } from '../platform/errors';
import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from '../platform/federation';
import type { Logger } from '../platform/observability';
import { answerOf, refusalOf, type Answer, type AnswerScope } from './executor/answer';
import type { FetchStep } from './executor/compile-plan';
import type { Json } from './executor/merge';
import { runPlan, type PlanRun } from './executor/run-plan';
import { subscribeToSource } from './executor/subscribe';
import type { PreparedOperation } from './operations/operation';
import { Operations, type PrepareOptions } from './operations/prepare';
import { CachePolicies } from './response-cache/policy';
import type { LoadedSupergraph } from './supergraph/load';

/** One operation as a client sent it, and who the client is. */
export interface OperationRequest {
  readonly operation: PreparedOperation;
  readonly variables: Readonly<Json>;
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly traceparent: string | null;
  /** Ends subgraph calls when the client is gone. Mutations are never ended half way. */
  readonly signal: AbortSignal | null;
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
}

/** Everything that depends on one supergraph: a swap makes a new engine, and running operations end on the old one. */
export class Engine {
  readonly operations: Operations;
  readonly cachePolicies: CachePolicies;

  constructor(
    readonly supergraph: LoadedSupergraph,
    private readonly options: EngineOptions,
  ) {
    this.operations = new Operations(supergraph, options);
    this.cachePolicies = new CachePolicies(supergraph);
  }

  /** Executes a query or mutation. Never rejects. */
  async execute(request: OperationRequest): Promise<Answer> {
    const { operation, requestId } = request;
    try {
      if (operation.kind === 'subscription')
        throw new AppError('BAD_REQUEST', 'Subscriptions go over WebSocket (graphql-transport-ws) at this address');
      const coerced = this.coerce(request);
      if (!coerced.values) return refusalOf(coerced.errors, requestId, this.options.logger);
      const { plan, shape } = operation.variants.variantFor(coerced.values);
      const merged = await runPlan(plan, this.planRun(request, coerced.values));
      return answerOf(operation, shape, merged, this.scopeOf(request));
    } catch (error) {
      return refusalOf([error], requestId, this.options.logger);
    }
  }

  /** Subscribes at the source; each event is completed from the other subgraphs. Ending the iterator ends the source. Never throws. */
  subscribe(request: OperationRequest): Answer | AsyncIterableIterator<Answer> {
    try {
      return this.begin(request);
    } catch (error) {
      return refusalOf([error], request.requestId, this.options.logger);
    }
  }

  private begin(request: OperationRequest): Answer | AsyncIterableIterator<Answer> {
    const { operation, requestId } = request;
    const coerced = this.coerce(request);
    if (!coerced.values) return refusalOf(coerced.errors, requestId, this.options.logger);
    const { plan, shape } = operation.variants.variantFor(coerced.values);
    const run = this.planRun(request, coerced.values);
    const scope = this.scopeOf(request);
    return subscribeToSource(
      plan,
      run,
      requestOf(request),
      async (event) => {
        const merged = await runPlan(plan, run, (event.data ?? {}) as Json, event.errors);
        return answerOf(operation, shape, merged, scope);
      },
      (error) => refusalOf([error], requestId, this.options.logger),
    );
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

  private planRun(request: OperationRequest, coerced: Json): PlanRun {
    const shared = requestOf(request);
    return {
      subgraphs: this.options.subgraphs,
      variables: request.variables,
      coerced,
      call: (client: SubgraphClient, step: FetchStep, variables: Json) => {
        request.onCall?.(step.service);
        const call = { ...shared, query: step.query, operationName: step.operationName, variables };
        return this.options.observeCall(step.service, call, (observed) => client.execute(observed));
      },
    };
  }

  private scopeOf({ requestId, variables }: OperationRequest): AnswerScope {
    return { apiSchema: this.supergraph.apiSchema, requestId, logger: this.options.logger, rawVariables: variables };
  }
}

function requestOf(request: OperationRequest): Omit<SubgraphRequest, 'query'> {
  const signal = request.operation.kind !== 'mutation' && request.signal ? { signal: request.signal } : {};
  return { viewer: request.viewer, requestId: request.requestId, traceparent: request.traceparent, ...signal };
}
