export interface AdmissionOptions {
  /** Requests at once, however well it goes. */
  readonly maximum: number;
  /** Requests at once, however badly it goes. */
  readonly minimum: number;
  /** How late the event loop may be, at its best moment of a round, before it counts as overloaded. */
  readonly targetDelayMs: number;
  readonly roundMs: number;
  /** How long one turn of the event loop may begin requests; those that wait behind it by then are refused. */
  readonly turnMs: number;
  /** Requests that took longer say that something behind the gateway is overloaded, when they are most. */
  readonly slowMs: number;
}

export const DEFAULT_ADMISSION: AdmissionOptions = {
  maximum: 4_000,
  // A browserful of clients that each wait for their answer is no overload, nor is a busy neighbour on the same machine.
  minimum: 256,
  targetDelayMs: 100,
  roundMs: 100,
  turnMs: 500,
  slowMs: 2_500,
};

/** What admission tells of itself. */
export interface AdmissionWatch {
  onShed(): void;
  onAdmissionLimit(limit: number): void;
}

/** A turn that began fewer requests is long for another reason: the machine runs others, or memory is swept. */
const CROWD = 32;
const TICKS_PER_ROUND = 5;
/** An overload takes away quickly, and gives back slowly. */
const SHRINK = 0.8;
const GROW = 1.05;

/**
 * How many requests may be in work at once, so that those in work are answered in time. As long as the event loop keeps up
 * there is room for all. Once even its best moment of a round comes late, a queue stands that does not go away (as CoDel
 * judges routers' queues): the limit shrinks below what is in work until the queue is gone, and then grows again. Where
 * requests are answered within the turn of the loop that began them, none are ever many in work; the queue then stands in the
 * turn itself, whose length is bounded.
 */
export class Admission {
  private running = 0;
  private begunInTurn = 0;
  private limit: number;
  private readonly ticks: NodeJS.Timeout;
  private tickAtMs = performance.now();
  private leastDelayMs = Infinity;
  private ticked = 0;
  private ended = 0;
  private slow = 0;

  constructor(
    private readonly options: AdmissionOptions,
    private readonly watch: AdmissionWatch,
  ) {
    this.limit = options.maximum;
    this.ticks = setInterval(() => this.tick(), options.roundMs / TICKS_PER_ROUND);
    this.ticks.unref();
  }

  /** Whether a request may begin, whose end must then be told. */
  begin(): boolean {
    if (this.running < this.limit && !this.isTurnOver()) {
      this.begunInTurn += 1;
      this.running += 1;
      return true;
    }
    this.watch.onShed();
    return false;
  }

  end(durationMs: number): void {
    this.running -= 1;
    this.ended += 1;
    if (durationMs > this.options.slowMs) this.slow += 1;
  }

  stop(): void {
    clearInterval(this.ticks);
  }

  private isTurnOver(): boolean {
    return this.begunInTurn >= CROWD && performance.now() - this.tickAtMs > this.options.turnMs;
  }

  private tick(): void {
    const nowMs = performance.now();
    const delayMs = nowMs - this.tickAtMs - this.options.roundMs / TICKS_PER_ROUND;
    this.tickAtMs = nowMs;
    this.begunInTurn = 0;
    this.leastDelayMs = Math.min(this.leastDelayMs, delayMs);
    this.ticked += 1;
    if (this.ticked < TICKS_PER_ROUND) return;
    this.judge();
    this.ticked = 0;
    this.leastDelayMs = Infinity;
    this.ended = 0;
    this.slow = 0;
  }

  private judge(): void {
    const { maximum, minimum, targetDelayMs } = this.options;
    const isOverloaded = this.leastDelayMs > targetDelayMs || (this.ended > minimum && this.slow > this.ended / 2);
    const before = this.limit;
    if (isOverloaded) this.limit = Math.max(minimum, Math.floor(Math.min(this.limit, this.running) * SHRINK));
    else if (this.limit < maximum) this.limit = Math.min(maximum, Math.ceil(this.limit * GROW) + 1);
    if (this.limit !== before) this.watch.onAdmissionLimit(this.limit);
  }
}
