import type { SourceEvent } from './subgraph';
import type { EventReceiver, RunningSubscription, SubgraphResponse } from './subgraph-request';

/** What an {@link EventStream} needs to know of its operation. Errors are presented already. */
export interface EventedOperation {
  /** The source, or the answer that refuses the subscriber. @throws AppError where asking again may help */
  open(): Promise<AsyncIterable<SourceEvent> | SubgraphResponse>;
  /** The answer of one event. @throws AppError where the event can be told whole once the source is opened again after the last one */
  answer(event: SourceEvent): SubgraphResponse | Promise<SubgraphResponse>;
  /** The answer that ends a stream whose source threw. @throws AppError where opening it again may help */
  refuse(error: unknown): SubgraphResponse;
}

/** One subscription in this process: tells the events of its source one after the other, each as its document shapes it. */
export class EventStream implements RunningSubscription {
  private source: AsyncIterator<SourceEvent> | null = null;
  private isOver = false;

  constructor(
    private readonly operation: EventedOperation,
    private readonly receiver: EventReceiver,
  ) {}

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.leave();
  }

  /** Never rejects. One function without others inside: what waits for an event is held in memory for each subscriber. */
  async run(): Promise<void> {
    const { operation, receiver } = this;
    try {
      const opened = await operation.open();
      if (!(Symbol.asyncIterator in opened)) return this.close(opened);
      const source = (this.source = opened[Symbol.asyncIterator]());
      // Who left while the source was being opened is told of by no event any more.
      if (this.isOver) return this.leave();
      receiver.opened?.();
      while (!this.isOver) {
        let next: IteratorResult<SourceEvent>;
        try {
          next = await source.next();
        } catch (error) {
          return this.close(operation.refuse(error));
        }
        if (this.isOver) return;
        if (next.done) return this.close(null);
        const told = next.value.root === undefined ? {} : operation.answer(next.value);
        const answer = told instanceof Promise ? await told : told;
        // Asked again each time: others that waited have been told of theirs since.
        for (let room = receiver.room?.(); room && !this.isOver; room = receiver.room?.()) await room;
        if (!this.isOver) receiver.event(placed(answer, next.value));
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private close(last: SubgraphResponse | null): void {
    if (this.isOver) return;
    this.isOver = true;
    if (last) this.receiver.event(last);
    this.receiver.ended();
  }

  private fail(error: unknown): void {
    if (this.isOver) return;
    this.end();
    this.receiver.failed(error);
  }

  private leave(): void {
    this.source?.return?.().catch(() => undefined);
  }
}

function placed(answer: SubgraphResponse, { position, at }: SourceEvent): SubgraphResponse {
  if (position === null) return answer;
  return { ...answer, extensions: { ...answer.extensions, position, ...(at === undefined ? {} : { at }) } };
}
