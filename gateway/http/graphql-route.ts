import type { IncomingMessage, ServerResponse } from 'node:http';
import { anonymous, type Viewer } from '../../platform/auth';
import { countingStatements, type StatementLog } from '../../platform/db';
import { AppError, isErrorCode, presentError } from '../../platform/errors';
import { BodyTooLarge, readBody } from '../../platform/http';
import { continuingTrace, noteOnSpan, traced, type Logger } from '../../platform/observability';
import type { Engine } from '../engine';
import { refusalOf, type Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import type { Identifier } from '../identity/identity';
import type { GatewayMetrics } from '../metrics';
import { tooLarge } from '../operations/limits';
import { RefusedOperation } from '../operations/prepare';
import { cacheKeyOf, type ResponseCache } from '../response-cache/response-cache';
import { AnswerSender } from './answer-sender';
import type { ApolloFront } from './apollo';
import { forwardedHeaders } from './forwarded-headers';
import { isJson, plainGraphqlBody, type GraphqlBody } from './graphql-body';
import { JSON_TYPE, negotiate, type AnswerType } from './media-type';
import { RequestScope } from './request-scope';
import { statusOf } from './status';

const MAX_BODY_BYTES = 256 * 1024;

export interface GraphqlRouteOptions {
  readonly engine: () => Engine;
  readonly apollo: ApolloFront;
  readonly identifier: Identifier;
  readonly forwardHeaders: readonly string[];
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly maxTokens: number;
  /** `null` where every answer is computed anew. */
  readonly cache: ResponseCache | null;
  /** Whether clients may ask for counts of what their request cost. */
  readonly mayCount: boolean;
}

/**
 * The GraphQL endpoint. The common request, a JSON body with a query, goes straight to the engine; everything else goes
 * through Apollo Server first, and ends in the same engine.
 */
export class GraphqlRoute {
  private readonly answers: AnswerSender;

  constructor(private readonly options: GraphqlRouteOptions) {
    this.answers = new AnswerSender(options.logger, options.metrics);
  }

  serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const scope = new RequestScope(request, response);
    return continuingTrace(scope.traceparent, () =>
      traced('graphql request', 'server', { 'mercato.request_id': scope.requestId }, () =>
        this.serveScope(scope, request, response),
      ),
    );
  }

  private async serveScope(scope: RequestScope, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = negotiate(request.headers.accept);
    try {
      const body = request.method === 'POST' ? await readJson(request) : undefined;
      scope.viewer = await this.viewerOf(request);
      scope.forwarded = forwardedHeaders(this.options.forwardHeaders, request.headers);
      const plain = type !== null && isJson(request) ? plainGraphqlBody(body) : null;
      if (plain && type) return await this.servePlain(scope, response, type, plain);
      const run = (engine: Engine, text: string, name: string | null, variables: Json) =>
        this.run(scope, engine, text, name, variables);
      const { status, headers, answer } = await this.options.apollo.answer(scope, body, run);
      const presented = this.present(answer, scope.requestId);
      this.answers.send(scope, response, status ?? statusOf(presented, type ?? JSON_TYPE), type ?? JSON_TYPE, presented, headers);
    } catch (error) {
      const answer = refusalOf([error], scope.requestId, this.options.logger);
      const status = error instanceof BodyRefused ? error.status : isBadInput(error) ? 400 : statusOf(answer, type ?? JSON_TYPE);
      this.answers.send(scope, response, status, type ?? JSON_TYPE, answer, []);
    }
  }

  private async viewerOf(request: IncomingMessage): Promise<Viewer> {
    const { authorization } = request.headers;
    const guestToken = headerOf(request, 'x-guest-token');
    if (authorization === undefined && guestToken === undefined) return anonymous;
    return (await this.options.identifier.identify(authorization, guestToken)).viewer;
  }

  private async servePlain(scope: RequestScope, response: ServerResponse, type: AnswerType, plain: GraphqlBody): Promise<void> {
    const engine = this.options.engine();
    const { query, operationName, variables } = plain;
    const isPublic = scope.viewer === anonymous && scope.forwarded === null && !(scope.counts && this.options.mayCount);
    const cached =
      this.options.cache && isPublic ? this.cacheable(this.options.cache, engine, query, operationName, variables) : null;
    let own: Answer | null = null;
    if (cached) {
      scope.operation = cached.operation;
      const known = cached.cache.find(cached.key);
      this.options.metrics.onCache(known ? 'hit' : 'miss');
      const json =
        known?.json ??
        (await cached.cache.fill(cached.key, cached.policy, async () => {
          own = await this.run(scope, engine, query, operationName, variables);
          return own.errors || !own.data ? null : Buffer.from(JSON.stringify(own.data));
        }));
      if (json) return this.answers.sendPublic(scope, response, type, json, known);
    }
    const answer = own ?? (await this.run(scope, engine, query, operationName, variables));
    this.answers.send(scope, response, statusOf(answer, type), type, answer, []);
  }

  private cacheable(
    cache: ResponseCache,
    engine: Engine,
    query: string,
    operationName: string | null,
    variables: Readonly<Json>,
  ) {
    const operation = engine.operations.prepare(query, operationName);
    if (operation instanceof RefusedOperation) return null;
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
    const operation = engine.operations.prepare(text, operationName);
    if (operation instanceof RefusedOperation) return refusalOf(operation.errors, scope.requestId, this.options.logger);
    scope.operation = operation;
    noteOnSpan({
      'graphql.operation.type': operation.kind,
      'graphql.operation.name': operation.name ?? '',
      'graphql.operation.hash': operation.hash,
    });
    const { requestId, traceparent, forwarded, signal } = scope;
    const onCall = (): void => void (scope.subgraphCalls += 1);
    const execute = () =>
      engine.execute({
        operation,
        variables,
        viewer: scope.viewer ?? anonymous,
        requestId,
        traceparent,
        forwarded,
        signal,
        onCall,
      });
    if (!this.options.mayCount || !scope.counts) return execute();
    const log: StatementLog = { statements: [] };
    const answer = await countingStatements(log, execute);
    const counts = { subgraphCalls: scope.subgraphCalls, statements: log.statements.length };
    return { ...answer, extensions: { ...answer.extensions, counts } };
  }

  /** Apollo Server's own errors get a code of our list and the request id; ours have both. */
  private present(answer: Answer, requestId: string): Answer {
    if (!answer.errors) return answer;
    const errors = answer.errors.map((error) => {
      if (error.message.includes('tokens. Parsing aborted'))
        return presentError(tooLarge('tokens', this.options.maxTokens, null), requestId).formatted;
      const code = error.extensions?.['code'];
      if (isErrorCode(code)) return { ...error, extensions: { ...error.extensions, requestId } };
      return presentError(new AppError('BAD_REQUEST', error.message), requestId).formatted;
    });
    return { ...answer, errors };
  }
}

/** A body that is not read to its end, or not JSON: the answer's status says which. */
class BodyRefused extends AppError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super('BAD_REQUEST', message);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request, MAX_BODY_BYTES).catch((error: unknown) => {
    if (error instanceof BodyTooLarge) throw new BodyRefused(413, `The body is too large: ${MAX_BODY_BYTES} bytes at most`);
    throw error;
  });
  // Any other type is refused by Apollo Server, which guards against cross-site requests by it.
  if (!isJson(request)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new BodyRefused(400, 'The body is not valid JSON');
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function isBadInput(error: unknown): boolean {
  return error instanceof AppError && error.code === 'BAD_USER_INPUT';
}
