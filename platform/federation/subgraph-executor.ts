import { execute, GraphQLError, parse, subscribe, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError, presentError } from '../errors';
import { RequestLoaders } from '../loaders';
import type { Logger } from '../observability';
import type { SubgraphContext, SubgraphSchema } from './subgraph';
import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from './subgraph-request';

const MAX_DOCUMENTS = 2_000;

/**
 * Executes operations on a subgraph's schema in this process. Documents are parsed and validated once and remembered;
 * errors are presented (details of unexpected ones are logged here, with the request id, and hidden from the answer).
 */
export function createSubgraphExecutor(subgraph: SubgraphSchema, logger: Logger): SubgraphClient {
  const documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });
  const documentOf = (query: string): DocumentNode | readonly GraphQLError[] => {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query);
    const errors = validate(subgraph.schema, document);
    if (errors.length > 0) return errors;
    documents.set(query, document);
    return document;
  };
  const present = (result: ExecutionResult, request: SubgraphRequest): SubgraphResponse => {
    if (!result.errors) return result as SubgraphResponse;
    const errors = result.errors.map((error) => {
      const presented = presentError(error, request.requestId);
      if (presented.unexpected !== undefined) {
        logger.error({ err: presented.unexpected, requestId: request.requestId, path: error.path }, 'unexpected error in a resolver');
      }
      return presented.formatted;
    });
    return { data: (result.data ?? null) as SubgraphResponse['data'], errors };
  };
  const argumentsFor = (request: SubgraphRequest, document: DocumentNode) => ({
    schema: subgraph.schema,
    document,
    operationName: request.operationName ?? undefined,
    variableValues: request.variables as Record<string, unknown>,
    contextValue: contextOf(request),
  });
  return {
    name: subgraph.name,
    execute: async (request) => {
      try {
        const document = documentOf(request.query);
        if (!('kind' in document)) return present({ errors: document }, request);
        return present(await execute(argumentsFor(request, document)), request);
      } catch (error) {
        return present({ errors: [asGraphQLError(error)] }, request);
      }
    },
    subscribe: async function* (request) {
      const document = documentOf(request.query);
      if (!('kind' in document)) return yield present({ errors: document }, request);
      const stream = await subscribe(argumentsFor(request, document));
      if (!(Symbol.asyncIterator in stream)) return yield present(stream, request);
      const end = (): void => void stream.return(undefined);
      request.signal?.addEventListener('abort', end, { once: true });
      try {
        for await (const result of stream) yield present(result, request);
      } finally {
        request.signal?.removeEventListener('abort', end);
      }
    },
  };
}

function contextOf(request: SubgraphRequest): SubgraphContext {
  const context: SubgraphContext = {
    viewer: request.viewer,
    requestId: request.requestId,
    loaders: new RequestLoaders<SubgraphContext>(() => context),
  };
  return context;
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const cause = error instanceof Error ? error : new AppError('INTERNAL_SERVER_ERROR', 'unknown');
  return new GraphQLError(cause.message, { originalError: cause });
}
