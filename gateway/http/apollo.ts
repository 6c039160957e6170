import { ApolloServer, HeaderMap, type ApolloServerOptionsWithGateway, type HTTPGraphQLRequest } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import { quietChild, type Logger } from '../../platform/observability';
import type { Engine } from '../engine';
import type { Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import type { RequestScope } from './request-scope';

export interface ApolloAnswer {
  /** `null` leaves it to the answer. */
  readonly status: number | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly answer: Answer;
}

/** Statuses that say something about HTTP which no GraphQL error says. */
const HTTP_STATUSES: ReadonlySet<number> = new Set([405, 406, 415]);

type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<ApolloContext>['gateway']>;
type GatewayExecutionResult = Awaited<ReturnType<NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>>>;

interface ApolloContext {
  readonly scope: RequestScope;
  readonly run: (engine: Engine, text: string, operationName: string | null, variables: Json) => Promise<Answer>;
}

/**
 * Apollo Server before our engine: GET requests, persisted queries, the guard against cross-site requests, and every
 * request that is malformed. Validation is left to the engine, which does it once for each text.
 */
export class ApolloFront {
  private readonly server: ApolloServer<ApolloContext>;
  private readonly schemaListeners = new Set<Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]>();

  constructor(
    private readonly engine: () => Engine,
    maxTokens: number,
    logger: Logger,
  ) {
    this.server = new ApolloServer<ApolloContext>({
      gateway: this.gateway(),
      dangerouslyDisableValidation: true,
      parseOptions: { maxTokens, noLocation: false },
      introspection: true,
      csrfPrevention: true,
      allowBatchedHttpRequests: false,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      logger: quietChild(logger, 'apollo-server'),
      nodeEnv: 'production',
      apollo: {},
      plugins: [ApolloServerPluginLandingPageDisabled()],
    });
  }

  start(): Promise<void> {
    return this.server.start();
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** Tells Apollo Server of a new supergraph. */
  engineChanged(): void {
    for (const listener of this.schemaListeners) listener(this.schemaContext());
  }

  async answer(scope: RequestScope, body: unknown, run: ApolloContext['run']): Promise<ApolloAnswer> {
    const { request } = scope;
    const response = await this.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toApollo(request.method ?? 'GET', request.url ?? '/', request.headers, body),
      context: async () => ({ scope, run }),
    });
    if (response.body.kind !== 'complete') throw new Error('Apollo Server answered in parts, which the engine never does');
    const status = response.status !== undefined && HTTP_STATUSES.has(response.status) ? response.status : null;
    const headers = [...response.headers].filter(([name]) => name !== 'content-type' && name !== 'content-length');
    return { status, headers, answer: JSON.parse(response.body.string) as Answer };
  }

  private schemaContext() {
    const { apiSchema, sdl } = this.engine().supergraph;
    return { apiSchema, coreSupergraphSdl: sdl };
  }

  private gateway(): GatewayInterface {
    return {
      load: async () => {
        for (const listener of this.schemaListeners) listener(this.schemaContext());
        return {
          schema: this.engine().supergraph.apiSchema,
          executor: async (context) => {
            const { run } = context.context as ApolloContext;
            const answer = await run(
              this.engine(),
              context.source,
              context.request.operationName ?? null,
              context.request.variables ?? {},
            );
            return { ...answer, errors: answer.errors?.map(toGraphQLError) } as GatewayExecutionResult;
          },
        };
      },
      onSchemaLoadOrUpdate: (listener) => {
        this.schemaListeners.add(listener);
        return () => this.schemaListeners.delete(listener);
      },
      stop: async () => undefined,
    };
  }
}

function toGraphQLError({ message, path, extensions }: NonNullable<Answer['errors']>[number]): GraphQLError {
  return new GraphQLError(message, { path, extensions });
}

function toApollo(method: string, url: string, given: NodeJS.Dict<string | string[]>, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const question = url.indexOf('?');
  return { method, headers, search: question < 0 ? '' : url.slice(question), body };
}
