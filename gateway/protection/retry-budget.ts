/**
 * How often calls may be repeated: a share of all calls, so that repeats never add more than that to the load of a subgraph
 * that is in trouble. A few are saved up for times of little traffic.
 */
export class RetryBudget {
  private saved: number;

  constructor(
    private readonly share: number,
    private readonly maximum: number,
  ) {
    this.saved = maximum;
  }

  /** A call was begun. */
  earn(): void {
    this.saved = Math.min(this.maximum, this.saved + this.share);
  }

  /** Whether one call may be repeated, which is then spent. */
  spend(): boolean {
    if (this.saved < 1) return false;
    this.saved -= 1;
    return true;
  }
}
