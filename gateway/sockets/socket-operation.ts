import { anonymous } from '../../platform/auth';
import type { Logger } from '../../platform/observability';
import type { Engine } from '../engine';
import type { OperationRequest } from '../operation-request';
import type { Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import { outcomeOf } from '../http/request-log';
import type { Identity } from '../identity/identity';
import type { GatewayMetrics } from '../metrics';
import type { PreparedOperation } from '../operations/operation';

export interface SocketOperationOptions {
  readonly engine: Engine;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  /** Whose turn it is where work waits. */
  readonly client: string;
}

/** One operation that runs over a socket, on the engine that was current when it began. */
export class SocketOperation {
  private readonly request: OperationRequest;

  constructor(
    private readonly options: SocketOperationOptions,
    operation: PreparedOperation,
    identity: Identity | undefined,
    variables: Json,
    readonly requestId: string,
    forwarded: OperationRequest['forwarded'],
  ) {
    const viewer = identity?.viewer ?? anonymous;
    this.request = {
      operation,
      variables,
      viewer,
      requestId,
      forwarded,
      traceparent: null,
      signal: null,
      client: options.client,
    };
  }

  async execute(): Promise<Answer> {
    const startedAtMs = performance.now();
    const answer = await this.options.engine.execute(this.request);
    this.options.metrics.onRequest(this.request.operation.kind, outcomeOf(answer), (performance.now() - startedAtMs) / 1000);
    this.note('operation over a socket');
    return answer;
  }

  async subscribe(): Promise<Answer | AsyncIterableIterator<Answer>> {
    const answers = await this.options.engine.subscribe(this.request);
    if (!(Symbol.asyncIterator in answers)) return answers;
    this.note('subscription begins');
    this.options.metrics.onSubscription(1);
    return whenEnded(answers, () => {
      this.options.metrics.onSubscription(-1);
      this.note('subscription ends');
    });
  }

  private note(message: string): void {
    const { operation, viewer } = this.request;
    const line = {
      requestId: this.requestId,
      viewer: viewer.kind,
      operation: operation.name,
      hash: operation.hash.slice(0, 16),
      kind: operation.kind,
    };
    this.options.logger.info(line, message);
  }
}

/** Tells once that an iterator has ended, whoever ended it. */
function whenEnded<T>(iterator: AsyncIterableIterator<T>, onEnd: () => void): AsyncIterableIterator<T> {
  let hasEnded = false;
  const end = (): void => {
    if (!hasEnded) onEnd();
    hasEnded = true;
  };
  const watched: AsyncIterableIterator<T> = {
    next: async () => {
      const result = await iterator.next();
      if (result.done) end();
      return result;
    },
    return: async () => {
      end();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => watched,
  };
  return watched;
}
