/** Something that happened, told to other processes. Past tense, such as `order.status_changed`. */
export interface DomainEvent {
  /** Its place in the log of the database that it comes from, from 1 without gaps; absent where it is in none. */
  readonly position?: number;
  /** Unique; consumers that must act once remember it. */
  readonly id: string;
  /** `<topic>.<what happened>`; the part before the dot names the stream. */
  readonly type: string;
  /** What it happened to; events of one key arrive in order. An opaque graph id where there is one. */
  readonly key: string;
  /** Entities whose cached answers are no longer true, by GraphQL type name and opaque id. */
  readonly touches: readonly EntityRef[];
  /** ISO 8601, when it was written. */
  readonly at: string;
  /** JSON only. Says enough for a consumer to act; holds no secrets. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event of a log. */
export type PlacedEvent = DomainEvent & { readonly position: number };

export interface EntityRef {
  readonly type: string;
  readonly id: string;
}

export type NewEvent = Omit<DomainEvent, 'id' | 'at' | 'position'>;

/**
 * By what an event is found in the log: its key, the ids of all that it touches, and its topic as `order.*`. The same as
 * `outbox_keys` in the database.
 */
export function keysOf(event: Pick<DomainEvent, 'type' | 'key' | 'touches'>): ReadonlySet<string> {
  return new Set([event.key, `${topicOf(event.type)}.*`, ...event.touches.map(({ id }) => id)]);
}

export function topicOf(eventType: string): string {
  return eventType.split('.', 1)[0] ?? eventType;
}
