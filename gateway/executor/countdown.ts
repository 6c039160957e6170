import type { Waiter } from './step-run';

/** Told of each of several steps that run at once, tells when all have ended. */
export class Countdown implements Waiter {
  constructor(
    private left: number,
    private readonly waiter: Waiter,
  ) {}

  ended(): void {
    this.left -= 1;
    if (this.left === 0) this.waiter.ended();
  }
}
