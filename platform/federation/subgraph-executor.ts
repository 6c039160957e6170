import { GraphQLError, type ExecutionResult } from 'graphql';
import { AppError, presentError, type ErrorCode } from '../errors';
import { RequestLoaders } from '../loaders';
import type { Logger } from '../observability';
import { DocumentStore, type StoredDocument } from './document-store';
import { openEventSource } from './event-source';
import { EventStream, type EventedOperation } from './event-stream';
import type { SourceEvent, SubgraphContext, SubgraphSchema } from './subgraph';
import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from './subgraph-request';

/** Outages: what failed by them may succeed when it is tried again. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UPSTREAM_UNAVAILABLE', 'DEADLINE_EXCEEDED']);

/**
 * Executes operations on a subgraph's schema in this process, documents that come again as compiled functions. Errors are
 * presented (details of unexpected ones are logged here, with the request id, and hidden from the answer).
 */
export function createSubgraphExecutor(subgraph: SubgraphSchema, logger: Logger): SubgraphClient {
  const documents = new DocumentStore(subgraph.schema);
  const presenter = new Presenter(logger);
  return {
    name: subgraph.name,
    execute: async (request) => {
      try {
        const found = documents.find(request.query);
        if (!('document' in found)) return presenter.present({ errors: found }, request);
        const result = await found.run(request.operationName ?? null, contextOf(request), request.variables ?? {});
        return presenter.present(result, request);
      } catch (error) {
        return presenter.present({ errors: [asGraphQLError(error)] }, request);
      }
    },
    subscribe: (request, receiver) => {
      const stream = new EventStream(new SubscribedOperation(subgraph, documents, presenter, request), receiver);
      queueMicrotask(() => void stream.run());
      return stream;
    },
  };
}

/** Shows errors as other processes may see them; logs those that nobody expects. */
class Presenter {
  constructor(private readonly logger: Logger) {}

  present(result: ExecutionResult, { requestId }: Pick<SubgraphRequest, 'requestId'>): SubgraphResponse {
    if (!result.errors) return result as SubgraphResponse;
    const errors = result.errors.map((error) => {
      const presented = presentError(error, requestId);
      if (presented.unexpected !== undefined) {
        this.logger.error({ err: presented.unexpected, requestId, path: error.path }, 'unexpected error in a resolver');
      }
      return presented.formatted;
    });
    return { data: (result.data ?? null) as SubgraphResponse['data'], errors };
  }
}

/** A subscription of one subscriber on this schema. */
class SubscribedOperation implements EventedOperation {
  private document: StoredDocument | null = null;

  constructor(
    private readonly subgraph: SubgraphSchema,
    private readonly documents: DocumentStore,
    private readonly presenter: Presenter,
    private request: SubgraphRequest,
  ) {}

  async open(): Promise<AsyncIterable<SourceEvent> | SubgraphResponse> {
    const { request } = this;
    try {
      const found = this.documents.find(request.query);
      if (!('document' in found)) return this.presenter.present({ errors: found }, request);
      this.document = found;
      const { viewer, requestId, operationName = null, variables = {} } = request;
      // Each subscriber's copy of the text would stay in memory.
      this.request = { query: '', operationName, variables, viewer, requestId };
      const opened = await openEventSource(this.subgraph.schema, found.document, request, contextOf(request));
      return isRefusal(opened) ? this.presenter.present({ errors: opened }, request) : opened;
    } catch (error) {
      return this.refuse(error);
    }
  }

  answer(event: SourceEvent): SubgraphResponse | Promise<SubgraphResponse> {
    const { operationName = null, variables = {} } = this.request;
    const result = this.document?.run(operationName, contextOf(this.request), variables, event.root) ?? {};
    return result instanceof Promise ? result.then((late) => this.present(late, event)) : this.present(result, event);
  }

  refuse(error: unknown): SubgraphResponse {
    const asked = asGraphQLError(error);
    const { code, formatted } = presentError(asked, this.request.requestId);
    if (PASSING.has(code)) throw outage(code, formatted.message, error);
    return this.presenter.present({ errors: [asked] }, this.request);
  }

  private present(result: ExecutionResult, { position }: SourceEvent): SubgraphResponse {
    if (position !== null) throwOutage(result, this.request.requestId);
    return this.presenter.present(result, this.request);
  }
}

function isRefusal(opened: AsyncIterable<SourceEvent> | readonly GraphQLError[]): opened is readonly GraphQLError[] {
  return Array.isArray(opened);
}

/**
 * An event that knows its position is never told with holes that an outage made: the stream fails, and whoever opens it
 * again after the last position gets the event whole. It is an outage where the database was away for any part of it, or
 * where something else was that left nothing of it; a dependency of one part alone must not hold up the others.
 */
function throwOutage({ data, errors = [] }: ExecutionResult, requestId: string): void {
  const isEmpty = !data || Object.values(data).every((value) => value === null);
  for (const error of errors) {
    const { code, formatted, unexpected } = presentError(error, requestId);
    if (PASSING.has(code) && (isEmpty || unexpected !== undefined)) throw outage(code, formatted.message, error);
  }
}

function outage(code: ErrorCode, message: string, cause: unknown): AppError {
  const error = new AppError(code, message);
  error.cause = cause;
  return error;
}

function contextOf(request: Pick<SubgraphRequest, 'viewer' | 'requestId'>): SubgraphContext {
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
