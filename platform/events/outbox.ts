import type { EntityManager } from 'typeorm';
import type { NewEvent } from './event';

/** The channel on which a commit that wrote events wakes the relay. */
export const OUTBOX_CHANNEL = 'outbox';

/** Writes events into the transaction `tx`: they are told if, and only if, it commits. One statement for all. */
export async function recordEvents(tx: EntityManager, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `WITH written AS (
       INSERT INTO outbox (type, key, touches, data)
       SELECT e->>'type', e->>'key', e->'touches', e->'data' FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t(e, n) ORDER BY n
     )
     SELECT pg_notify('${OUTBOX_CHANNEL}', '')`,
    [JSON.stringify(events)],
  );
}
