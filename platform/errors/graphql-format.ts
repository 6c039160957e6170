import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, ERROR_CODES, type ErrorCode } from './app-error';
import { isDatabaseAway } from './database-away';

/** What a process may tell another about an error; `unexpected` is set where the details must be logged and hidden. */
export interface PresentedError {
  readonly formatted: GraphQLFormattedError;
  readonly code: ErrorCode;
  readonly unexpected: unknown;
}

const HIDDEN_MESSAGES = {
  UPSTREAM_UNAVAILABLE: 'A part of the shop is away for a moment. Send the same request again soon.',
  INTERNAL_SERVER_ERROR: 'Something went wrong on our side. Quote the request id when you ask for help.',
} as const;

/**
 * Turns any error of an execution into what a client may see: an {@link AppError} keeps code, message and details, a
 * GraphQL error of the request itself keeps its message, a database that is away becomes
 * UPSTREAM_UNAVAILABLE, everything else INTERNAL_SERVER_ERROR, both without details.
 */
export function presentError(error: unknown, requestId: string): PresentedError {
  const graphqlError = error instanceof GraphQLError ? error : undefined;
  const cause = graphqlError?.originalError ?? (graphqlError ? undefined : error);
  const path = graphqlError?.path ? { path: graphqlError.path } : {};
  const locations = graphqlError?.locations?.length ? { locations: graphqlError.locations } : {};
  const appError = findAppError(cause);
  if (appError) {
    const extensions = { code: appError.code, ...appError.details, requestId };
    return {
      formatted: { message: appError.message, ...locations, ...path, extensions },
      code: appError.code,
      unexpected: undefined,
    };
  }
  const code = graphqlError?.extensions?.['code'];
  const isOfRequest = graphqlError !== undefined && (cause === undefined || cause instanceof GraphQLError);
  if (isOfRequest && (code === undefined || isErrorCode(code)) && code !== 'INTERNAL_SERVER_ERROR') {
    const known: ErrorCode = code === undefined ? 'BAD_USER_INPUT' : code;
    const extensions = { ...withoutInternals(graphqlError.extensions), code: known, requestId };
    return {
      formatted: { message: graphqlError.message, ...locations, ...path, extensions },
      code: known,
      unexpected: undefined,
    };
  }
  const unexpected = cause ?? error;
  const hidden = isDatabaseAway(unexpected) ? 'UPSTREAM_UNAVAILABLE' : 'INTERNAL_SERVER_ERROR';
  const formatted = { message: HIDDEN_MESSAGES[hidden], ...path, extensions: { code: hidden, requestId } };
  return { formatted, code: hidden, unexpected };
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

function findAppError(error: unknown): AppError | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    if (current instanceof AppError) return current;
    current = current instanceof GraphQLError ? current.originalError : current.cause;
  }
  return undefined;
}

function withoutInternals(extensions: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { stacktrace: _stack, exception: _exception, http: _http, ...kept } = extensions;
  return kept;
}
