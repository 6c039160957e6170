/** Something that must be over by a moment. */
export interface Timed {
  /** Time is up. Called once, and not after `remove`. */
  late(): void;
}

/** A place in a queue of deadlines. */
export interface Waiting {
  readonly timed: Timed;
  readonly atMs: number;
  previous: Waiting | null;
  next: Waiting | null;
  isIn: boolean;
}

/**
 * Deadlines of one length. Whoever comes later is late later, so the queue is in order by itself and one timer serves all:
 * a deadline that is kept costs two pointers, not a timer.
 */
export class DeadlineQueue {
  private first: Waiting | null = null;
  private last: Waiting | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(readonly timeoutMs: number) {}

  add(timed: Timed): Waiting {
    const waiting: Waiting = { timed, atMs: performance.now() + this.timeoutMs, previous: this.last, next: null, isIn: true };
    if (this.last) this.last.next = waiting;
    else this.first = waiting;
    this.last = waiting;
    if (this.timer === null) this.arm(this.timeoutMs);
    else if (this.first === waiting) this.timer.ref();
    return waiting;
  }

  remove(waiting: Waiting): void {
    if (!waiting.isIn) return;
    waiting.isIn = false;
    if (waiting.previous) waiting.previous.next = waiting.next;
    else this.first = waiting.next;
    if (waiting.next) waiting.next.previous = waiting.previous;
    else this.last = waiting.previous;
    // An empty queue keeps no process from ending.
    if (this.first === null) this.timer?.unref();
  }

  private arm(afterMs: number): void {
    this.timer = setTimeout(this.fire, Math.max(1, Math.ceil(afterMs)));
  }

  private readonly fire = (): void => {
    this.timer = null;
    const nowMs = performance.now();
    while (this.first && this.first.atMs <= nowMs) {
      const { first } = this;
      this.remove(first);
      first.timed.late();
    }
    const { first } = this;
    // `late` may have added, and so armed, already.
    if (first && this.timer === null) this.arm(first.atMs - nowMs);
  };
}
