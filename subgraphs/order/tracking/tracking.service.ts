import type { Viewer } from '../../../platform/auth';
import { notFound } from '../../../platform/errors';
import type { EventBus } from '../../../platform/events';
import { globalId, type SourceEvent } from '../../../platform/federation';
import { maySee, type Order, type OrderEvent, type OrderService } from '../order';

/**
 * How long a watcher trusts silence: while the bus is live only a lost wake-up hides something, which then costs seconds,
 * not an event; while it is not, the log is asked every second.
 */
const POLL_LIVE_MS = 10_000;
const POLL_AWAY_MS = 1_000;

/** What each event's `root` is. */
export interface WatchedEvent {
  readonly event: OrderEvent;
  readonly order: Order;
}

/**
 * Watches orders. The log in the database is the truth; what the bus tells is only a reason to look. So nothing is
 * missed, repeated or out of order, whatever the bus loses or repeats.
 */
export class TrackingService {
  private readonly watchers = new Map<string, Set<() => void>>();
  private stopListening: (() => Promise<void>) | null = null;

  constructor(
    private readonly orders: OrderService,
    private readonly bus: EventBus,
  ) {}

  /** Begins to hear of changes; before that, watchers look by themselves. */
  start(): void {
    this.stopListening ??= this.bus.broadcast(['order'], (event) => {
      for (const wake of this.watchers.get(event.key) ?? []) wake();
    });
  }

  /** @throws NOT_FOUND, before anything is yielded, for an order that the viewer may not see */
  async watch(viewer: Viewer, orderId: number, afterSequence: number): Promise<AsyncIterableIterator<SourceEvent>> {
    const [order] = await this.orders.byKeys([orderId]);
    if (!order || !maySee(viewer, order)) throw notFound('This order');
    return this.follow(viewer, orderId, afterSequence);
  }

  async stop(): Promise<void> {
    await this.stopListening?.();
    this.stopListening = null;
    for (const wakers of this.watchers.values()) for (const wake of wakers) wake();
  }

  private follow(viewer: Viewer, orderId: number, afterSequence: number): AsyncIterableIterator<SourceEvent> {
    const bell = this.bellOf(globalId('Order', orderId));
    let last = afterSequence;
    let waiting: OrderEvent[] = [];
    const refill = async (): Promise<boolean> => {
      while (waiting.length === 0) {
        if (bell.isClosed()) return false;
        bell.arm();
        waiting = await this.orders.eventsAfter(orderId, last);
        if (waiting.length === 0) await bell.wait(this.bus.isLive() ? POLL_LIVE_MS : POLL_AWAY_MS);
      }
      return true;
    };
    const next = async (): Promise<IteratorResult<SourceEvent>> => {
      if (!(await refill())) return { done: true, value: undefined };
      const [order] = await this.orders.byKeys([orderId]);
      const event = waiting.shift();
      // Judged at each event: who lost the right to see the order hears no more of it.
      if (!event || !order || !maySee(viewer, order)) {
        bell.close();
        return { done: true, value: undefined };
      }
      last = event.sequence;
      const root: WatchedEvent = { event, order };
      return { done: false, value: { position: String(event.sequence), root } };
    };
    const iterator: AsyncIterableIterator<SourceEvent> = {
      next,
      return: async () => {
        bell.close();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Rings when the bus tells of the order. Made before the log is read, so that no entry falls in between. */
  private bellOf(orderId: string): Bell {
    const bell = new Bell(() => {
      const wakers = this.watchers.get(orderId);
      wakers?.delete(bell.ring);
      if (wakers?.size === 0) this.watchers.delete(orderId);
    });
    const wakers = this.watchers.get(orderId) ?? new Set();
    this.watchers.set(orderId, wakers.add(bell.ring));
    return bell;
  }
}

/** Something to wait at: a ring between `arm` and `wait` is not slept through. */
class Bell {
  private hasRung = false;
  private closed = false;
  private wake: (() => void) | null = null;

  constructor(private readonly onClose: () => void) {}

  readonly ring = (): void => {
    this.hasRung = true;
    this.wake?.();
  };

  isClosed(): boolean {
    return this.closed;
  }

  arm(): void {
    this.hasRung = false;
  }

  async wait(timeoutMs: number): Promise<void> {
    if (this.hasRung || this.closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose();
    this.wake?.();
  }
}
