import type { Metrics } from '../platform/observability';
import type { EntityCacheWatch } from './entity-cache';
import type { LiveWatch } from './live/live-subscriptions';
import type { PlannerWatch } from './planning/planner';
import type { AdmissionWatch } from './protection/admission';
import type { ProtectionWatch } from './protection/protected-calls';

/** What the gateway counts and times. */
export interface GatewayMetrics extends PlannerWatch, ProtectionWatch, AdmissionWatch, EntityCacheWatch, LiveWatch {
  onRequest(kind: string, outcome: RequestOutcome, seconds: number): void;
  onSubgraphCall(service: string, outcome: 'ok' | 'errors' | 'failed', seconds: number): void;
  onPlan(outcome: 'hit' | 'miss'): void;
  /** Of documents that are asked for by a name, or checked against the manifest. */
  onDocument(kind: 'trusted' | 'registered', outcome: 'hit' | 'miss'): void;
  onCost(kind: 'estimated' | 'actual', cost: number): void;
  onCache(outcome: 'hit' | 'miss' | 'bypass'): void;
  onSocket(change: 1 | -1): void;
  onStream(change: 1 | -1): void;
}

export type RequestOutcome = 'ok' | 'partial' | 'refused' | 'failed';

export function gatewayMetrics(metrics: Metrics): GatewayMetrics {
  const requests = metrics.histogram('mercato_gateway_request_seconds', 'Duration of GraphQL requests', ['operation', 'outcome']);
  const calls = metrics.histogram('mercato_gateway_subgraph_seconds', 'Duration of calls of subgraphs', ['subgraph', 'outcome']);
  const costs = metrics.histogram(
    'mercato_gateway_cost',
    'Cost of operations in records, or as @cost weighs them: estimated of each, actual where a client asks',
    ['kind'],
    [1, 10, 100, 1_000, 10_000, 100_000],
  );
  const documents = metrics.counter('mercato_gateway_documents_total', 'Trusted and registered documents that were looked up', [
    'kind',
    'outcome',
  ]);
  const sockets = metrics.gauge('mercato_gateway_sockets', 'WebSockets that are open', []);
  const streams = metrics.gauge(
    'mercato_gateway_streams',
    'Subscriptions over server-sent events and multipart HTTP that are open',
    [],
  );
  return {
    ...planningMetrics(metrics),
    ...protectionMetrics(metrics),
    ...cacheMetrics(metrics),
    ...liveMetrics(metrics),
    onRequest: (operation, outcome, seconds) => requests.observe({ operation, outcome }, seconds),
    onSubgraphCall: (subgraph, outcome, seconds) => calls.observe({ subgraph, outcome }, seconds),
    onDocument: (kind, outcome) => documents.inc({ kind, outcome }),
    onCost: (kind, cost) => costs.observe({ kind }, cost),
    onSocket: (change) => sockets.inc(change),
    onStream: (change) => streams.inc(change),
  };
}

function planningMetrics(metrics: Metrics): PlannerWatch & Pick<GatewayMetrics, 'onPlan'> {
  const plans = metrics.counter('mercato_gateway_plans_total', 'Operations found in or added to the plan cache', ['outcome']);
  const planning = metrics.histogram(
    'mercato_gateway_planning_seconds',
    'Duration of what planning threads do, with how it ended',
    ['kind', 'outcome'],
  );
  const queue = metrics.gauge('mercato_gateway_planning_queue', 'New operations that wait for a planning thread', []);
  const threads = metrics.gauge('mercato_gateway_planning_threads', 'Planning threads that run', []);
  return {
    onPlan: (outcome) => plans.inc({ outcome }),
    onRequestPlanned: (kind, outcome, seconds) => planning.observe({ kind, outcome }, seconds),
    onQueue: (length) => queue.set(length),
    onThread: (change) => threads.inc(change),
  };
}

function protectionMetrics(metrics: Metrics): ProtectionWatch & AdmissionWatch {
  const breakers = metrics.gauge('mercato_gateway_breaker_open', '1 while calls of a subgraph are refused since it fails', [
    'subgraph',
  ]);
  const retries = metrics.counter('mercato_gateway_retries_total', 'Failed calls of subgraphs by whether they were repeated', [
    'subgraph',
    'outcome',
  ]);
  const refused = metrics.counter('mercato_gateway_refused_calls_total', 'Calls of subgraphs that were not begun', [
    'subgraph',
    'reason',
  ]);
  const shed = metrics.counter('mercato_gateway_shed_total', 'Requests that were refused before any work since too many ran', []);
  const admitted = metrics.gauge('mercato_gateway_admission_limit', 'How many requests may be in work at once', []);
  return {
    onBreaker: (subgraph, state) => breakers.set({ subgraph }, state === 'closed' ? 0 : 1),
    onRetry: (subgraph, outcome) => retries.inc({ subgraph, outcome }),
    onRefusedCall: (subgraph, reason) => refused.inc({ subgraph, reason }),
    onShed: () => shed.inc(),
    onAdmissionLimit: (limit) => admitted.set(limit),
  };
}

function cacheMetrics(metrics: Metrics): EntityCacheWatch & Pick<GatewayMetrics, 'onCache'> {
  const answers = metrics.counter('mercato_gateway_response_cache_total', 'Public queries by what the response cache did', [
    'outcome',
  ]);
  const fetched = metrics.counter('mercato_gateway_entity_cache_total', 'Entities and root fetches by whether they were kept', [
    'subgraph',
    'outcome',
  ]);
  return {
    onCache: (outcome) => answers.inc({ outcome }),
    onEntityCache: (subgraph, hits, misses) => {
      if (hits > 0) fetched.inc({ subgraph, outcome: 'hit' }, hits);
      if (misses > 0) fetched.inc({ subgraph, outcome: 'miss' }, misses);
    },
  };
}

function liveMetrics(metrics: Metrics): LiveWatch {
  const open = metrics.gauge('mercato_gateway_subscriptions', 'Subscriptions that are open', []);
  const upstreams = metrics.gauge(
    'mercato_gateway_upstreams',
    'Streams of events from subgraphs, each shared by equal subscriptions',
    [],
  );
  const reopened = metrics.counter(
    'mercato_gateway_upstream_reopened_total',
    'Streams that broke and were opened again where they were',
    ['subgraph'],
  );
  const events = metrics.counter('mercato_gateway_events_total', 'Events of subscriptions that were completed', ['subgraph']);
  const lag = metrics.histogram(
    'mercato_gateway_event_lag_seconds',
    'From when something happened until its subscribers were told',
    ['subgraph'],
  );
  const messages = metrics.counter('mercato_gateway_messages_total', 'Messages of subscriptions to clients', ['subgraph']);
  const begun = metrics.counter('mercato_gateway_subscriptions_begun_total', 'Subscriptions by how they began', ['how']);
  const dropped = metrics.counter(
    'mercato_gateway_subscriptions_dropped_total',
    'Clients and subscriptions that were turned away',
    ['why'],
  );
  return {
    onSubscription: (change) => open.inc(change),
    onUpstream: (change) => upstreams.inc(change),
    onReopen: (subgraph) => reopened.inc({ subgraph }),
    onLiveEvent: (subgraph, subscribers, lagSeconds) => {
      events.inc({ subgraph });
      if (lagSeconds !== null) lag.observe({ subgraph }, lagSeconds);
      if (subscribers > 0) messages.inc({ subgraph }, subscribers);
    },
    onDropped: (why) => dropped.inc({ why }),
    onBeginning: (how) => begun.inc({ how }),
  };
}
