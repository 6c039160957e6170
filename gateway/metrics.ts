import type { Metrics } from '../platform/observability';
import type { PlannerWatch } from './planning/planner';

/** What the gateway counts and times. */
export interface GatewayMetrics extends PlannerWatch {
  onRequest(kind: string, outcome: RequestOutcome, seconds: number): void;
  onSubgraphCall(service: string, outcome: 'ok' | 'errors' | 'failed', seconds: number): void;
  onPlan(outcome: 'hit' | 'miss'): void;
  onCache(outcome: 'hit' | 'miss' | 'bypass'): void;
  onSubscription(change: 1 | -1): void;
  onSocket(change: 1 | -1): void;
}

export type RequestOutcome = 'ok' | 'partial' | 'refused' | 'failed';

export function gatewayMetrics(metrics: Metrics): GatewayMetrics {
  const requests = metrics.histogram('mercato_gateway_request_seconds', 'Duration of GraphQL requests', ['operation', 'outcome']);
  const calls = metrics.histogram('mercato_gateway_subgraph_seconds', 'Duration of calls of subgraphs', ['subgraph', 'outcome']);
  const plans = metrics.counter('mercato_gateway_plans_total', 'Operations found in or added to the plan cache', ['outcome']);
  const planning = metrics.histogram(
    'mercato_gateway_planning_seconds',
    'Duration of what planning threads do, with how it ended',
    ['kind', 'outcome'],
  );
  const planQueue = metrics.gauge('mercato_gateway_planning_queue', 'New operations that wait for a planning thread', []);
  const planThreads = metrics.gauge('mercato_gateway_planning_threads', 'Planning threads that run', []);
  const cached = metrics.counter('mercato_gateway_response_cache_total', 'Public queries by what the response cache did', [
    'outcome',
  ]);
  const subscriptions = metrics.gauge('mercato_gateway_subscriptions', 'Subscriptions that are open', []);
  const sockets = metrics.gauge('mercato_gateway_sockets', 'WebSockets that are open', []);
  return {
    onRequest: (operation, outcome, seconds) => requests.observe({ operation, outcome }, seconds),
    onSubgraphCall: (subgraph, outcome, seconds) => calls.observe({ subgraph, outcome }, seconds),
    onPlan: (outcome) => plans.inc({ outcome }),
    onRequestPlanned: (kind, outcome, seconds) => planning.observe({ kind, outcome }, seconds),
    onQueue: (length) => planQueue.set(length),
    onThread: (change) => planThreads.inc(change),
    onCache: (outcome) => cached.inc({ outcome }),
    onSubscription: (change) => subscriptions.inc(change),
    onSocket: (change) => sockets.inc(change),
  };
}
