import type { PlacedEvent } from '../events';

/** Without an event it is a marker: all up to its position was told. */
export interface FeedItem {
  readonly position: number;
  readonly event?: PlacedEvent;
}

/** What a follower asks of its feed. */
export interface FollowedFeed {
  /** What memory holds of these keys after a position, up to `last`; `null` where memory does not reach back so far. */
  recent(after: number, keys: readonly string[]): { readonly events: readonly PlacedEvent[]; readonly last: number } | null;
  /** The same from the log, in pages. @throws when the log cannot be read, or no longer reaches back so far */
  older(after: number, keys: readonly string[]): Promise<{ readonly events: readonly PlacedEvent[]; readonly upTo: number }>;
  left(follower: Follower): void;
}

/** So much waits for a follower that does not read; a follower that has more to come reads it again later. */
const WAITING_AT_MOST = 256;

/**
 * One reader of a feed: the events of its keys after a position, each once and in order, beginning with what was missed;
 * then a marker, then what comes. `next` must not be called again before it has answered. A follower that does not read costs
 * no memory but some events: what waits for it is dropped, and read again from memory or the log when it comes back.
 */
export class Follower implements AsyncIterableIterator<FeedItem> {
  private waiting: FeedItem[] = [];
  private isMarked = false;
  private isOver = false;
  private failure: Error | null = null;
  private wake: (() => void) | null = null;
  /** All up to here was given out or waits. */
  private reached: number;
  private isBehind = true;

  /** @param isBeyondWindow whether the log does not reach back to the position asked for, so that it begins at its end */
  constructor(
    private readonly feed: FollowedFeed,
    readonly keys: readonly string[],
    private given: number,
    readonly isBeyondWindow: boolean,
  ) {
    this.reached = given;
    this.catchUpFromMemory();
  }

  /** Where it is: all up to here was given out. */
  get position(): number {
    return this.given;
  }

  /** Told by the feed, in order. */
  push(event: PlacedEvent): void {
    if (this.isBehind || event.position <= this.reached) return;
    if (this.waiting.length >= WAITING_AT_MOST) return this.fallBehind();
    this.waiting.push({ position: event.position, event });
    this.reached = event.position;
    this.rouse();
  }

  /** Ends it for its reader with an error. */
  fail(error: Error): void {
    this.failure ??= error;
    this.rouse();
  }

  async next(): Promise<IteratorResult<FeedItem>> {
    while (!this.isOver) {
      if (this.failure) {
        this.end();
        throw this.failure;
      }
      const item = this.waiting.shift();
      if (item) {
        this.given = item.position;
        this.isMarked ||= !item.event;
        return { done: false, value: item };
      }
      this.given = this.reached;
      if (!this.isBehind) await new Promise<void>((resolve) => (this.wake = resolve));
      else if (!this.catchUpFromMemory()) await this.catchUpFromLog();
    }
    return { done: true, value: undefined };
  }

  /** Gives out at once the events that wait, as their last one; `null` where the next thing is no event. */
  takeWaitingEvents(): FeedItem | null {
    let last: FeedItem | null = null;
    while (this.waiting[0]?.event) last = this.waiting.shift() ?? last;
    if (last) this.given = last.position;
    return last;
  }

  async return(): Promise<IteratorResult<FeedItem>> {
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.waiting = [];
    this.feed.left(this);
    this.rouse();
  }

  private fallBehind(): void {
    this.waiting = [];
    this.reached = this.given;
    this.isBehind = true;
  }

  /** Without waiting for anything, so that nothing is told between the last of it and what comes next. */
  private catchUpFromMemory(): boolean {
    const recent = this.feed.recent(this.reached, this.keys);
    if (!recent) return false;
    const events = recent.events.slice(0, WAITING_AT_MOST);
    this.waiting = events.map((event) => ({ position: event.position, event }));
    this.isBehind = events.length < recent.events.length;
    this.reached = this.isBehind ? (events.at(-1)?.position ?? this.reached) : Math.max(this.reached, recent.last);
    if (!this.isBehind && !this.isMarked) this.waiting.push({ position: this.reached });
    return true;
  }

  private async catchUpFromLog(): Promise<void> {
    const { events, upTo } = await this.feed.older(this.reached, this.keys);
    this.waiting = events.map((event) => ({ position: event.position, event }));
    this.reached = upTo;
  }

  private rouse(): void {
    this.wake?.();
    this.wake = null;
  }
}
