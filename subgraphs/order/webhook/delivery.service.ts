import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { inTransaction, keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import type { DomainEvent } from '../../../platform/events';
import { globalId, type Page, type PageRequest } from '../../../platform/federation';
import { enqueue, queuedCte, wakeWorkers, type NewJob } from '../../../platform/jobs';
import { inKeyOrder } from '../../../platform/loaders';
import { recordsOf } from '../order';
import { WebhookDelivery, type WebhookDeliveryStatus } from './delivery.entity';
import { WebhookDeliveryNotFound, WebhookEndpointDisabled, WebhookEndpointNotFound, type WebhookFailure } from './webhook.errors';
import { bodyOf, topicOfEvent, typeOf } from './webhook.topics';

/** The job that makes one attempt. */
export const DELIVER_WEBHOOK = 'webhook.deliver';
/** Of deliveries that staff asked for to see whether an endpoint works; they are tried once. */
export const TEST_TYPE = 'webhook.test';

export interface DeliveryOutcome {
  readonly delivery: WebhookDelivery | null;
  readonly errors: readonly WebhookFailure[];
}

/** A page of one endpoint's deliveries, as a loader's key. */
export interface DeliveriesKey {
  readonly endpointId: number;
  readonly status: WebhookDeliveryStatus | null;
  readonly page: PageRequest;
}

export type DeliveryPage = Omit<Page<WebhookDelivery>, 'totalCount'>;
type Row = Record<string, unknown>;

const NEWEST = [{ sql: 'd.id', type: 'integer', direction: 'DESC' }] as const;

export function deliverJob(deliveryId: number, runAt?: Date): NewJob {
  return { name: DELIVER_WEBHOOK, payload: { deliveryId }, key: `${deliveryId}`, ...(runAt ? { runAt } : {}) };
}

/** What is sent to endpoints, and what became of it. */
export class WebhookDeliveryService {
  constructor(
    private readonly database: DataSource,
    /** What events name as their `source`. */
    private readonly source: string,
  ) {}

  /**
   * Takes an event that may be told more than once: each endpoint gets it once. One that was registered later does not
   * get it, however often old events are told again.
   */
  async take(event: DomainEvent): Promise<void> {
    const topic = topicOfEvent(event);
    if (topic === null) return;
    const type = typeOf(topic);
    const values = [event.id, type, event.key, bodyOf(event, type, this.source), topic, event.at];
    await this.database.query(TAKE, values);
  }

  /** Tries anew, for another day if need be; the receiver sees the same webhook-id. */
  redeliver(deliveryId: number): Promise<DeliveryOutcome> {
    return inTransaction(this.database, async (tx) => {
      const [held] = await tx.query<{ status: string }[]>(
        'SELECT e.status FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id WHERE d.id = $1 FOR UPDATE OF d',
        [deliveryId],
      );
      if (!held) return { delivery: null, errors: [WebhookDeliveryNotFound.make()] };
      if (held.status === 'DISABLED') return { delivery: null, errors: [WebhookEndpointDisabled.make()] };
      const [rows] = await tx.query<[Row[], number]>(
        `UPDATE webhook_delivery SET status = 'PENDING', round_attempts = 0, round_started_at = now(), next_attempt_at = NULL
         WHERE id = $1 RETURNING *`,
        [deliveryId],
      );
      await enqueue(tx, [deliverJob(deliveryId)]);
      return { delivery: this.recordsOf(rows)[0] ?? null, errors: [] };
    });
  }

  /** An event that tells of nothing, so that staff see whether an endpoint works. */
  sendTest(endpointId: number): Promise<DeliveryOutcome> {
    return inTransaction(this.database, async (tx) => {
      const [endpoint] = await tx.query<{ status: string }[]>('SELECT status FROM webhook_endpoint WHERE id = $1 FOR SHARE', [
        endpointId,
      ]);
      if (!endpoint) return { delivery: null, errors: [WebhookEndpointNotFound.make()] };
      if (endpoint.status === 'DISABLED') return { delivery: null, errors: [WebhookEndpointDisabled.make()] };
      const id = randomUUID();
      const key = globalId('WebhookEndpoint', endpointId);
      const event = { id, key, at: new Date().toISOString(), data: { message: 'This is a test.' } };
      const rows = await tx.query<Row[]>(
        `INSERT INTO webhook_delivery (endpoint_id, event_id, topic, subject, body) VALUES ($1, $2, $3, $4, $5) RETURNING *`,
        [endpointId, id, TEST_TYPE, key, bodyOf(event, TEST_TYPE, this.source)],
      );
      const [delivery] = this.recordsOf(rows);
      if (delivery) await enqueue(tx, [deliverJob(delivery.id)]);
      return { delivery: delivery ?? null, errors: [] };
    });
  }

  /** Longer than events are told again. */
  async sweep(): Promise<void> {
    await this.database.query(
      `DELETE FROM webhook_delivery WHERE status <> 'PENDING' AND created_at < now() - interval '30 days'`,
    );
  }

  /** The newest first. Pages that begin at the start share one statement. */
  async pages(keys: readonly DeliveriesKey[]): Promise<DeliveryPage[]> {
    const answers = new Map<DeliveriesKey, DeliveryPage>();
    const groups = Map.groupBy(keys, ({ page, status, endpointId }) =>
      JSON.stringify([page, status, page.cursor === null ? null : endpointId]),
    );
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      const sql = keysetSql(requestOf(first), 4);
      const rows = await this.database.query<(Row & { cursor_values: string[] })[]>(
        `SELECT found.* FROM unnest($1::integer[]) AS asked (id) CROSS JOIN LATERAL (
           SELECT d.*, ${sql.cursorValues} AS cursor_values FROM webhook_delivery d
           WHERE d.endpoint_id = asked.id AND ($3::text IS NULL OR d.status = $3) AND ${sql.where} ORDER BY ${sql.orderBy} LIMIT $2
         ) found`,
        [group.map(({ endpointId }) => endpointId), sql.limit, first.status, ...sql.parameters],
      );
      const byEndpoint = Map.groupBy(rows, (row) => row['endpoint_id']);
      for (const key of group) answers.set(key, this.pageOf(key, byEndpoint.get(key.endpointId) ?? []));
    }
    return keys.map((key) => answers.get(key) as DeliveryPage);
  }

  async counts(keys: readonly Omit<DeliveriesKey, 'page'>[]): Promise<number[]> {
    const rows = await this.database.query<{ id: number; status: string; count: number }[]>(
      `SELECT endpoint_id AS id, status, count(*)::integer AS count FROM webhook_delivery WHERE endpoint_id = ANY($1)
       GROUP BY endpoint_id, status`,
      [keys.map(({ endpointId }) => endpointId)],
    );
    return keys.map(({ endpointId, status }) =>
      rows
        .filter((row) => row.id === endpointId && (status === null || row.status === status))
        .reduce((sum, { count }) => sum + count, 0),
    );
  }

  async byKeys(keys: readonly number[]): Promise<(WebhookDelivery | null)[]> {
    const rows = await this.database.query<Row[]>('SELECT * FROM webhook_delivery WHERE id = ANY($1)', [keys]);
    return inKeyOrder(keys, this.recordsOf(rows), ({ id }) => id);
  }

  private pageOf(key: DeliveriesKey, rows: readonly (Row & { cursor_values: string[] })[]): DeliveryPage {
    const { edges, pageInfo } = keysetPage(requestOf(key), rows);
    const records = this.recordsOf(edges.map(({ node }) => node));
    return { pageInfo, edges: edges.flatMap(({ cursor }, at) => (records[at] ? [{ cursor, node: records[at] }] : [])) };
  }

  private recordsOf(rows: readonly Row[]): WebhookDelivery[] {
    return recordsOf(this.database, WebhookDelivery, rows);
  }
}

function requestOf({ endpointId, status, page }: DeliveriesKey): KeysetRequest {
  return { sort: NEWEST, list: ['webhook deliveries', endpointId, status], ...page };
}

const JOBS = `(SELECT jsonb_agg(jsonb_build_object('name', '${DELIVER_WEBHOOK}', 'key', id::text, 'payload',
  jsonb_build_object('deliveryId', id)) ORDER BY id) FROM written)`;

/** One statement, since every event of the shop comes by here. */
const TAKE = `
  WITH written AS (
    INSERT INTO webhook_delivery (endpoint_id, event_id, topic, subject, body)
    SELECT e.id, $1::uuid, $2, $3, $4 FROM webhook_endpoint e
    WHERE e.status = 'ENABLED' AND $5 = ANY(e.topics) AND e.created_at <= $6::timestamptz ORDER BY e.id
    ON CONFLICT (endpoint_id, event_id) DO NOTHING RETURNING id
  ), ${queuedCte(JOBS)}
  ${wakeWorkers('queued')}`;
