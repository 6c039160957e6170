import { AppError } from '../errors';
import { keysOf, type DomainEvent, type EventBus, type PlacedEvent, type Unsubscribe } from '../events';
import type { Logger } from '../observability';
import { EventLog, type QueryLog } from './event-log';
import { Follower, type FollowedFeed } from './follower';
import { EventRing } from './ring';

export interface FeedOptions {
  readonly bus: EventBus;
  /** All topics of the database; of one that is missing, events are seen as gaps and read from the log. */
  readonly topics: readonly string[];
  readonly query: QueryLog;
  readonly logger: Logger;
}

export interface FollowRequest {
  /** Ids of graph entities, or `<topic>.*` for all events of a topic. */
  readonly keys: readonly string[];
  /** The position of which it knows all up to there; `now` for the end of the log. */
  readonly after: number | 'now';
}

/** How many of the newest events memory holds at least. */
const KEPT = 4_000;
const READ_AT_ONCE = 500;
const LOOK_MS = 1_000;
/** A wake-up that the bus lost costs so much, not an event. */
const SILENCE_MS = 5_000;
/** What came too early is kept so far, to be told without another reading. */
const EARLY_AT_MOST = 1_000;

/**
 * Tells followers in this process of a database's events, each once and in the order of the log. The bus is only a fast
 * path: what it tells again is dropped, and after a gap, while the bus is away, or after some seconds of silence the log is
 * read. While nobody follows, it only listens.
 */
export class EventFeed implements FollowedFeed {
  private readonly log: EventLog;
  private readonly ring = new EventRing(KEPT);
  private readonly followers = new Set<Follower>();
  private readonly byKey = new Map<string, Set<Follower>>();
  private readonly early = new Map<number, PlacedEvent>();
  /** All up to here was told; `null` while it is not known where the log stands. */
  private last: number | null = null;
  private reading: Promise<void> | null = null;
  private toldAtMs = 0;
  private hearsOld = false;
  private stopListening: Unsubscribe | null = null;
  private looking: NodeJS.Timeout | null = null;

  constructor(private readonly options: FeedOptions) {
    this.log = new EventLog(options.query);
  }

  /** Begins to listen; reads nothing yet. */
  start(): void {
    this.stopListening ??= this.options.bus.broadcast(this.options.topics, (event) => this.hear(event));
  }

  /** Ends all followers with UPSTREAM_UNAVAILABLE, so that their readers come back at another process. */
  async stop(): Promise<void> {
    if (this.looking) clearInterval(this.looking);
    this.looking = null;
    const stopListening = this.stopListening;
    this.stopListening = null;
    this.failAll('This process is shutting down');
    await stopListening?.();
  }

  /**
   * Resolves when the place is fixed at which it begins: whatever is committed later is told. @throws when the log cannot
   * be read
   */
  async follow({ keys, after }: FollowRequest): Promise<Follower> {
    if (this.last === null || this.followers.size === 0) await this.read();
    if (after !== 'now' && after > this.end()) await this.read();
    const isBeyond = after !== 'now' && (await this.isBeyondWindow(after));
    const follower = new Follower(this, keys, after === 'now' || isBeyond ? this.end() : after, isBeyond);
    this.followers.add(follower);
    for (const key of keys) this.byKey.set(key, (this.byKey.get(key) ?? new Set()).add(follower));
    this.looking ??= setInterval(() => this.look(), LOOK_MS).unref();
    return follower;
  }

  /** Whether the log does not hold all that came after a position: because it was swept, or was never there. */
  async isBeyondWindow(after: number): Promise<boolean> {
    if (this.last !== null && this.ring.reaches(after) && after <= this.last) return false;
    const { last, floor } = await this.log.head();
    return after < floor || after > last;
  }

  recent(after: number, keys: readonly string[]): { readonly events: readonly PlacedEvent[]; readonly last: number } | null {
    return this.ring.reaches(after) ? { events: this.ring.after(after, keys), last: this.end() } : null;
  }

  async older(
    after: number,
    keys: readonly string[],
  ): Promise<{ readonly events: readonly PlacedEvent[]; readonly upTo: number }> {
    const page = await this.log.after(after, READ_AT_ONCE, keys);
    if (page.floor > after) throw away('The log was swept while it was read');
    if (page.last > this.end()) this.readInBackground();
    return page;
  }

  left(follower: Follower): void {
    this.followers.delete(follower);
    for (const key of follower.keys) {
      const others = this.byKey.get(key);
      others?.delete(follower);
      if (others?.size === 0) this.byKey.delete(key);
    }
    if (this.followers.size > 0 || !this.looking) return;
    clearInterval(this.looking);
    this.looking = null;
  }

  private end(): number {
    if (this.last === null) throw away('It is not known where the log stands');
    return this.last;
  }

  private hear(event: DomainEvent): void {
    const { position } = event;
    if (this.last === null || position === undefined) return;
    if (position <= this.last) {
      // The bus is being told again what it lost; what is new comes behind that.
      this.hearsOld = true;
      return;
    }
    if (position === this.last + 1) {
      this.tell({ ...event, position });
      this.tellEarly();
      return;
    }
    if (this.early.size < EARLY_AT_MOST) this.early.set(position, { ...event, position });
    // Topics of one log are told side by side: what is missing may come in this very turn.
    setImmediate(() => {
      if (this.last !== null && this.early.size > 0 && this.stopListening) this.mindGap();
    });
  }

  private mindGap(): void {
    if (this.followers.size > 0) return this.readInBackground();
    this.last = null;
    this.early.clear();
  }

  private tell(event: PlacedEvent): void {
    const keys = keysOf(event);
    this.last = event.position;
    this.toldAtMs = performance.now();
    this.ring.add(event, keys);
    for (const key of keys) for (const follower of this.byKey.get(key) ?? []) follower.push(event);
  }

  private tellEarly(): void {
    if (this.early.size === 0 || this.last === null) return;
    for (let event = this.early.get(this.last + 1); event; event = this.early.get(this.last + 1)) this.tell(event);
    for (const position of this.early.keys()) if (position <= this.last) this.early.delete(position);
  }

  private look(): void {
    const isSilent = performance.now() - this.toldAtMs > SILENCE_MS;
    if (isSilent || this.hearsOld || !this.options.bus.isLive()) this.readInBackground();
  }

  private readInBackground(): void {
    this.read().catch((error: unknown) => this.options.logger.debug({ err: error }, 'the log could not be read'));
  }

  /** Concurrent callers share one reading that begins after their call. */
  private async read(): Promise<void> {
    await this.reading?.catch(() => undefined);
    this.reading ??= this.readToTheEnd().finally(() => (this.reading = null));
    await this.reading;
  }

  private async readToTheEnd(): Promise<void> {
    this.hearsOld = false;
    if (this.last === null) {
      const { last } = await this.log.head();
      this.ring.startAfter(last);
      this.last = last;
      this.early.clear();
      return;
    }
    for (let isMore = true; isMore;) {
      const from: number = this.last;
      const page = await this.log.after(from, READ_AT_ONCE);
      if (page.last < from || page.floor > from) return this.startAnew();
      for (const event of page.events) if (event.position === this.last + 1) this.tell(event);
      this.tellEarly();
      this.toldAtMs = performance.now();
      isMore = page.upTo < page.last;
    }
  }

  /** The log is another one: the database was restored, or this process slept for longer than the log keeps. */
  private startAnew(): void {
    this.last = null;
    this.early.clear();
    this.failAll('The log of events has changed');
  }

  private failAll(message: string): void {
    for (const follower of this.followers) follower.fail(away(message));
  }
}

function away(message: string): AppError {
  return new AppError('UPSTREAM_UNAVAILABLE', message);
}
