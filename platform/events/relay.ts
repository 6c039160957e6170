import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { dedicatedClient } from '../db';
import type { Logger } from '../observability';
import { repeat, type Stoppable } from '../process';
import type { EventBus } from './bus';
import { OUTBOX_CHANNEL } from './outbox';
import type { DomainEvent, EntityRef } from './event';
import { crashPoint } from '../process';

const BATCH = 500;
const POLL_MS = 1_000;
const RETRY_MS = 500;
const KEEP_RELAYED = '7 days';
const RELAY_LOCK = 724_022;
const PATIENCE_MS = 600_000;

interface OutboxRow {
  id: string;
  event_id: string;
  type: string;
  key: string;
  touches: EntityRef[];
  data: Record<string, unknown>;
  created_at: Date;
}

/**
 * Carries one database's outbox to the bus, in order, at least once. One relay works at a time (an advisory lock that
 * dies with its connection); a commit wakes it by NOTIFY, a poll covers lost wake-ups.
 *
 * Rows are marked only after the bus took them, so a crash in between tells an event twice, never not at all. When the
 * bus lost what it held, everything that is kept is told again.
 */
export function startOutboxRelay(databaseUrl: string, bus: EventBus, logger: Logger): Stoppable {
  return repeat('outbox relay', RETRY_MS, (signal) => relayWhileConnected(databaseUrl, bus, signal), logger);
}

async function relayWhileConnected(databaseUrl: string, bus: EventBus, signal: AbortSignal): Promise<void> {
  const client = dedicatedClient(databaseUrl, 'mercato-relay');
  try {
    await client.connect();
    await becomeTheRelay(client, signal);
    await relayBatches(client, bus, signal);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function becomeTheRelay(client: pg.Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [RELAY_LOCK]);
    if (rows[0]?.got) {
      await client.query(`LISTEN ${OUTBOX_CHANNEL}`);
      return;
    }
    await delay(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function relayBatches(client: pg.Client, bus: EventBus, signal: AbortSignal): Promise<void> {
  const wake = new WakeUp(client, signal);
  let sweepAtMs = 0;
  while (!signal.aborted) {
    wake.arm();
    await tellAgainWhatWasLost(client, bus);
    const { rows } = await client.query<OutboxRow>({
      name: 'outbox-next',
      text: 'SELECT id, event_id, type, key, touches, data, created_at FROM outbox WHERE relayed_at IS NULL ORDER BY id LIMIT $1',
      values: [BATCH],
    });
    if (rows.length > 0) {
      await bus.publish(rows.map(toEvent));
      crashPoint('relay.told');
      await client.query({
        name: 'outbox-mark',
        text: 'UPDATE outbox SET relayed_at = now() WHERE id = ANY($1)',
        values: [rows.map((row) => row.id)],
      });
    }
    if (rows.length < BATCH) await wake.wait(POLL_MS);
    if (Date.now() > sweepAtMs) {
      sweepAtMs = Date.now() + 3_600_000;
      await client.query(
        patiently(`DELETE FROM outbox WHERE relayed_at IS NOT NULL AND created_at < now() - interval '${KEEP_RELAYED}'`),
      );
    }
  }
}

/** A bus that is away cannot be asked; what it lost is seen when it is back. */
async function tellAgainWhatWasLost(client: pg.Client, bus: EventBus): Promise<void> {
  const name = `relay:${client.database ?? ''}`;
  if (await bus.knows(name).catch(() => true)) return;
  await client.query(patiently('UPDATE outbox SET relayed_at = NULL WHERE relayed_at IS NOT NULL'));
  await bus.note(name);
}

/** For what touches days of events, which may take longer than a usual statement. pg reads the option, its types lack it. */
function patiently(text: string): { text: string; query_timeout: number } {
  return { text, query_timeout: PATIENCE_MS };
}

/** Resolves `wait` at once when a notification came since `arm`: a commit between query and wait is not slept through. */
class WakeUp {
  private awake = false;
  private resolve: (() => void) | null = null;

  constructor(client: pg.Client, signal: AbortSignal) {
    const rouse = (): void => {
      this.awake = true;
      this.resolve?.();
    };
    client.on('notification', rouse);
    client.on('end', rouse);
    signal.addEventListener('abort', rouse, { once: true });
  }

  arm(): void {
    this.awake = false;
  }

  async wait(timeoutMs: number): Promise<void> {
    if (this.awake) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      timer.unref();
      this.resolve = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.resolve = null;
  }
}

function toEvent(row: OutboxRow): DomainEvent {
  return {
    id: row.event_id,
    type: row.type,
    key: row.key,
    touches: row.touches,
    at: row.created_at.toISOString(),
    data: row.data,
  };
}
