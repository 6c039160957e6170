import { ERROR_CODES, isErrorCode } from '../../platform/errors';
import type { Logger } from '../../platform/observability';
import type { Answer } from '../executor/answer';
import type { GatewayMetrics, RequestOutcome } from '../metrics';
import type { RequestScope } from './request-scope';

/** One log line and one observation for each request: no variables, no texts, no secrets. */
export function noteRequest(scope: RequestScope, status: number, answer: Answer, logger: Logger, metrics: GatewayMetrics): void {
  const durationMs = performance.now() - scope.startedAtMs;
  const { operation } = scope;
  metrics.onRequest(operation?.kind ?? 'unknown', outcomeOf(answer), durationMs / 1000);
  const codes = answer.errors ? [...new Set(answer.errors.map((error) => error.extensions?.['code']))] : undefined;
  const line = {
    requestId: scope.requestId,
    viewer: scope.viewer?.kind ?? 'unknown',
    operation: operation?.name ?? null,
    hash: operation?.hash.slice(0, 16) ?? null,
    kind: operation?.kind ?? null,
    status,
    durationMs: Math.round(durationMs * 100) / 100,
    subgraphCalls: scope.subgraphCalls,
    codes,
  };
  const level = levelOf(codes);
  logger[level](line, 'request');
}

export function outcomeOf(answer: Answer): RequestOutcome {
  if (!answer.errors) return 'ok';
  if (answer.data) return 'partial';
  return answer.errors.some((error) => error.extensions?.['code'] === 'INTERNAL_SERVER_ERROR') ? 'failed' : 'refused';
}

function levelOf(codes: readonly unknown[] | undefined): 'info' | 'warn' | 'error' {
  const levels = (codes ?? []).map((code) => (isErrorCode(code) ? ERROR_CODES[code].log : 'error'));
  if (levels.includes('error')) return 'error';
  return levels.includes('warn') ? 'warn' : 'info';
}
