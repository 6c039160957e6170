import type { Answer } from '../executor/answer';
import type { LiveMessage } from './message';

/** A client's end of a subscription, whatever transport it came by. After `complete` or `refuse` nothing more is told. */
export interface Subscriber {
  /** Of the request that subscribed; stands in every message. */
  readonly requestId: string;
  next(message: LiveMessage): void;
  /** The source has ended. */
  complete(): void;
  /** It may not begin, or not go on. */
  refuse(answer: Answer): void;
}
