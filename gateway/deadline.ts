import { AppError } from '../platform/errors';

const LATE = Symbol('late');

/**
 * How long one operation may run, waiting included. Calls of subgraphs that have not answered by then fail, in one process
 * too, and no other begins: what has been answered stands beside the errors.
 */
export class Deadline {
  private readonly ended = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly late: Promise<typeof LATE>;
  private isOver = false;

  /** @param client aborted when the client is gone, which ends calls early */
  constructor(
    timeoutMs: number,
    private readonly client: AbortSignal | null,
  ) {
    let tellLate = (_late: typeof LATE): void => undefined;
    this.late = new Promise((resolve) => (tellLate = resolve));
    this.timer = setTimeout(() => {
      this.isOver = true;
      tellLate(LATE);
      this.ended.abort(new DOMException('the operation took too long', 'TimeoutError'));
    }, timeoutMs);
    if (client?.aborted) this.leave();
    else client?.addEventListener('abort', this.leave, { once: true });
  }

  /** Aborted when time is up or the client is gone. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  /** @throws DEADLINE_EXCEEDED when time is up, before `work` begins or while it runs */
  async within<T>(service: string, work: () => Promise<T>): Promise<T> {
    const result = this.isOver ? LATE : await Promise.race([work(), this.late]);
    if (result !== LATE) return result;
    throw new AppError('DEADLINE_EXCEEDED', `The ${service} service did not answer in time; try again`, { service });
  }

  /** The operation has its answer. */
  clear(): void {
    clearTimeout(this.timer);
    this.client?.removeEventListener('abort', this.leave);
  }

  private readonly leave = (): void => this.ended.abort(this.client?.reason);
}
