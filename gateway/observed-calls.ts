import type { CallReceiver, SubgraphResponse } from '../platform/federation';
import { openSpan, type OpenSpan } from '../platform/observability';
import type { SendCall } from './executor/subgraph-call';
import type { GatewayMetrics } from './metrics';

/** Times and traces calls of subgraphs on their way to `next`; the subgraph's own spans continue from the call's. */
export function observedCalls(metrics: GatewayMetrics, next: SendCall): SendCall {
  return (call, receiver) => {
    const { service } = call.step;
    const span = openSpan(`subgraph ${service}`, 'client', { 'graphql.subgraph': service }, call.shared.traceparent ?? null);
    const watch = new CallWatch(service, metrics, receiver, span);
    if (!span) return next(call, watch);
    const traced = Object.create(call, { shared: { value: { ...call.shared, traceparent: span.traceparent } } }) as typeof call;
    return span.within(() => next(traced, watch));
  };
}

class CallWatch implements CallReceiver {
  private readonly startedAtMs = performance.now();

  constructor(
    private readonly service: string,
    private readonly metrics: GatewayMetrics,
    private readonly receiver: CallReceiver,
    private readonly span: OpenSpan | null,
  ) {}

  answered(response: SubgraphResponse): void {
    this.metrics.onSubgraphCall(this.service, response.errors ? 'errors' : 'ok', this.seconds());
    this.span?.end();
    this.receiver.answered(response);
  }

  failed(error: unknown): void {
    this.metrics.onSubgraphCall(this.service, 'failed', this.seconds());
    this.span?.end(error);
    this.receiver.failed(error);
  }

  private seconds(): number {
    return (performance.now() - this.startedAtMs) / 1000;
  }
}
