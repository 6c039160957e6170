import type { Answer } from '../executor/answer';
import { EventQueue } from './event-queue';
import type { LiveOperation } from './live-operation';
import { readPosition, type LiveMessage } from './message';
import { Ring } from './ring';
import type { LiveSubscription, Stream } from './subscription';
import { Upstream } from './upstream';

/** What becomes of a channel, told to whoever keeps them all. */
export interface ChannelHost {
  /** Everything up to the channel's position was told to its subscribers. */
  onProgress(channel: Channel): void;
  onEmpty(channel: Channel): void;
  onOver(channel: Channel): void;
  onReopen(channel: Channel): void;
  onDelivered(channel: Channel, message: LiveMessage): void;
}

/**
 * One stream of events and all who are told of it: one upstream, one execution for each event, one text that goes to every
 * subscriber. Its subscribers asked for the same and may see the same.
 */
export class Channel implements Stream {
  readonly members: LiveSubscription[] = [];
  /** The last position that was delivered. */
  position: number | null = null;
  /** Whether all that was missed before it began is delivered. */
  isLive = false;
  isOver = false;
  /** Since when nobody listens. */
  emptySinceMs = 0;
  private round = 0;
  private readonly ring = new Ring();
  private readonly queue: EventQueue;
  private readonly upstream: Upstream;

  /** @param after where it begins; `null` lets the arguments of its field say that */
  constructor(
    private current: LiveOperation,
    after: string | null,
    private readonly host: ChannelHost,
  ) {
    this.queue = new EventQueue((event, done) => this.current.complete(event, done), this);
    this.upstream = new Upstream((from, receiver) => this.current.open(from, receiver), current.isResumable, after, {
      event: (response) => this.queue.push(response),
      ended: () => this.queue.pushEnd(),
      failed: (error) => this.refuse(this.current.refusalOf(error)),
      onReopen: () => this.host.onReopen(this),
    });
    const from = readPosition(after);
    if (from !== null) this.ring.beginAt(from);
  }

  get operation(): LiveOperation {
    return this.current;
  }

  open(): void {
    this.upstream.open();
  }

  /** Takes a subscriber who has seen everything up to `seen`, or who wants only what comes now. */
  add(member: LiveSubscription, seen: number | null): void {
    member.enter(this, this.members.length, seen);
    member.round = this.round;
    this.members.push(member);
  }

  /** As {@link add}, telling first what came since. @returns `false` where that is not known any more */
  addAfter(member: LiveSubscription, seen: number): boolean {
    const missed = this.ring.after(seen);
    if (!missed) return false;
    this.add(member, seen);
    for (const message of missed) member.tell(message);
    return true;
  }

  /** Whether a client may have seen this position here. Where it is further on, or of another log, only the source can say. */
  knows(position: number): boolean {
    return this.position !== null && position <= this.position;
  }

  /** Whether everything after a position is known. */
  has(position: number): boolean {
    return this.ring.after(position) !== null;
  }

  remove(member: LiveSubscription): void {
    const { members } = this;
    const last = members.pop();
    if (!last) return;
    if (last !== member) {
      members[member.place] = last;
      last.place = member.place;
    }
    if (members.length === 0 && !this.isOver) this.host.onEmpty(this);
  }

  /** Goes on by another reading of the same operation, such as against a new supergraph. */
  adopt(operation: LiveOperation): void {
    const isSameSource = operation.hasSameSource(this.current);
    this.current = operation;
    if (!isSameSource) this.upstream.reopenBy((after, receiver) => operation.open(after, receiver));
  }

  /** Ends it for all who listen. */
  refuse(answer: Answer): void {
    const { members } = this;
    this.close();
    for (const member of members.splice(0)) member.refuse(answer);
  }

  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.upstream.close();
    this.queue.close();
    this.host.onOver(this);
  }

  deliver(message: LiveMessage): void {
    if (message.position !== null && this.isOfAnotherLog(message.position)) this.beginAnew(message.position);
    this.position = message.position ?? this.position;
    this.ring.add(message);
    this.host.onDelivered(this, message);
    this.round += 1;
    for (let at = this.members.length - 1; at >= 0; at -= 1) {
      const member = this.members[at];
      // Who is too slow is taken out of the list meanwhile, with all of its socket, and others who were told put into the places.
      if (!member || member.round === this.round) continue;
      member.round = this.round;
      member.tell(message);
    }
    this.host.onProgress(this);
  }

  reached(position: number | null): void {
    this.isLive = true;
    this.position = position ?? this.position;
    if (position !== null) this.ring.beginAt(position);
    this.host.onProgress(this);
  }

  ended(): void {
    const { members } = this;
    this.close();
    for (const member of members.splice(0)) member.complete();
  }

  private isOfAnotherLog(position: number): boolean {
    return this.ring.isBefore(position) || (this.position !== null && position < this.position);
  }

  /** A log that was restored from a backup tells its state at an earlier position. */
  private beginAnew(position: number): void {
    this.ring.forget();
    this.ring.beginAt(position);
    for (const member of this.members) member.forget();
  }

  onFull(): void {
    if (this.current.isResumable) this.upstream.pause();
  }

  onDrained(): void {
    if (this.current.isResumable) this.upstream.open();
  }
}
