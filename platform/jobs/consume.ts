import type { DataSource } from 'typeorm';
import type { DomainEvent, EventBus, Unsubscribe } from '../events';
import { jobsParameter, queuedCte, wakeWorkers } from './enqueue';

export interface EventConsumer {
  /** Each consumer gets every event of its own, whatever others do with it. */
  readonly name: string;
  readonly topics: readonly string[];
  /** Which events it wants; default: all of its topics. */
  readonly wants?: (event: DomainEvent) => boolean;
  /** The job that is given the event as its payload. Jobs of several events run in any order. */
  readonly job: string;
}

/** What each subgraph that consumes needs, for a migration. Relays tell seven days again when the bus has lost what it held. */
export const HANDLED_EVENT_DDL = `
  CREATE TABLE handled_event (
    event_id uuid NOT NULL,
    consumer text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, consumer)
  );`;
const KEEP_HANDLED = '14 days';

/**
 * Turns events into jobs: an event is acknowledged when its job stands in the database, once per event however often it
 * is told. So an event that cannot be handled holds no other up; its job is retried and ends as a dead letter.
 */
export function consumeAsJobs(bus: EventBus, database: DataSource, { name, topics, wants, job }: EventConsumer): Unsubscribe {
  return bus.consume(name, topics, async (event) => {
    if (wants && !wants(event)) return;
    await database.query(HAND_OVER, [event.id, name, jobsParameter([{ name: job, key: event.id, payload: event }])]);
  });
}

/** Forgets what is older than any event that may be told again. */
export async function sweepHandledEvents(database: DataSource): Promise<void> {
  await database.query(`DELETE FROM handled_event WHERE at < now() - interval '${KEEP_HANDLED}'`);
}

const HAND_OVER = `
  WITH fresh AS (INSERT INTO handled_event (event_id, consumer) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1),
  ${queuedCte('$3', 'EXISTS (SELECT 1 FROM fresh)')}
  ${wakeWorkers('queued')}`;
