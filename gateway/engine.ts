import { GraphQLError } from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import { AppError } from '../platform/errors';
import type { SubgraphClient } from '../platform/federation';
import type { Logger } from '../platform/observability';
import { DeadlineQueue } from '../platform/process';
import { Authorisation, type AuthorisationOptions, type GrantKey } from './authorisation';
import { DeferredRun } from './defer/deferred-run';
import type { PartsReceiver } from './defer/parts';
import type { EntityCache } from './entity-cache';
import { refusalOf, unauthorisedAnswer, type Answer, type AnswerScope } from './executor/answer';
import type { Json } from './executor/merge';
import type { SendCall } from './executor/subgraph-call';
import { EventBatches } from './live/event-batches';
import type { LiveOperation } from './live/live-operation';
import { readLiveOperation, type LiveReader } from './live/read-live-operation';
import { Reaches } from './live/reach';
import { resumableFields } from './live/source-field';
import type { OperationRequest } from './operation-request';
import { OperationRun, type RunContext, type RunningOperation } from './operation-run';
import { refuseTooCostly } from './operations/limits';
import { Operations, type PrepareOptions } from './operations/prepare';
import { refuseTooLargeVariables } from './operations/variables-size';
import type { OperationVariant } from './operations/variants';
import type { PlannedSupergraph } from './planning/planned-supergraph';
import { CachePolicies } from './response-cache/policy';

const SUBSCRIPTIONS_GO =
  'Subscriptions go over WebSocket (graphql-transport-ws), server-sent events (Accept: text/event-stream) or ' +
  'multipart HTTP (Accept: multipart/mixed;subscriptionSpec=1.0) at this address';

/** An operation whose variables were read; the variant is a promise where it has yet to be planned. */
interface ReadyOperation {
  readonly coerced: Json;
  readonly variant: OperationVariant | Promise<OperationVariant>;
}

export interface EngineOptions extends PrepareOptions {
  readonly authorisation: AuthorisationOptions;
  /** Told what an operation may cost, and for clients that ask what it did cost. */
  readonly onCost: (kind: 'estimated' | 'actual', cost: number) => void;
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>;
  readonly logger: Logger;
  /** Calls a subgraph, timed, traced and protected. */
  readonly send: SendCall;
  /** Where fetches of queries are kept; `null` keeps none. */
  readonly entityCache: EntityCache | null;
  /** How long one operation, or the completion of one event, may run. */
  readonly operationTimeoutMs: number;
  readonly subgraphErrors: 'ours' | 'any';
}

/** Everything that depends on one supergraph: a swap makes a new engine, and running operations end on the old one. */
export class Engine {
  readonly operations: Operations;
  readonly cachePolicies: CachePolicies;
  private readonly context: RunContext;
  private readonly authorisation: Authorisation;
  private readonly live: LiveReader;

  constructor(
    readonly supergraph: PlannedSupergraph,
    private readonly options: EngineOptions,
  ) {
    this.operations = new Operations(supergraph, options);
    this.cachePolicies = new CachePolicies(supergraph);
    this.authorisation = new Authorisation(options.authorisation, options.logger);
    const { subgraphs, send, logger, operationTimeoutMs, entityCache } = options;
    const deadlines = new DeadlineQueue(operationTimeoutMs);
    const cache = entityCache?.of(supergraph) ?? null;
    const reaches = new Reaches(supergraph);
    const batches = new EventBatches({ subgraphs, send, reaches });
    this.context = { subgraphs, send, cache, batches, logger, deadlines, scopeOf: (request) => this.scopeOf(request) };
    this.live = { supergraph, context: this.context, reaches, resumable: resumableFields(supergraph.sdl) };
  }

  /** Executes a query or mutation. Never rejects. */
  execute(request: OperationRequest): Promise<Answer> {
    return new Promise((resolve) => void this.begin(request, resolve));
  }

  /**
   * As {@link execute}, by a callback that is told once, maybe at once: what is known already runs without a promise of its own.
   *
   * @returns the way to end it early; `null` where nothing runs yet, or any more
   */
  begin(request: OperationRequest, done: (answer: Answer) => void): RunningOperation | null {
    return this.start(request, done, null);
  }

  /** As {@link begin}, for a client that takes what the operation defers in parts of their own. */
  beginInParts(request: OperationRequest, receiver: PartsReceiver): RunningOperation | null {
    return this.start(request, (answer) => receiver.first(answer, [], false), receiver);
  }

  private start(request: OperationRequest, done: (answer: Answer) => void, parts: PartsReceiver | null): RunningOperation | null {
    const refuse = (error: unknown): null => {
      done(refusalOf([error], request.requestId, this.options.logger));
      return null;
    };
    let ready: ReadyOperation | readonly GraphQLError[];
    try {
      const { operation } = request;
      if (operation.kind === 'subscription') throw new AppError('BAD_REQUEST', SUBSCRIPTIONS_GO);
      ready = this.ready(request, parts !== null);
    } catch (error) {
      return refuse(error);
    }
    if (!('coerced' in ready)) {
      done(refusalOf(ready, request.requestId, this.options.logger));
      return null;
    }
    const { coerced, variant } = ready;
    if (!(variant instanceof Promise)) return this.run(request, variant, coerced, done, parts);
    variant.then((planned) => void this.run(request, planned, coerced, done, parts), refuse);
    return null;
  }

  /** Reads a subscription: what it asks, whether its viewer may, and how each of its events is completed. Never rejects. */
  async readSubscription(request: OperationRequest): Promise<LiveOperation | Answer> {
    try {
      const ready = this.ready(request, false);
      if (!('coerced' in ready)) return refusalOf(ready, request.requestId, this.options.logger);
      const variant = await ready.variant;
      if (variant.refusal) return unauthorisedAnswer(variant.refusal, this.scopeOf(request));
      const grants = await this.authorisation.grants(request);
      return readLiveOperation(this.live, { request, variant, coerced: ready.coerced, grants });
    } catch (error) {
      return refusalOf([error], request.requestId, this.options.logger);
    }
  }

  private run(
    request: OperationRequest,
    variant: OperationVariant,
    coerced: Json,
    done: (answer: Answer) => void,
    parts: PartsReceiver | null,
  ): RunningOperation | null {
    if (variant.refusal) {
      done(unauthorisedAnswer(variant.refusal, this.scopeOf(request)));
      return null;
    }
    if (variant.introspection !== null && !request.introspected) {
      const answered = this.supergraph.planning.introspect(variant.introspection, request.variables, request.client ?? '');
      answered.then(
        (introspected) => void this.run({ ...request, introspected }, variant, coerced, done, parts),
        (error: unknown) => done(refusalOf([error], request.requestId, this.options.logger)),
      );
      return null;
    }
    const run = parts
      ? new DeferredRun(this.context, request, variant, coerced, parts)
      : new OperationRun(this.context, request, variant, coerced, {}, done);
    run.begin();
    return run;
  }

  /** What a run needs, or why it may not begin. @throws AppError for what asks too much */
  private ready(request: OperationRequest, isDeferring: boolean): ReadyOperation | readonly GraphQLError[] {
    const { operation } = request;
    const { values, errors } = this.coerce(request);
    if (!values) return errors;
    this.options.onCost('estimated', refuseTooCostly(operation, values, this.options.limits));
    const grants = this.authorisation.grants(request);
    const variant =
      grants instanceof Promise
        ? grants.then((granted) => this.variantOf(request, values, granted, isDeferring))
        : this.variantOf(request, values, grants, isDeferring);
    return { coerced: values, variant };
  }

  /** What an answer cost, for who asks; `null` where it was refused for its variables. */
  costOf({ operation, variables }: OperationRequest, { data }: Answer): Readonly<Json> | null {
    // Refused variables may be too large to be looked at again.
    if (data === undefined) return null;
    const { apiSchema } = this.supergraph;
    const { coerced } = getVariableValues(apiSchema, operation.definition.variableDefinitions ?? [], variables);
    if (!coerced) return null;
    const actual = operation.demand.actual(data, coerced);
    this.options.onCost('actual', actual);
    return { estimated: operation.demand.estimate(coerced), actual, maximum: this.options.limits.cost };
  }

  private variantOf({ operation, client }: OperationRequest, coerced: Json, grants: GrantKey, isDeferring: boolean) {
    return (
      operation.variants.known(coerced, grants, isDeferring) ??
      operation.variants.plan(coerced, grants, isDeferring, client ?? '')
    );
  }

  private coerce(request: OperationRequest): { values: Json; errors: null } | { values: null; errors: readonly GraphQLError[] } {
    const definitions = request.operation.definition.variableDefinitions ?? [];
    if (definitions.length === 0) return { values: {}, errors: null };
    refuseTooLargeVariables(request.variables);
    const { coerced, errors } = getVariableValues(this.supergraph.apiSchema, definitions, request.variables, { maxErrors: 20 });
    if (coerced) return { values: coerced, errors: null };
    return {
      values: null,
      errors: errors.map(
        (error) => new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT' } }),
      ),
    };
  }

  private scopeOf({ requestId, introspected, takesText = false }: OperationRequest): AnswerScope {
    const { logger, subgraphErrors } = this.options;
    return { requestId, logger, introspected: introspected ?? null, subgraphErrors, takesText };
  }
}
