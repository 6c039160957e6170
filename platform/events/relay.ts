import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { dedicatedClient } from '../db';
import type { Logger } from '../observability';
import { crashPoint, repeat, type Stoppable } from '../process';
import type { EventBus } from './bus';
import { OUTBOX_CHANNEL } from './outbox';
import type { PlacedEvent } from './event';
import { toEvent, type OutboxRow } from './outbox-row';

const BATCH = 500;
const POLL_MS = 1_000;
const RETRY_MS = 500;
const KEEP_MS = 7 * 86_400_000;
const SWEEP_MS = 3_600_000;
const SWEEP_BATCH = 5_000;
const RELAY_LOCK = 724_022;
const PATIENCE_MS = 600_000;

/**
 * Carries one database's outbox to the bus, in order, at least once, and gives every event its position before. One relay
 * works at a time (an advisory lock that dies with its connection); a commit wakes it by NOTIFY, a poll covers lost wake-ups.
 *
 * Each round is one statement, `next_of_outbox`: it notes what the bus took last, gives positions to what was committed
 * since, and answers what comes after what was told. The positions are on disk when it has answered, and only then are
 * events told, in their order. So wherever a relay dies, the next one finds each event either without a position, and gives
 * it the next, or with one, and tells it from there: no gap, no position twice, no other order. Between telling and noting
 * an event is told twice, under the same position. An event whose id is lower but that was committed later gets a later
 * position. When the bus lost what it held, everything that is kept is told again, while new events get their positions.
 */
export function startOutboxRelay(databaseUrl: string, bus: EventBus, logger: Logger): Stoppable {
  return repeat('outbox relay', RETRY_MS, (signal) => relayWhileConnected(databaseUrl, bus, signal), logger);
}

async function relayWhileConnected(databaseUrl: string, bus: EventBus, signal: AbortSignal): Promise<void> {
  const client = dedicatedClient(databaseUrl, 'mercato-relay');
  try {
    await client.connect();
    // Where a server does not wait for its disk by default, this must.
    await client.query(
      `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
    );
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
  let told = await toldOf(client);
  let sweepAtMs = 0;
  while (!signal.aborted) {
    wake.arm();
    const [next, isKnown] = await Promise.all([nextOf(client, told), knowsOurs(client, bus)]);
    if (!isKnown) {
      told = await beginAnew(client);
      await bus.note(nameOf(client));
      continue;
    }
    if (next.length > 0) {
      crashPoint('relay.placed');
      await bus.publish(next);
      crashPoint('relay.told');
      told = next.at(-1)?.position ?? told;
      continue;
    }
    if (Date.now() > sweepAtMs) sweepAtMs = (await isSwept(client)) ? Date.now() + SWEEP_MS : 0;
    await wake.wait(sweepAtMs === 0 ? 0 : POLL_MS);
  }
}

async function nextOf(client: pg.Client, told: number): Promise<PlacedEvent[]> {
  const { rows } = await client.query<OutboxRow>({
    name: 'outbox-next',
    text: 'SELECT * FROM next_of_outbox($1, $2)',
    values: [told, BATCH],
  });
  return rows.map(toEvent);
}

async function toldOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ told: string }>('SELECT told FROM outbox_head');
  return Number(rows[0]?.told);
}

/** Forgets how far the bus was told; written down before the bus is noted as known, lest a crash in between lose events. */
async function beginAnew(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ told: string }>('UPDATE outbox_head SET told = floor RETURNING told');
  return Number(rows[0]?.told);
}

/** A bus that is away cannot be asked; what it lost is seen when it is back. */
function knowsOurs(client: pg.Client, bus: EventBus): Promise<boolean> {
  return bus.knows(nameOf(client)).catch(() => true);
}

function nameOf(client: pg.Client): string {
  return `relay:${client.database ?? ''}`;
}

/** Sweeps some of what is too old; whether that was all. */
async function isSwept(client: pg.Client): Promise<boolean> {
  const before = new Date(Date.now() - KEEP_MS);
  const { rows } = await client.query<{ swept: number }>(
    patiently('SELECT sweep_outbox($1, $2) AS swept', [before, SWEEP_BATCH]),
  );
  return (rows[0]?.swept ?? 0) < SWEEP_BATCH;
}

/** For what touches days of events, which may take longer than a usual statement. pg reads the option, its types lack it. */
function patiently(text: string, values: unknown[]): { text: string; values: unknown[]; query_timeout: number } {
  return { text, values, query_timeout: PATIENCE_MS };
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
