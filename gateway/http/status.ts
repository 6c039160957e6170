import type { ErrorCode } from '../../platform/errors';
import type { Answer } from '../executor/answer';
import { GRAPHQL_RESPONSE_TYPE, type AnswerType } from './media-type';

/** Refusals that concern HTTP itself have a status of their own under either media type. */
const OWN_STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAUTHORIZED_FIELD_OR_TYPE: 403,
  BAD_REQUEST: 400,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  DEADLINE_EXCEEDED: 504,
  UPSTREAM_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/**
 * The status by the GraphQL-over-HTTP specification: 200 once anything was executed; a well-formed request that was
 * refused is 200 as `application/json` (old clients read the status first) and 400 as `application/graphql-response+json`.
 */
export function statusOf(answer: Answer, type: AnswerType): number {
  if (answer.data !== undefined || answer.dataJson !== undefined) return 200;
  const code = answer.errors?.[0]?.extensions?.['code'] as ErrorCode | undefined;
  const own = code && OWN_STATUS[code];
  if (own) return own;
  // Clients of persisted queries retry by code, and some give up on any status but 200.
  if (code === 'PERSISTED_QUERY_NOT_FOUND' || code === 'PERSISTED_QUERY_NOT_SUPPORTED') return 200;
  return type === GRAPHQL_RESPONSE_TYPE ? 400 : 200;
}
