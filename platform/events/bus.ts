import type { DomainEvent } from './event';

/**
 * Carries events between processes: Redis Streams, or memory when everything runs in one process.
 *
 * `broadcast` reaches every process that listens, from now on or from a while ago; `consume` reaches one process of each
 * group, at least once. A consumer has events in order; one whose handler throws is delivered again at once, and, when it
 * has failed for a while, later, so that it holds no others up.
 */
export interface EventBus {
  /** Resolves when the events are safely handed over; rejects when they are not, and may then be called again. */
  publish(events: readonly DomainEvent[]): Promise<void>;
  broadcast(topics: readonly string[], handler: (event: DomainEvent) => void, options?: BroadcastOptions): Unsubscribe;
  consume(group: string, topics: readonly string[], handler: (event: DomainEvent) => Promise<void>): Unsubscribe;
  /**
   * Whether broadcasts reach this process right now. While they do not, what is kept in this process's memory may be
   * overtaken without a word: whoever keeps such copies reads past them. Always `true` in memory.
   */
  isLive(): boolean;
  /**
   * Whether {@link note} was called with this name since the bus last lost what it held. A bus that dies takes events
   * along that were published and not yet consumed: by this whoever publishes sees that they must be told again.
   */
  knows(name: string): Promise<boolean>;
  note(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface BroadcastOptions {
  /** Hear also what was told in this time before now, as far as the bus still holds it; memory holds nothing. Default: 0. */
  readonly sinceMs?: number;
  /** Called once, when all that was told before the call of `broadcast` was given to the handler. */
  readonly onCaughtUp?: () => void;
}

export type Unsubscribe = () => Promise<void>;
