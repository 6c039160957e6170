import type { SourceEvent } from './subgraph';
import type { EventReceiver, RunningSubscription, SubgraphResponse } from './subgraph-request';

/** What an {@link EventStream} needs to know of its operation. Errors are presented already. */
export interface EventedOperation {
  /** The source, or the answer that refuses the subscriber. @throws AppError where asking again may help */
  open(): Promise<AsyncIterable<SourceEvent> | SubgraphResponse>;
  /** The answer of one event. @throws AppError where the event can be told whole once the source is opened again after the last one */
  answer(event: SourceEvent): Promise<SubgraphResponse>;
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

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      const opened = await this.operation.open();
      if (!(Symbol.asyncIterator in opened)) return this.close(opened);
      this.source = opened[Symbol.asyncIterator]();
      // Who left while the source was being opened is told of by no event any more.
      if (this.isOver) return this.leave();
      await this.tell(this.source);
    } catch (error) {
      this.fail(error);
    }
  }

  private async tell(source: AsyncIterator<SourceEvent>): Promise<void> {
    while (!this.isOver) {
      const next = await this.nextOf(source);
      if (this.isOver) return;
      if (next === null || next.done) return this.close(null);
      const { position, root } = next.value;
      const answer = root === undefined ? {} : await this.operation.answer(next.value);
      if (this.isOver) return;
      this.receiver.event(position === null ? answer : { ...answer, extensions: { ...answer.extensions, position } });
    }
  }

  /** `null` where the source threw what ends it for good, which has been told then. */
  private async nextOf(source: AsyncIterator<SourceEvent>): Promise<IteratorResult<SourceEvent> | null> {
    try {
      return await source.next();
    } catch (error) {
      if (!this.isOver) this.receiver.event(this.operation.refuse(error));
      return null;
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
