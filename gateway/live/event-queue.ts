import type { SubgraphResponse } from '../../platform/federation';
import type { Answer } from '../executor/answer';
import { isMarker, messageOf, positionOf, type LiveMessage } from './message';

/** Events of one channel that are completed at once. */
const MAX_RUNNING = 32;
/** A source that tells faster than its events can be completed is left for a while. */
export const MAX_WAITING = 1_000;
const FEW_WAITING = 100;
/** An event of which a part cannot be fetched right now waits for it so long, and everything behind it. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 250;

/** Completes one event from the other subgraphs. */
export type CompleteEvent = (event: SubgraphResponse, done: (answer: Answer) => void) => void;

export interface QueueSink {
  /** In the order in which the events came. */
  deliver(message: LiveMessage): void;
  /** Everything up to this position was delivered. */
  reached(position: number | null): void;
  ended(): void;
  onFull(): void;
  onDrained(): void;
}

interface Waiting {
  readonly event: SubgraphResponse | 'end';
  readonly position: number | null;
  readonly sinceMs: number;
  message: LiveMessage | null;
  state: 'waiting' | 'running' | 'done';
}

/** The events of one channel on their way to its subscribers: completed side by side, delivered in order. */
export class EventQueue {
  private waiting: Waiting[] = [];
  private running = 0;
  private isFull = false;
  private isClosed = false;
  private isFlushing = false;

  constructor(
    private readonly complete: CompleteEvent,
    private readonly sink: QueueSink,
  ) {}

  push(event: SubgraphResponse): void {
    const isDone = isMarker(event);
    this.add({
      event,
      position: positionOf(event),
      sinceMs: performance.now(),
      message: null,
      state: isDone ? 'done' : 'waiting',
    });
  }

  /** The end of the stream, told when everything before it was delivered. */
  pushEnd(): void {
    this.add({ event: 'end', position: null, sinceMs: 0, message: null, state: 'done' });
  }

  close(): void {
    this.isClosed = true;
    this.waiting = [];
  }

  private add(waiting: Waiting): void {
    this.waiting.push(waiting);
    if (waiting.state === 'waiting') this.beginNext();
    this.flush();
    if (this.waiting.length <= MAX_WAITING || this.isFull) return;
    this.isFull = true;
    this.sink.onFull();
  }

  private beginNext(): void {
    if (this.running >= MAX_RUNNING) return;
    const next = this.waiting.find(({ state }) => state === 'waiting');
    if (next) this.begin(next);
  }

  private begin(next: Waiting): void {
    next.state = 'running';
    this.running += 1;
    this.try(next);
  }

  private try(next: Waiting): void {
    if (this.isClosed || next.event === 'end') return;
    const { event } = next;
    this.complete(event, (answer) => {
      if (this.isClosed) return;
      if (!event.errors && isWorthWaiting(answer) && performance.now() - next.sinceMs < PATIENCE_MS) {
        setTimeout(() => this.try(next), RETRY_MS).unref();
        return;
      }
      next.message = messageOf(answer, event);
      next.state = 'done';
      this.running -= 1;
      this.flush();
      this.beginNext();
    });
  }

  private flush(): void {
    // Who is told of one event may bring about the next.
    if (this.isFlushing) return;
    this.isFlushing = true;
    try {
      this.flushDone();
    } finally {
      this.isFlushing = false;
    }
  }

  private flushDone(): void {
    let at = 0;
    for (let head = this.waiting[0]; head?.state === 'done'; head = this.waiting[at]) {
      at += 1;
      if (head.event === 'end') this.sink.ended();
      else if (head.message) this.sink.deliver(head.message);
      else this.sink.reached(head.position);
      if (this.isClosed) return;
    }
    if (at === 0) return;
    this.waiting.splice(0, at);
    if (!this.isFull || this.waiting.length > FEW_WAITING) return;
    this.isFull = false;
    this.sink.onDrained();
  }
}

/** Whether a part is missing that may be there in a moment. */
function isWorthWaiting({ errors }: Answer): boolean {
  return (errors ?? []).some(({ extensions }) => PASSING.has(String(extensions?.['code'])));
}

const PASSING: ReadonlySet<string> = new Set(['UPSTREAM_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'OVERLOADED']);
