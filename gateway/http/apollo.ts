import type { IncomingMessage } from 'node:http';
import { ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { quietChild, type Logger } from '../../platform/observability';
import type { Answer } from '../executor/answer';
import { mayComeFromAnotherSite } from './cross-site';

export interface ApolloRefusal {
  /** `null` leaves it to the answer. */
  readonly status: number | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly answer: Answer;
}

export const ALLOWED_METHODS = 'GET, HEAD, POST, OPTIONS';

/** Statuses that say something about HTTP which no GraphQL error says. */
const HTTP_STATUSES: ReadonlySet<number> = new Set([405, 415]);

/**
 * Apollo Server for requests that are no well-formed GraphQL requests, or that another site may have made: it knows what
 * clients get wrong, and how to say it. Well-formed ones never come here: they go to the engine.
 */
export class ApolloFront {
  private readonly server: ApolloServer;

  constructor(logger: Logger) {
    this.server = new ApolloServer({
      // Nothing is executed here; Apollo Server does not start without a schema.
      typeDefs: 'type Query { nothing: Boolean }',
      introspection: false,
      csrfPrevention: true,
      persistedQueries: false,
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

  async refuse(request: IncomingMessage, body: unknown): Promise<ApolloRefusal> {
    const response = await this.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toApollo(request, body),
      context: async () => ({}),
    });
    if (response.body.kind !== 'complete') throw new Error('Apollo Server refused in parts');
    const answer = JSON.parse(response.body.string) as Answer;
    if (!answer.errors) return { status: null, headers: [], answer: { errors: [{ message: 'The request is malformed' }] } };
    const status = response.status !== undefined && HTTP_STATUSES.has(response.status) ? response.status : null;
    return { status, headers: status === 405 ? [['allow', ALLOWED_METHODS]] : [], answer };
  }
}

function toApollo({ method = 'GET', url = '/', headers: given }: IncomingMessage, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // Our guard knows more signs than Apollo Server's: what it let through is refused for what is wrong with it.
  if (method !== 'POST' && !mayComeFromAnotherSite(given)) headers.set('apollo-require-preflight', 'true');
  const question = url.indexOf('?');
  // Whatever a HEAD asks is judged as the same GET.
  return { method: method === 'HEAD' ? 'GET' : method, headers, search: question < 0 ? '' : url.slice(question), body };
}
