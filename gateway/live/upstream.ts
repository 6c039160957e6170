import type { EventReceiver, RunningSubscription, SubgraphResponse } from '../../platform/federation';
import { positionOf } from './message';

/** Broken streams are opened again after some tenths of a second, later ever less often. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** Who has not been told anything yet is told that the source is away, after some tries. */
const PATIENCE_MS = 5_000;

/** Opens the stream of events, after a position where one is given. */
export type OpenSource = (after: string | null, receiver: EventReceiver) => RunningSubscription;

export interface UpstreamSink {
  event(response: SubgraphResponse): void;
  ended(): void;
  /** It cannot be had, or broke and cannot be resumed. */
  failed(error: unknown): void;
  /** Told each time that a stream broke and is opened again. */
  onReopen(): void;
}

/**
 * The stream of a channel's events from its source. What breaks, is opened again after the last position that was told, for as
 * long as somebody listens: nothing is lost or told twice. Streams without positions end where they break.
 */
export class Upstream {
  private running: RunningSubscription | null = null;
  private current: Stream | null = null;
  private position: number | null = null;
  private failures = 0;
  private failingSinceMs = 0;
  private timer: NodeJS.Timeout | null = null;
  private isOver = false;

  /** @param after where it begins; `null` lets the arguments of the field say that */
  constructor(
    private openSource: OpenSource,
    private readonly isResumable: boolean,
    private readonly after: string | null,
    private readonly sink: UpstreamSink,
  ) {}

  /** The last position that was told. */
  get lastPosition(): number | null {
    return this.position;
  }

  open(): void {
    if (this.isOver) return;
    this.leave();
    const stream = new Stream(this);
    this.current = stream;
    const after = this.position === null ? this.after : String(this.position);
    try {
      const running = this.openSource(after, stream);
      // It may have told its end already.
      if (this.current === stream) this.running = running;
      else running.end();
    } catch (error) {
      this.failedAt(stream, error);
    }
  }

  /** From another source, which goes on where this one was. */
  reopenBy(openSource: OpenSource): void {
    this.openSource = openSource;
    this.open();
  }

  /** Ends the stream; {@link open} goes on after the last position. */
  pause(): void {
    this.leave();
  }

  close(): void {
    this.isOver = true;
    this.leave();
  }

  eventOf(stream: Stream, response: SubgraphResponse): void {
    if (this.current !== stream) return;
    this.failures = 0;
    this.position = positionOf(response) ?? this.position;
    this.sink.event(response);
  }

  endedAt(stream: Stream): void {
    if (this.current !== stream) return;
    this.close();
    this.sink.ended();
  }

  failedAt(stream: Stream, error: unknown): void {
    if (this.current !== stream) return;
    this.leave();
    if (this.failures === 0) this.failingSinceMs = performance.now();
    this.failures += 1;
    const isHopeless = this.position === null && performance.now() - this.failingSinceMs > PATIENCE_MS;
    if (!this.isResumable || isHopeless) {
      this.close();
      return this.sink.failed(error);
    }
    this.sink.onReopen();
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.failures, 10));
    this.timer = setTimeout(() => this.open(), pauseMs * (0.5 + Math.random() / 2));
    this.timer.unref();
  }

  private leave(): void {
    const { running, timer } = this;
    this.current = null;
    this.running = null;
    this.timer = null;
    if (timer) clearTimeout(timer);
    running?.end();
  }
}

/** One opening of the stream: what an earlier one still tells, counts no more. */
class Stream implements EventReceiver {
  constructor(private readonly upstream: Upstream) {}

  event(response: SubgraphResponse): void {
    this.upstream.eventOf(this, response);
  }

  ended(): void {
    this.upstream.endedAt(this);
  }

  failed(error: unknown): void {
    this.upstream.failedAt(this, error);
  }
}
