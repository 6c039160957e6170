import { AppError, isErrorCode } from '../errors';

/** What clients are told of a subgraph that could not be reached, or did not answer in time. */
export function unavailable(name: string, cause: unknown): AppError {
  const isTimeout = /Timeout/i.test(String((cause as { name?: unknown } | null)?.name));
  const error = isTimeout
    ? new AppError('DEADLINE_EXCEEDED', `The ${name} service did not answer in time; try again`, { service: name })
    : new AppError('UPSTREAM_UNAVAILABLE', `The ${name} service cannot be reached right now; try again`, { service: name });
  error.cause = cause;
  return error;
}

/** As {@link unavailable}, by the errors that a subgraph gave for the end of a stream; only outages are passed on as it said them. */
export function brokenBy(name: string, errors: unknown): AppError {
  const [first] = Array.isArray(errors) ? (errors as { message?: unknown; extensions?: { code?: unknown } }[]) : [];
  const code = first?.extensions?.code;
  const isOutage = isErrorCode(code) && (code === 'UPSTREAM_UNAVAILABLE' || code === 'DEADLINE_EXCEEDED');
  return isOutage
    ? new AppError(code, String(first?.message), { service: name })
    : unavailable(name, new Error(`the stream was refused: ${String(first?.message)}`));
}
