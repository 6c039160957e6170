import type { Viewer } from '../../platform/auth';
import type { Answer } from '../executor/answer';
import type { LiveMessage } from '../live/message';
import type { LiveSubscriptions } from '../live/live-subscriptions';
import { LiveSubscription } from '../live/subscription';
import type { Subscriber } from '../live/subscriber';
import type { OperationRequest } from '../operation-request';
import type { RunningOperation } from '../operation-run';

/** Sends what is told of operations. */
export interface OperationHost {
  next(id: string, requestId: string, message: LiveMessage): void;
  answer(id: string, requestId: string, answer: Answer): void;
  complete(id: string): void;
  forget(operation: OpenOperation): void;
}

/** One operation that a client runs over its socket. */
export class OpenOperation implements Subscriber {
  isOver = false;
  private running: RunningOperation | LiveSubscription | null = null;

  constructor(
    private readonly host: OperationHost,
    readonly id: string,
    readonly requestId: string,
  ) {}

  /** Has one answer, perhaps already. */
  runs(running: RunningOperation | null): void {
    if (!this.isOver) this.running = running;
  }

  subscribes(subscription: LiveSubscription): void {
    if (this.isOver) subscription.end();
    else this.running = subscription;
  }

  next(message: LiveMessage): void {
    if (!this.isOver) this.host.next(this.id, this.requestId, message);
  }

  complete(): void {
    if (this.finish()) this.host.complete(this.id);
  }

  refuse(answer: Answer): void {
    this.answered(answer);
  }

  answered(answer: Answer): void {
    if (this.finish()) this.host.answer(this.id, this.requestId, answer);
  }

  /** The client wants no more of it, or is gone. */
  end(): void {
    const { running } = this;
    if (!this.finish() || running === null) return;
    if (running instanceof LiveSubscription) running.end();
    else running.leave();
  }

  rejudge(live: LiveSubscriptions, viewer: Viewer, forwarded: OperationRequest['forwarded']): void {
    const { running } = this;
    if (running instanceof LiveSubscription) live.rejudge(running, viewer, forwarded);
  }

  private finish(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.running = null;
    this.host.forget(this);
    return true;
  }
}
