import { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Viewer } from '../../platform/auth';
import { AppError } from '../../platform/errors';
import type { Logger } from '../../platform/observability';
import { documentReference, type DocumentRequest, type Documents } from '../documents';
import type { Engine } from '../engine';
import { refusalOf, type Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import { outcomeOf } from '../http/request-log';
import type { LiveRequest, LiveSubscriptions } from '../live/live-subscriptions';
import type { GatewayMetrics } from '../metrics';
import type { OperationRequest } from '../operation-request';
import type { RunningOperation } from '../operation-run';
import type { PreparedOperation } from '../operations/operation';
import { RefusedOperation } from '../operations/prepare';

/** Who sent an operation over a socket. */
export interface SocketClient {
  readonly viewer: Viewer;
  readonly forwarded: OperationRequest['forwarded'];
  /** Whose turn it is where work waits: a user, or an address. */
  readonly client: string;
  readonly clientName: string | null;
}

export interface SocketOperationsOptions {
  readonly engine: () => Engine;
  readonly live: LiveSubscriptions;
  readonly documents: Documents;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
}

/** What a client asked, found to be a subscription or something that has one answer. */
export type SocketOperation =
  | { readonly kind: 'subscription'; readonly request: LiveRequest }
  | { readonly kind: 'once'; readonly run: (done: (answer: Answer) => void) => RunningOperation | null }
  | { readonly kind: 'refused'; readonly answer: Answer };

/** Reads and runs what clients send over sockets, as the HTTP route does for requests. */
export class SocketOperations {
  constructor(private readonly options: SocketOperationsOptions) {}

  async read(payload: SubscribePayload, from: SocketClient, requestId: string): Promise<SocketOperation> {
    const { engine: current, documents, logger } = this.options;
    const engine = current();
    const operationName = payload.operationName || null;
    try {
      // The protocol asks for a text in any case: who names a document instead sends an empty one.
      const asked: DocumentRequest = { query: payload.query === '' ? null : payload.query, document: documentReference(payload) };
      const text = await documents.textOf(asked, from);
      const operation = await engine.operations.prepare(text, operationName, from.client);
      if (operation instanceof RefusedOperation)
        return { kind: 'refused', answer: refusalOf(operation.errors, requestId, logger) };
      documents.register(asked);
      const variables = (payload.variables ?? {}) as Json;
      const { clientName: _name, ...who } = from;
      const shared = { ...who, variables, requestId };
      this.note(operation, shared);
      if (operation.kind !== 'subscription') {
        const request = { ...shared, operation, traceparent: null, signal: null };
        return { kind: 'once', run: (done) => this.run(engine, request, done) };
      }
      const after = payload.extensions?.['after'];
      const request = { ...shared, text, operationName, after: typeof after === 'string' ? after : null };
      return { kind: 'subscription', request };
    } catch (error) {
      const cause = error instanceof AppError ? new GraphQLError(error.message, { originalError: error }) : error;
      return { kind: 'refused', answer: refusalOf([cause], requestId, logger) };
    }
  }

  private run(engine: Engine, request: OperationRequest, done: (answer: Answer) => void): RunningOperation | null {
    const startedAtMs = performance.now();
    return engine.begin(request, (answer) => {
      const seconds = (performance.now() - startedAtMs) / 1000;
      this.options.metrics.onRequest(request.operation.kind, outcomeOf(answer), seconds);
      done(answer);
    });
  }

  private note({ kind, name, hash }: PreparedOperation, { requestId, viewer }: { requestId: string; viewer: Viewer }): void {
    const line = { requestId, viewer: viewer.kind, operation: name, hash: hash.slice(0, 16), kind };
    this.options.logger.info(line, 'operation over a socket');
  }
}
