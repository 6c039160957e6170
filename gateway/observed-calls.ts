import { traced, traceparentFor } from '../platform/observability';
import type { ObserveCall } from './engine';
import type { GatewayMetrics } from './metrics';

/** Times and traces calls of subgraphs; the subgraph's own spans continue from the call's. */
export function observedCalls(metrics: GatewayMetrics): ObserveCall {
  return (service, request, call) =>
    traced(`subgraph ${service}`, 'client', { 'graphql.subgraph': service }, async () => {
      const startedAtMs = performance.now();
      const seconds = (): number => (performance.now() - startedAtMs) / 1000;
      try {
        const response = await call({ ...request, traceparent: traceparentFor(request.traceparent ?? null) });
        metrics.onSubgraphCall(service, response.errors ? 'errors' : 'ok', seconds());
        return response;
      } catch (error) {
        metrics.onSubgraphCall(service, 'failed', seconds());
        throw error;
      }
    });
}
