/**
 * The closed list of codes that may stand in `errors[].extensions.code`. `docs/errors.md` says for each what it means,
 * who acts and how loudly it is logged; a test keeps list and page in step.
 */
export const ERROR_CODES = {
  BAD_USER_INPUT: { log: 'info', retriable: false },
  GRAPHQL_PARSE_FAILED: { log: 'info', retriable: false },
  GRAPHQL_VALIDATION_FAILED: { log: 'info', retriable: false },
  OPERATION_TOO_LARGE: { log: 'info', retriable: false },
  PERSISTED_QUERY_NOT_FOUND: { log: 'info', retriable: true },
  PERSISTED_QUERY_NOT_SUPPORTED: { log: 'info', retriable: false },
  PERSISTED_QUERY_NOT_IN_LIST: { log: 'info', retriable: false },
  PERSISTED_QUERY_ID_REQUIRED: { log: 'info', retriable: false },
  QUERY_NOT_IN_SAFELIST: { log: 'info', retriable: false },
  UNPLANNABLE_OPERATION: { log: 'error', retriable: false },
  OPERATION_RESOLUTION_FAILURE: { log: 'info', retriable: false },
  BAD_REQUEST: { log: 'info', retriable: false },
  UNAUTHENTICATED: { log: 'info', retriable: false },
  UNAUTHORIZED_FIELD_OR_TYPE: { log: 'info', retriable: false },
  FORBIDDEN: { log: 'warn', retriable: false },
  NOT_FOUND: { log: 'info', retriable: false },
  CONFLICT: { log: 'info', retriable: true },
  RATE_LIMITED: { log: 'info', retriable: true },
  OVERLOADED: { log: 'warn', retriable: true },
  DEADLINE_EXCEEDED: { log: 'warn', retriable: true },
  UPSTREAM_UNAVAILABLE: { log: 'error', retriable: true },
  INTERNAL_SERVER_ERROR: { log: 'error', retriable: false },
} as const satisfies Record<string, { log: 'info' | 'warn' | 'error'; retriable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * What is thrown when a request cannot be served for a reason that is not an expected business outcome (those are
 * data, see `user-error.ts` in federation). The message is shown to clients: it says what to do and leaks nothing.
 */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Shown to clients beside the code, such as `{ field: 'first', allowed: '1 to 100' }`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'AppError';
  }
}

/** A wrong argument: names the field and says what is allowed. */
export function badInput(field: string, allowed: string): AppError {
  return new AppError('BAD_USER_INPUT', `${field} ${allowed}`, { field, allowed });
}

/** Absent, or not to be known of by this viewer: both answer alike. */
export function notFound(what: string): AppError {
  return new AppError('NOT_FOUND', `${what} does not exist, or you may not see it`);
}
