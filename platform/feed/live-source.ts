import type { PlacedEvent } from '../events';
import type { SourceEvent } from '../federation';
import type { EventFeed } from './event-feed';
import type { Follower } from './follower';
import { LiveKind, type Told } from './live-kind';
import { readPosition } from './position';

/** A source of a resumable field of Subscription. `Root` is what the field is resolved from. */
export interface LiveSource<Root extends object> {
  readonly feed: EventFeed;
  /** Where its events are found; see `FollowRequest`. */
  readonly keys: readonly string[];
  /** Those of the field; `after` and `snapshot` are read here. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The state of things as it is now. Called when following has begun, so that no change falls in between. */
  present(told: Told): Promise<Root>;
  /** What to tell of an event; `null` where it is nothing to this subscriber. Throwing ends the stream with the error. */
  change(event: PlacedEvent, told: Told): Promise<Root | null>;
  /** For roots that show how things stand now: of changes that wait, only the last is told. Default: false. */
  readonly isLatestEnough?: boolean;
}

/** So long events that are nothing to a subscriber may pass before it is told how far it is. */
const MARK_MS = 1_000;

/**
 * Tells first what was missed since `after`, or, with `snapshot`, how things stand; then what comes. A position that the
 * log does not know, or no longer, is answered by how things stand, as a RESET. @throws when the log cannot be read
 */
export async function openLiveSource<Root extends object>(source: LiveSource<Root>): Promise<AsyncIterable<SourceEvent>> {
  const given = source.args['after'];
  const after = typeof given === 'string' ? readPosition(given) : null;
  const follower = await source.feed.follow({ keys: source.keys, after: after ?? 'now' });
  const isLost = typeof given === 'string' && (after === null || follower.isBeyondWindow);
  if (isLost) return new LiveEvents(source, follower, LiveKind.RESET);
  const isAsked = after === null && source.args['snapshot'] === true;
  return new LiveEvents(source, follower, isAsked ? LiveKind.SNAPSHOT : null);
}

/** No generator: one that waits for an event cannot be ended before the event comes. */
class LiveEvents<Root extends object> implements AsyncIterableIterator<SourceEvent> {
  private toldAtMs = performance.now();

  constructor(
    private readonly source: LiveSource<Root>,
    private readonly follower: Follower,
    private opening: LiveKind | null,
  ) {}

  async next(): Promise<IteratorResult<SourceEvent>> {
    try {
      return await this.nextEvent();
    } catch (error) {
      await this.follower.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<SourceEvent>> {
    await this.follower.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async nextEvent(): Promise<IteratorResult<SourceEvent>> {
    if (this.opening !== null) {
      const told: Told = { position: String(this.follower.position), kind: this.opening };
      this.opening = null;
      return this.tell(told.position, await this.source.present(told));
    }
    for (;;) {
      const { value, done } = await this.follower.next();
      if (done) return { done: true, value: undefined };
      const item = this.source.isLatestEnough && value.event ? (this.follower.takeWaitingEvents() ?? value) : value;
      const position = String(item.position);
      if (!item.event) return this.tell(position);
      const root = await this.source.change(item.event, { position, kind: LiveKind.CHANGE });
      if (root !== null) return this.tell(position, root, item.event.at);
      if (performance.now() - this.toldAtMs > MARK_MS) return this.tell(position);
    }
  }

  private tell(position: string, root?: Root, at?: string): IteratorResult<SourceEvent> {
    this.toldAtMs = performance.now();
    return { done: false, value: root === undefined ? { position } : { position, root, at } };
  }
}
