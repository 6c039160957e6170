export interface BreakerOptions {
  /** So many calls must have ended within the window before their failures say anything. */
  readonly minimumCalls: number;
  /** The share of failed calls that opens it. */
  readonly failureShare: number;
  readonly windowMs: number;
  /** How long it first stays open; twice as long each time that its probe fails. */
  readonly openMs: number;
  readonly longestOpenMs: number;
}

export const DEFAULT_BREAKER: BreakerOptions = {
  minimumCalls: 20,
  failureShare: 0.5,
  windowMs: 10_000,
  openMs: 1_000,
  longestOpenMs: 15_000,
};

export type BreakerState = 'closed' | 'open' | 'probing';
export type CallEnd = 'ok' | 'failed' | 'unknown';

/**
 * Keeps calls from a subgraph that answers few of them, so that whoever asks has an answer at once and it may recover. Once
 * its time is over one call is let through to see; when that is answered all are.
 */
export class Breaker {
  private current: BreakerState = 'closed';
  private windowStartMs: number;
  private ended = 0;
  private failed = 0;
  private openUntilMs = 0;
  private openForMs: number;

  /** @param onChange told of each new state */
  constructor(
    private readonly options: BreakerOptions,
    private readonly onChange: (state: BreakerState) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.windowStartMs = now();
    this.openForMs = options.openMs;
  }

  get state(): BreakerState {
    return this.current;
  }

  /** 0 where a call may begin now, whose end must then be told; else how long nobody may call. */
  begin(): number {
    if (this.current === 'closed') return 0;
    const waitMs = this.openUntilMs - this.now();
    if (waitMs > 0) return waitMs;
    // A probe that is never heard of again is followed by another one.
    this.openUntilMs = this.now() + this.openForMs;
    this.become('probing');
    return 0;
  }

  end(end: CallEnd): void {
    if (end === 'unknown') return;
    if (this.current === 'closed') this.count(end);
    else if (this.current === 'probing') this.judgeProbe(end);
  }

  private count(end: CallEnd): void {
    const nowMs = this.now();
    if (nowMs - this.windowStartMs > this.options.windowMs) {
      this.windowStartMs = nowMs;
      this.ended = 0;
      this.failed = 0;
    }
    this.ended += 1;
    if (end !== 'failed') return;
    this.failed += 1;
    const { minimumCalls, failureShare } = this.options;
    if (this.ended >= minimumCalls && this.failed >= this.ended * failureShare) this.open();
  }

  private judgeProbe(end: CallEnd): void {
    if (end === 'failed') {
      this.openForMs = Math.min(this.openForMs * 2, this.options.longestOpenMs);
      return this.open();
    }
    this.openForMs = this.options.openMs;
    this.windowStartMs = this.now();
    this.ended = 0;
    this.failed = 0;
    this.become('closed');
  }

  private open(): void {
    this.openUntilMs = this.now() + this.openForMs;
    this.become('open');
  }

  private become(state: BreakerState): void {
    if (state === this.current) return;
    this.current = state;
    this.onChange(state);
  }
}
