import { GraphQLError, subscribe, type ExecutionResult } from 'graphql';
import { AppError, presentError } from '../errors';
import { RequestLoaders } from '../loaders';
import type { Logger } from '../observability';
import { DocumentStore } from './document-store';
import type { SubgraphContext, SubgraphSchema } from './subgraph';
import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from './subgraph-request';

/**
 * Executes operations on a subgraph's schema in this process, documents that come again as compiled functions. Errors are
 * presented (details of unexpected ones are logged here, with the request id, and hidden from the answer).
 */
export function createSubgraphExecutor(subgraph: SubgraphSchema, logger: Logger): SubgraphClient {
  const documents = new DocumentStore(subgraph.schema);
  const present = (result: ExecutionResult, request: SubgraphRequest): SubgraphResponse => {
    if (!result.errors) return result as SubgraphResponse;
    const errors = result.errors.map((error) => {
      const presented = presentError(error, request.requestId);
      if (presented.unexpected !== undefined) {
        logger.error(
          { err: presented.unexpected, requestId: request.requestId, path: error.path },
          'unexpected error in a resolver',
        );
      }
      return presented.formatted;
    });
    return { data: (result.data ?? null) as SubgraphResponse['data'], errors };
  };
  return {
    name: subgraph.name,
    execute: async (request) => {
      try {
        const found = documents.find(request.query);
        if (!('document' in found)) return present({ errors: found }, request);
        const result = await found.run(request.operationName ?? null, contextOf(request), request.variables ?? {});
        return present(result, request);
      } catch (error) {
        return present({ errors: [asGraphQLError(error)] }, request);
      }
    },
    subscribe: async function* (request) {
      const found = documents.find(request.query);
      if (!('document' in found)) return yield present({ errors: found }, request);
      const stream = await subscribe({
        schema: subgraph.schema,
        document: found.document,
        operationName: request.operationName,
        variableValues: request.variables,
        contextValue: contextOf(request),
      });
      if (!(Symbol.asyncIterator in stream)) return yield present(stream, request);
      const end = (): void => void stream.return(undefined);
      request.signal?.addEventListener('abort', end, { once: true });
      // Who left while the source was being opened is told of by no event any more.
      if (request.signal?.aborted) end();
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
