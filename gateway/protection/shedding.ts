import { AppError, presentError } from '../../platform/errors';
import { sendJson, type HttpHandler } from '../../platform/http';
import { requestIdOf } from '../http/request-id';
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
    response.once('close', () => admission.end(performance.now() - startedAtMs));
    return serve(request, response);
  };
}

/** What is told of work that is not begun because too much is under way. */
export function overloaded(): AppError {
  return new AppError('OVERLOADED', 'More is asked than can be answered now; send the same request again in a moment', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
