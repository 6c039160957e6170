import type { EntityRef, PlacedEvent } from './event';

/** A row of the outbox as the driver reads it. */
export interface OutboxRow {
  readonly position: string;
  readonly event_id: string;
  readonly type: string;
  readonly key: string;
  readonly touches: readonly EntityRef[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly created_at: Date;
}

export function toEvent(row: OutboxRow): PlacedEvent {
  return {
    position: Number(row.position),
    id: row.event_id,
    type: row.type,
    key: row.key,
    touches: row.touches,
    at: row.created_at.toISOString(),
    data: row.data,
  };
}
