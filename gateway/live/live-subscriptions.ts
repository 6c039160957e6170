import type { Logger } from '../../platform/observability';
import type { Viewer } from '../../platform/auth';
import { AppError } from '../../platform/errors';
import type { Engine } from '../engine';
import { refusalOf, type Answer } from '../executor/answer';
import type { OperationRequest } from '../operation-request';
import { RefusedOperation } from '../operations/prepare';
import type { LiveOptions } from '../options';
import { Channel, type ChannelHost } from './channel';
import { Foundations } from './foundations';
import { LiveOperation } from './live-operation';
import type { LiveMessage } from './message';
import { readPosition } from './message';
import { Quota } from './quota';
import { rightsOf } from './reach';
import { LiveSubscription, type Audience, type Stream } from './subscription';
import type { Subscriber } from './subscriber';

/** A stream nobody listens to any more is kept for who comes back at once. */
const LINGER_MS = 5_000;
const SWEEP_MS = 1_000;
const REOPEN_NOTE_MS = 5_000;
/** Subscriptions that are read anew at once after a swap of the supergraph. */
const READ_AT_ONCE = 50;

/** A subscription as a client asks for it; its operation is read again for each new supergraph. */
export interface LiveRequest extends Omit<OperationRequest, 'operation' | 'signal' | 'takesText' | 'traceparent'> {
  readonly text: string;
  readonly operationName: string | null;
  readonly client: string;
  /** Where the transport says where to go on; wins over the arguments of the field. */
  readonly after: string | null;
}

/** What is told of subscriptions. */
export interface LiveWatch {
  onSubscription(change: 1 | -1): void;
  onUpstream(change: 1 | -1): void;
  onReopen(service: string): void;
  /** @param lagSeconds from when it happened until all were told */
  onLiveEvent(service: string, subscribers: number, lagSeconds: number | null): void;
  onDropped(why: 'slow' | 'quota'): void;
  onBeginning(how: 'fresh' | 'joined' | 'resumed' | 'replayed'): void;
}

const NOT_BEGUN = new AppError('CONFLICT', 'The access token changed while the subscription began; subscribe again');

interface Kept {
  readonly channel: Channel;
  readonly request: LiveRequest;
}

/**
 * All subscriptions of a gateway. Those that ask the same with the same authorisation share one channel. Who comes back with a
 * position is told what was missed from the channel's newest messages, or from the source by a stream of its own, which ends
 * once it has caught up with the channel.
 */
export class LiveSubscriptions implements ChannelHost {
  private readonly shared = new Map<string, Channel>();
  private readonly foundations = new Foundations();
  private readonly kept = new Map<Stream, Kept>();
  private readonly sweep: NodeJS.Timeout;
  private swapping: Promise<void> = Promise.resolve();
  private isStopped = false;
  private reopenNotedAtMs = -Infinity;

  private readonly quota = new Quota();

  constructor(
    private readonly engine: () => Engine,
    private readonly watch: LiveWatch,
    private readonly logger: Logger,
    private readonly limits: LiveOptions,
  ) {
    this.sweep = setInterval(() => this.closeEmpty(), SWEEP_MS);
    this.sweep.unref();
  }

  /** Begins it; the subscriber is told of its events, or why there are none. */
  subscribe(request: LiveRequest, subscriber: Subscriber): LiveSubscription {
    const subscription = new LiveSubscription(subscriber, request.client, audienceOf(request), this.onEnd);
    const { maxPerUser, maxPerAddress } = this.limits;
    const limit = request.viewer.userId === null ? maxPerAddress : maxPerUser;
    if (this.quota.take(request.client, limit)) {
      this.watch.onSubscription(1);
      void this.begin(request, subscription);
    } else {
      this.watch.onDropped('quota');
      // It holds nothing that its end would give back.
      subscription.isOver = true;
      subscriber.refuse(this.tooMany(limit, request.requestId));
    }
    return subscription;
  }

  /** Judges it again for another viewer, such as after a new token: it goes on where it was, or ends with an error. */
  rejudge(subscription: LiveSubscription, viewer: Viewer, forwarded: LiveRequest['forwarded']): void {
    const request = subscription.at && this.kept.get(subscription.at)?.request;
    if (!request) return subscription.refuse(refusalOf([NOT_BEGUN], subscription.requestId, this.logger));
    const { position } = subscription;
    subscription.audience = { viewer, forwarded };
    const after = position === null ? request.after : String(position);
    subscription.leave();
    void this.begin({ ...request, viewer, forwarded, requestId: subscription.requestId, after }, subscription);
  }

  /** Goes on by the current supergraph: operations that are still valid keep their subscribers, others end with what is wrong. */
  swap(): Promise<void> {
    this.swapping = this.swapping.then(() => this.readAll());
    return this.swapping;
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.sweep);
    for (const { channel } of [...this.kept.values()]) channel.close();
  }

  onProgress(channel: Channel): void {
    const { key } = channel.operation;
    const shared = key === null ? undefined : this.shared.get(key);
    if (key === null || shared === channel || channel.isOver) return;
    if (!shared) {
      if (!channel.isLive) return;
      this.shared.set(key, channel);
      this.foundations.end(channel);
      return;
    }
    this.unite(channel, shared);
  }

  onEmpty(channel: Channel): void {
    const { key } = channel.operation;
    if (key === null || this.shared.get(key) !== channel) channel.close();
    else channel.emptySinceMs = performance.now();
  }

  onOver(channel: Channel): void {
    const { key } = channel.operation;
    if (key !== null && this.shared.get(key) === channel) this.shared.delete(key);
    this.foundations.end(channel);
    if (this.kept.delete(channel)) this.watch.onUpstream(-1);
  }

  onReopen(channel: Channel): void {
    const { service } = channel.operation;
    this.watch.onReopen(service);
    const nowMs = performance.now();
    if (nowMs - this.reopenNotedAtMs < REOPEN_NOTE_MS) return;
    this.reopenNotedAtMs = nowMs;
    this.logger.warn({ service }, 'streams of events broke and are opened again where they were');
  }

  onDelivered(channel: Channel, { bornAtMs }: LiveMessage): void {
    // Clocks of two machines may disagree by more than it took.
    const lagSeconds = bornAtMs === null ? null : Math.max(0, Date.now() - bornAtMs) / 1_000;
    this.watch.onLiveEvent(channel.operation.service, channel.members.length, lagSeconds);
  }

  private readonly onEnd = ({ holder }: LiveSubscription): void => {
    this.quota.give(holder);
    this.watch.onSubscription(-1);
  };

  private tooMany(limit: number, requestId: string): Answer {
    const message = `${limit} subscriptions at once are all that one may hold; complete some first`;
    return refusalOf([new AppError('RATE_LIMITED', message)], requestId, this.logger);
  }

  /** @param mayWait whether it waits for a stream that another of its kind is just opening */
  private async begin(request: LiveRequest, subscription: LiveSubscription, mayWait = true): Promise<void> {
    const operation = await this.read(request);
    if (subscription.isOver) return;
    if (!(operation instanceof LiveOperation)) return subscription.refuse(operation);
    if (this.isStopped) return subscription.end();
    const beginning = request.after === null ? operation.beginning : { after: request.after, snapshot: false };
    const shared = operation.key === null ? undefined : this.shared.get(operation.key);
    const founded = shared || !mayWait ? null : this.foundations.of(operation.key);
    if (founded) {
      await founded;
      return this.begin(request, subscription, false);
    }
    if (shared && beginning.after === null && !beginning.snapshot) {
      this.watch.onBeginning('joined');
      return shared.add(subscription, null);
    }
    const seen = readPosition(beginning.after);
    if (shared && seen !== null && shared.knows(seen) && shared.addAfter(subscription, seen))
      return this.watch.onBeginning('replayed');
    this.watch.onBeginning(beginning.after === null ? 'fresh' : 'resumed');
    const channel = new Channel(operation, operation.isResumable ? beginning.after : null, this);
    this.kept.set(channel, { channel, request });
    this.watch.onUpstream(1);
    if (!shared) this.foundations.begin(channel);
    channel.add(subscription, null);
    channel.open();
  }

  /** Puts the subscribers of a stream that has caught up into the shared one. */
  private unite(channel: Channel, shared: Channel): void {
    const { position } = channel;
    if (position === null) return;
    for (const member of [...channel.members]) {
      if (!shared.has(position)) return;
      member.leave();
      shared.addAfter(member, position);
    }
    channel.close();
  }

  /** @returns what refuses it where it cannot be had from the current supergraph */
  private async read(request: LiveRequest): Promise<LiveOperation | Answer> {
    for (;;) {
      const engine = this.engine();
      const operation = await this.readBy(engine, request);
      // What was read by an engine that is no more would go on by it until the next swap.
      if (engine === this.engine()) return operation;
    }
  }

  private async readBy(
    engine: Engine,
    { text, operationName, after: _after, ...request }: LiveRequest,
  ): Promise<LiveOperation | Answer> {
    const operation = await engine.operations.prepare(text, operationName, request.client);
    if (operation instanceof RefusedOperation) return refusalOf(operation.errors, request.requestId, this.logger);
    return engine.readSubscription({ ...request, operation, signal: null, traceparent: null });
  }

  private async readAll(): Promise<void> {
    const all = [...this.kept.values()];
    for (let at = 0; at < all.length; at += READ_AT_ONCE) {
      await Promise.all(all.slice(at, at + READ_AT_ONCE).map((each) => this.readAgain(each)));
    }
  }

  /** Each who listens is judged: what many may see may be some viewers' alone by the new supergraph. */
  private async readAgain({ channel, request }: Kept): Promise<void> {
    const readings = new Map<string, LiveOperation | Answer>();
    for (const { audience } of [...channel.members]) {
      const who = textOf(audience);
      if (!readings.has(who)) readings.set(who, await this.read({ ...request, ...audience }));
    }
    if (channel.isOver) return;
    const operation = [...readings.values()].find((reading) => reading instanceof LiveOperation);
    for (const member of [...channel.members]) {
      const reading = readings.get(textOf(member.audience));
      const stays = reading instanceof LiveOperation && (reading === operation || isShared(reading, operation));
      if (!stays) this.rejudge(member, member.audience.viewer, member.audience.forwarded);
    }
    if (!operation || channel.isOver) return channel.close();
    const before = channel.operation.key;
    const wasShared = before !== null && this.shared.get(before) === channel;
    channel.adopt(operation);
    if (!wasShared || before === operation.key) return;
    this.shared.delete(before);
    if (operation.key !== null && !this.shared.has(operation.key)) this.shared.set(operation.key, channel);
  }

  private closeEmpty(): void {
    const nowMs = performance.now();
    for (const channel of this.shared.values())
      if (channel.members.length === 0 && nowMs - channel.emptySinceMs > LINGER_MS) channel.close();
  }
}

function audienceOf({ viewer, forwarded }: LiveRequest): Audience {
  return { viewer, forwarded };
}

function isShared({ key }: LiveOperation, other: LiveOperation | undefined): boolean {
  return key !== null && key === other?.key;
}

/** Equal for those of whom every reading is the same. */
function textOf({ viewer, forwarded }: Audience): string {
  return JSON.stringify([rightsOf(viewer), forwarded]);
}
