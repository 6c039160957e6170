import { AppError } from '../../../platform/errors';

export interface TurnstileLimits {
  /** How many may be inside at once. */
  readonly inside: number;
  /** How many may wait; whoever comes after them is turned away. */
  readonly waiting: number;
  readonly retryAfterSeconds: number;
}

/**
 * Lets a bounded number of tasks run and a bounded number wait. Hashing passwords is meant to be slow, so without a
 * bound a flood of log-ins would take both the processor and 19 MB for each of them.
 */
export class Turnstile {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: TurnstileLimits) {}

  /** @throws RATE_LIMITED at once when too many wait already */
  async pass<T>(task: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await task();
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    if (this.inside < this.limits.inside) {
      this.inside += 1;
      return;
    }
    if (this.waiting.length >= this.limits.waiting) {
      const { retryAfterSeconds } = this.limits;
      throw new AppError('RATE_LIMITED', 'Too many people are signing in right now; try again in a moment', {
        retryAfterSeconds,
      });
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** The place is handed to the one who waits longest, so nobody who comes later can slip in between. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.inside -= 1;
  }
}
