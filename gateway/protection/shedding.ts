import type { ServerResponse } from 'node:http';
import { AppError, presentError } from '../../platform/errors';
import { sendJson, type HttpHandler } from '../../platform/http';
import { requestIdOf } from '../http/request-id';
import { streamFormOf } from '../live-http/stream-form';
import type { Admission } from './admission';

const RETRY_AFTER_SECONDS = 1;

/** Serves what is admitted, and refuses the rest before anything of it is read: 503 with the time to wait. */
export function shedding(admission: Admission, serve: HttpHandler): HttpHandler {
  return (request, response) => {
    if (!admission.begin()) {
      const { formatted } = presentError(overloaded(), requestIdOf(request.headers['x-request-id']));
      response.setHeader('retry-after', RETRY_AFTER_SECONDS);
      return sendJson(response, 503, { errors: [formatted] });
    }
    const startedAtMs = performance.now();
    const end = (): void => admission.end(performance.now() - startedAtMs);
    response.once('close', end);
    if (streamFormOf(request.headers.accept)) ends.set(response, end);
    return serve(request, response);
  };
}

const ends = new WeakMap<ServerResponse, () => void>();

/** What stands open for long is no longer in work once it has begun. */
export function standsOpen(response: ServerResponse): void {
  const end = ends.get(response);
  if (!end) return;
  response.off('close', end);
  end();
}

/** What is told of work that is not begun because too much is under way. */
export function overloaded(): AppError {
  return new AppError('OVERLOADED', 'More is asked than can be answered now; send the same request again in a moment', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
