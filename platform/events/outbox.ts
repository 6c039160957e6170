import type { EntityManager } from 'typeorm';
import type { NewEvent } from './event';

/** The channel on which a commit that wrote events wakes the relay. */
export const OUTBOX_CHANNEL = 'outbox';

/** Writes events into the transaction `tx`: they are told if, and only if, it commits. One statement for all. */
export async function recordEvents(tx: EntityManager, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = `SELECT e->>'type', e->>'key', e->'touches', e->'data' FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t(e, n) ORDER BY n`;
  await tx.query(`WITH ${tellingRows(rows)}`, [JSON.stringify(events)]);
}

/**
 * The end of a statement that writes events beside other rows: its last `WITH` part and the `SELECT` that wakes the relay.
 *
 * @param rows trusted SQL of our own that selects type, key, touches and data, perhaps from parts before it
 */
export function tellingRows(rows: string): string {
  return `told AS (INSERT INTO outbox (type, key, touches, data) ${rows}) SELECT pg_notify('${OUTBOX_CHANNEL}', '')`;
}
