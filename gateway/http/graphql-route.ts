import type { IncomingMessage, ServerResponse } from 'node:http';
import { anonymous } from '../../platform/auth';
import { countingStatements, type StatementLog } from '../../platform/db';
import { AppError, isErrorCode, presentError } from '../../platform/errors';
import { BodyTooLarge, readBody } from '../../platform/http';
import type { Logger } from '../../platform/observability';
import type { Engine } from '../engine';
import { refusalOf, type Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import type { Identifier } from '../identity/identity';
import type { GatewayMetrics } from '../metrics';
import { tooLarge } from '../operations/limits';
import { RefusedOperation } from '../operations/prepare';
import type { ApolloFront } from './apollo';
import { isJson, plainGraphqlBody } from './graphql-body';
import { JSON_TYPE, negotiate, type AnswerType } from './media-type';
import { noteRequest } from './request-log';
import { RequestScope } from './request-scope';
import { statusOf } from './status';

const MAX_BODY_BYTES = 256 * 1024;

export interface GraphqlRouteOptions {
  readonly engine: () => Engine;
  readonly apollo: ApolloFront;
  readonly identifier: Identifier;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly maxTokens: number;
  /** Whether clients may ask for counts of what their request cost. */
  readonly mayCount: boolean;
}

/**
 * The GraphQL endpoint. The common request, a JSON body with a query, goes straight to the engine; everything else goes
 * through Apollo Server first, and ends in the same engine.
 */
export class GraphqlRoute {
  constructor(private readonly options: GraphqlRouteOptions) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const scope = new RequestScope(request, response);
    const type = negotiate(request.headers.accept);
    try {
      const body = request.method === 'POST' ? await readJson(request) : undefined;
      const identity = await this.options.identifier.identify(request.headers.authorization, headerOf(request, 'x-guest-token'));
      scope.viewer = identity.viewer;
      const plain = type !== null && isJson(request) ? plainGraphqlBody(body) : null;
      if (plain && type) {
        const answer = await this.run(scope, this.options.engine(), plain.query, plain.operationName, plain.variables);
        return this.send(scope, response, statusOf(answer, type), type, answer, []);
      }
      const run = (engine: Engine, text: string, name: string | null, variables: Json) => this.run(scope, engine, text, name, variables);
      const { status, headers, answer } = await this.options.apollo.answer(scope, body, run);
      const presented = this.present(answer, scope.requestId);
      this.send(scope, response, status ?? statusOf(presented, type ?? JSON_TYPE), type ?? JSON_TYPE, presented, headers);
    } catch (error) {
      const answer = refusalOf([error], scope.requestId, this.options.logger);
      const status = error instanceof BodyRefused ? error.status : isBadInput(error) ? 400 : statusOf(answer, type ?? JSON_TYPE);
      this.send(scope, response, status, type ?? JSON_TYPE, answer, []);
    }
  }

  private async run(scope: RequestScope, engine: Engine, text: string, operationName: string | null, variables: Json): Promise<Answer> {
    const operation = engine.operations.prepare(text, operationName);
    if (operation instanceof RefusedOperation) return refusalOf(operation.errors, scope.requestId, this.options.logger);
    scope.operation = operation;
    const { requestId, traceparent, signal } = scope;
    const onCall = (): void => void (scope.subgraphCalls += 1);
    const execute = () => engine.execute({ operation, variables, viewer: scope.viewer ?? anonymous, requestId, traceparent, signal, onCall });
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
      if (error.message.includes('tokens. Parsing aborted')) return presentError(tooLarge('tokens', this.options.maxTokens, null), requestId).formatted;
      const code = error.extensions?.['code'];
      if (isErrorCode(code)) return { ...error, extensions: { ...error.extensions, requestId } };
      return presentError(new AppError('BAD_REQUEST', error.message), requestId).formatted;
    });
    return { ...answer, errors };
  }

  private send(scope: RequestScope, response: ServerResponse, status: number, type: AnswerType, answer: Answer, headers: readonly (readonly [string, string])[]): void {
    const extensions = { ...answer.extensions, requestId: scope.requestId };
    const text = JSON.stringify(answer.errors ? { errors: answer.errors, data: answer.data, extensions } : { data: answer.data, extensions });
    response.writeHead(status, {
      'cache-control': 'no-store',
      ...Object.fromEntries(headers),
      'content-type': `${type}; charset=utf-8`,
      'content-length': Buffer.byteLength(text),
      'x-request-id': scope.requestId,
    });
    response.end(text);
    noteRequest(scope, status, answer, this.options.logger, this.options.metrics);
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
