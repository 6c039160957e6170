/** How long reads miss without asking after one that failed. */
const REST_MS = 1_000;

/** Says whether to ask Redis at all: after a failure one read in {@link REST_MS} tries, until one gets an answer. */
export class Rest {
  private untilMs: number | null = null;

  isResting(): boolean {
    return this.untilMs !== null;
  }

  mayTry(): boolean {
    if (this.untilMs === null) return true;
    if (performance.now() < this.untilMs) return false;
    this.begin();
    return true;
  }

  begin(): void {
    this.untilMs = performance.now() + REST_MS;
  }

  end(): void {
    this.untilMs = null;
  }
}
