import { AppError } from '../../platform/errors';

/** A request that is refused for what it is as HTTP: the answer's status says which. */
export class HttpRefused extends AppError {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: readonly (readonly [string, string])[] = [],
  ) {
    super('BAD_REQUEST', message);
  }
}
