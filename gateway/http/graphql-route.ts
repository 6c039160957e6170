import type { IncomingMessage, ServerResponse } from 'node:http';
import { anonymous } from '../../platform/auth';
import { countingStatements, type StatementLog } from '../../platform/db';
import { AppError, presentError } from '../../platform/errors';
import { continuingTrace, noteOnSpan, traced, type Logger } from '../../platform/observability';
import type { Documents } from '../documents';
import { MultipartWriter, partsFormatOf, type PartsFormat } from '../defer/multipart';
import type { Engine } from '../engine';
import type { OperationRequest } from '../operation-request';
import { refusalOf, type Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import { ANONYMOUS, type Identifier, type Identity } from '../identity/identity';
import type { LiveStreams } from '../live-http/live-streams';
import { streamFormOf, type StreamForm } from '../live-http/stream-form';
import type { GatewayMetrics } from '../metrics';
import type { PreparedOperation } from '../operations/operation';
import { RefusedOperation } from '../operations/prepare';
import { refuseTooLargeVariables } from '../operations/variables-size';
import { cacheKeyOf, type ResponseCache } from '../response-cache/response-cache';
import { AnswerSender } from './answer-sender';
import type { ApolloFront } from './apollo';
import type { AddressOf } from './client-address';
import { BodyWriter } from './compression';
import { forwardedHeaders } from './forwarded-headers';
import type { GraphqlRequest } from './graphql-body';
import { HttpRefused } from './http-refused';
import { GRAPHQL_RESPONSE_TYPE, JSON_TYPE, negotiate, type AnswerType } from './media-type';
import { isSafe, readRequest } from './read-request';
import { RequestScope } from './request-scope';
import { statusOf } from './status';

export interface GraphqlRouteOptions {
  readonly engine: () => Engine;
  readonly apollo: ApolloFront;
  readonly identifier: Identifier;
  readonly addressOf: AddressOf;
  readonly forwardHeaders: readonly string[];
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly documents: Documents;
  /** Subscriptions over HTTP. */
  readonly streams: LiveStreams;
  /** `null` where every answer is computed anew. */
  readonly cache: ResponseCache | null;
  /** Whether clients may ask for counts of what their request cost. */
  readonly mayCount: boolean;
  /** Whether clients that take answers in parts get what they defer later. */
  readonly mayDefer: boolean;
  /** Whether long answers are compressed for clients that ask for it. */
  readonly isCompressing: boolean;
}

/** An operation that may be answered in parts, for a client that takes them. */
interface DeferringRequest {
  readonly engine: Engine;
  readonly operation: PreparedOperation;
  readonly asked: GraphqlRequest;
  readonly format: PartsFormat;
}

/** How a client takes its answer. */
interface Taking {
  /** `null` for a client that takes a stream alone. */
  readonly type: AnswerType | null;
  /** `null` for a client that takes no stream. */
  readonly form: StreamForm | null;
}

/** The GraphQL endpoint. Well-formed requests go straight to the engine; Apollo Server says what is wrong with all others. */
export class GraphqlRoute {
  private readonly answers: AnswerSender;

  constructor(private readonly options: GraphqlRouteOptions) {
    this.answers = new AnswerSender(options.logger, options.metrics, new BodyWriter(options.isCompressing));
  }

  serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const scope = new RequestScope(request, response, this.options.addressOf);
    return continuingTrace(scope.traceparent, () =>
      traced('graphql request', 'server', { 'mercato.request_id': scope.requestId }, () =>
        this.serveScope(scope, request, response),
      ),
    );
  }

  private async serveScope(scope: RequestScope, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { accept } = request.headers;
    // Who takes parts takes them as JSON, and so a whole answer as well.
    const type = negotiate(accept) ?? (partsFormatOf(accept) ? JSON_TYPE : null);
    const taking: Taking = { type, form: streamFormOf(accept) };
    try {
      if (type === null && !taking.form) throw new HttpRefused(406, `Answers are ${JSON_TYPE} or ${GRAPHQL_RESPONSE_TYPE}`);
      const { asked, body } = await readRequest(request);
      const { viewer, token } = await this.identityOf(request);
      scope.viewer = viewer;
      scope.token = token;
      scope.forwarded = forwardedHeaders(this.options.forwardHeaders, request.headers);
      if (asked) return await this.serveAsked(scope, response, taking, asked);
      const { status, headers, answer } = await this.options.apollo.refuse(request, body);
      const refusal = refusedWords(answer, scope.requestId);
      this.send(scope, response, taking, refusal, status, headers);
    } catch (error) {
      const answer = refusalOf([error], scope.requestId, this.options.logger);
      const refused = error instanceof HttpRefused ? error : null;
      const status = refused?.status ?? (isBadInput(error) ? 400 : null);
      this.send(scope, response, taking, answer, isBadInput(error) && type === null ? null : status, refused?.headers ?? []);
    }
  }

  /** @param status `null` leaves it to the answer */
  private send(
    scope: RequestScope,
    response: ServerResponse,
    { type, form }: Taking,
    answer: Answer,
    status: number | null = null,
    headers: HttpRefused['headers'] = [],
  ): void {
    const told = status ?? statusOf(answer, type ?? JSON_TYPE);
    // Clients of streams read what is wrong with an operation from the stream; they come back later where its status says so.
    if (type === null && form && status === null && !LATER.has(told)) this.options.streams.answer(scope, response, form, answer);
    else this.answers.send(scope, response, told, type ?? JSON_TYPE, answer, headers);
  }

  private async identityOf(request: IncomingMessage): Promise<Identity> {
    const { authorization } = request.headers;
    const guestToken = headerOf(request, 'x-guest-token');
    if (authorization === undefined && guestToken === undefined) return ANONYMOUS;
    return this.options.identifier.identify(authorization, guestToken);
  }

  private async serveAsked(scope: RequestScope, response: ServerResponse, taking: Taking, asked: GraphqlRequest): Promise<void> {
    const engine = this.options.engine();
    const { operationName, variables } = asked;
    const text = this.options.documents.textOf(asked, scope);
    const query = typeof text === 'string' ? text : await text;
    if (taking.form && (await this.subscribes(scope, response, taking.form, engine, query, asked))) return;
    const type = taking.type ?? JSON_TYPE;
    const format = this.options.mayDefer ? partsFormatOf(scope.request.headers.accept) : null;
    if (format) {
      const operation = await engine.operations.prepare(query, operationName, scope.client);
      if (!(operation instanceof RefusedOperation) && operation.variants.mayDefer)
        return this.serveInParts(scope, response, type, { engine, operation, asked, format });
    }
    const isPublic =
      taking.type !== null &&
      scope.viewer === anonymous &&
      scope.forwarded === null &&
      !(scope.counts && this.options.mayCount) &&
      !scope.asksCost;
    const cached = this.options.cache && isPublic ? await this.cacheable(this.options.cache, scope, engine, query, asked) : null;
    let own: Answer | null = null;
    if (cached) {
      scope.operation = cached.operation;
      const known = cached.cache.find(cached.key);
      this.options.metrics.onCache(known ? 'hit' : 'miss');
      const json =
        known?.json ??
        (await cached.cache.fill(cached.key, cached.policy, async () => {
          own = await this.run(scope, engine, query, operationName, variables);
          if (own.errors) return null;
          const json = own.dataJson ?? (own.data ? JSON.stringify(own.data) : null);
          return json === null ? null : { json: Buffer.from(json), freshForMs: own.freshForMs ?? Infinity };
        }));
      if (json) {
        if (asked.document) this.options.documents.register(asked);
        return this.answers.sendPublic(scope, response, type, json, known);
      }
    }
    const answer = own ?? (await this.run(scope, engine, query, operationName, variables));
    if (asked.document && scope.operation) this.options.documents.register(asked);
    this.send(scope, response, taking, answer);
  }

  /** @returns `false` for what is no subscription */
  private async subscribes(
    scope: RequestScope,
    response: ServerResponse,
    form: StreamForm,
    engine: Engine,
    text: string,
    asked: GraphqlRequest,
  ): Promise<boolean> {
    const operation = await engine.operations.prepare(text, asked.operationName, scope.client);
    if (operation instanceof RefusedOperation || operation.kind !== 'subscription') return false;
    begins(scope, operation);
    if (asked.document) this.options.documents.register(asked);
    const { requestId, forwarded, client } = scope;
    const { operationName, variables } = asked;
    const viewer = scope.viewer ?? anonymous;
    // Browsers come back to the same address, with the last position that they saw.
    const after = headerOf(scope.request, 'last-event-id') ?? asked.after;
    this.options.streams.subscribe(scope, response, form, {
      text,
      operationName,
      variables,
      viewer,
      requestId,
      forwarded,
      client,
      after: after === '' ? null : after,
    });
    return true;
  }

  /** An answer of which nothing is deferred after all is sent as any other. */
  private serveInParts(
    scope: RequestScope,
    response: ServerResponse,
    type: AnswerType,
    { engine, operation, asked, format }: DeferringRequest,
  ): Promise<void> {
    begins(scope, operation);
    if (asked.document) this.options.documents.register(asked);
    return new Promise((ended) => {
      const sendWhole = (answer: Answer): void => {
        this.answers.send(scope, response, statusOf(answer, type), type, answer, []);
        ended();
      };
      const onEnd = (errors: NonNullable<Answer['errors']>): void => {
        this.answers.noteParts(scope, errors);
        ended();
      };
      const writer = new MultipartWriter({ response, requestId: scope.requestId, format, sendWhole, onEnd });
      engine.beginInParts({ ...requestOf(scope, operation, asked.variables), signal: scope.signal, takesText: false }, writer);
    });
  }

  private async cacheable(
    cache: ResponseCache,
    scope: RequestScope,
    engine: Engine,
    query: string,
    { operationName, variables }: GraphqlRequest,
  ) {
    const operation = await engine.operations.prepare(query, operationName, scope.client);
    if (operation instanceof RefusedOperation) return null;
    refuseTooLargeVariables(variables);
    const policy = engine.cachePolicies.policyOf(operation);
    return policy && { cache, operation, policy, key: cacheKeyOf(engine.supergraph.id, operation, variables) };
  }

  private async run(
    scope: RequestScope,
    engine: Engine,
    text: string,
    operationName: string | null,
    variables: Json,
  ): Promise<Answer> {
    const prepared = engine.operations.prepare(text, operationName, scope.client);
    const operation = prepared instanceof Promise ? await prepared : prepared;
    if (operation instanceof RefusedOperation) return refusalOf(operation.errors, scope.requestId, this.options.logger);
    begins(scope, operation);
    const execute = () =>
      scope.asksCost
        ? this.executeWithCost(scope, engine, { ...requestOf(scope, operation, variables), takesText: false })
        : this.execute(scope, engine, requestOf(scope, operation, variables));
    if (!this.options.mayCount || !scope.counts) return execute();
    const log: StatementLog = { statements: [] };
    const answer = await countingStatements(log, execute);
    const counts = { subgraphCalls: scope.subgraphCalls, statements: log.statements.length };
    return { ...answer, extensions: { ...answer.extensions, counts } };
  }

  private async executeWithCost(scope: RequestScope, engine: Engine, request: OperationRequest): Promise<Answer> {
    const answer = await this.execute(scope, engine, request);
    const cost = engine.costOf(request, answer);
    return cost ? { ...answer, extensions: { ...answer.extensions, cost } } : answer;
  }

  /** Ends the operation when its client goes away before it has its answer. */
  private execute(scope: RequestScope, engine: Engine, request: OperationRequest): Promise<Answer> {
    return new Promise((resolve) => {
      const running = engine.begin(request, resolve);
      if (running) scope.onGone(() => running.leave());
    });
  }
}

/** Statuses of refusals that are no fault of the operation. */
const LATER: ReadonlySet<number> = new Set([401, 429, 503]);

/** @throws HttpRefused for a mutation by a method that changes nothing */
function begins(scope: RequestScope, operation: PreparedOperation): void {
  scope.operation = operation;
  if (operation.kind === 'mutation' && isSafe(scope.request))
    throw new HttpRefused(405, `${scope.request.method} changes nothing: send mutations by POST`, [['allow', 'POST']]);
  noteOnSpan({
    'graphql.operation.type': operation.kind,
    'graphql.operation.name': operation.name ?? '',
    'graphql.operation.hash': operation.hash,
  });
}

function requestOf(scope: RequestScope, operation: PreparedOperation, variables: Readonly<Json>): OperationRequest {
  const { requestId, traceparent, forwarded, client } = scope;
  const onCall = (): void => void (scope.subgraphCalls += 1);
  const viewer = scope.viewer ?? anonymous;
  const shared = { viewer, requestId, traceparent, forwarded, client, onCall };
  return { operation, variables, ...shared, signal: null, takesText: true };
}

/** Apollo Server's words as errors of ours. */
function refusedWords({ errors = [] }: Answer, requestId: string): Answer {
  return { errors: errors.map(({ message }) => presentError(new AppError('BAD_REQUEST', message), requestId).formatted) };
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function isBadInput(error: unknown): boolean {
  return error instanceof AppError && error.code === 'BAD_USER_INPUT';
}
