/** Something that happened, told to other processes. Past tense, such as `order.status_changed`. */
export interface DomainEvent {
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

export interface EntityRef {
  readonly type: string;
  readonly id: string;
}

export type NewEvent = Omit<DomainEvent, 'id' | 'at'>;

export function topicOf(eventType: string): string {
  return eventType.split('.', 1)[0] ?? eventType;
}
