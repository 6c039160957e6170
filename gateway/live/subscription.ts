import type { Viewer } from '../../platform/auth';
import type { Answer } from '../executor/answer';
import type { OperationRequest } from '../operation-request';
import type { LiveMessage } from './message';
import type { Subscriber } from './subscriber';

/** Where a subscription's events come from at the moment. */
export interface Stream {
  /** The last position that was delivered. */
  readonly position: number | null;
  readonly isOver: boolean;
  remove(member: LiveSubscription): void;
}

/** Whom a subscription tells, and what is judged by that. */
export interface Audience {
  readonly viewer: Viewer;
  readonly forwarded: OperationRequest['forwarded'];
}

/** One client's subscription, wherever its events come from at the moment. */
export class LiveSubscription {
  /** In its channel's list. */
  place = 0;
  isOver = false;
  /** The last message of its channel that passed here, by its channel's count. */
  round = 0;
  private channel: Stream | null = null;
  /** What came up to here, it was told. */
  private seen = -1;

  constructor(
    private readonly subscriber: Subscriber,
    /** Whose quota it counts on. */
    readonly holder: string,
    public audience: Audience,
    private readonly onEnd: (subscription: LiveSubscription) => void,
  ) {}

  /** The last position that it was told; `null` where its source tells none. */
  get position(): number | null {
    return this.channel?.position ?? (this.seen < 0 ? null : this.seen);
  }

  get requestId(): string {
    return this.subscriber.requestId;
  }

  get at(): Stream | null {
    return this.channel;
  }

  enter(channel: Stream, place: number, seen: number | null): void {
    this.channel = channel;
    this.place = place;
    this.seen = seen ?? -1;
  }

  /** Takes it out of where it is, to be put elsewhere. */
  leave(): void {
    const { channel } = this;
    if (!channel) return;
    this.seen = channel.position ?? this.seen;
    this.channel = null;
    channel.remove(this);
  }

  /** What it has seen is of another log. */
  forget(): void {
    this.seen = -1;
  }

  tell(message: LiveMessage): void {
    if (this.isOver || (message.position !== null && message.position <= this.seen)) return;
    this.subscriber.next(message);
  }

  complete(): void {
    if (this.finish()) this.subscriber.complete();
  }

  refuse(answer: Answer): void {
    if (this.finish()) this.subscriber.refuse(answer);
  }

  /** The client is gone, or wants no more. */
  end(): void {
    this.finish();
  }

  private finish(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    if (this.channel?.isOver === false) this.channel.remove(this);
    this.channel = null;
    this.onEnd(this);
    return true;
  }
}
