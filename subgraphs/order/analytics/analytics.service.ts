import type { DataSource } from 'typeorm';
import type { AnalyticsCollector, AnalyticsEvent } from '../../../platform/analytics';
import { decimalToMinor, minorToDecimal } from '../../../platform/db';
import type { DomainEvent } from '../../../platform/events';
import { globalId, tryKeyOf } from '../../../platform/federation';
import { enqueue, jobsParameter, queuedCte, type JobDefinition, type JobQueue } from '../../../platform/jobs';
import type { Logger } from '../../../platform/observability';
import { analyticsEventOf } from './analytics.events';

export interface AnalyticsDependencies {
  readonly database: DataSource;
  readonly collector: AnalyticsCollector;
  /** What events name as their `source`. */
  readonly source: string;
  readonly pseudonymKey: Buffer;
  readonly logger: Logger;
}

/** The job that sends what has gathered. Its queue is there without a collector too, for when one is set. */
export const ANALYTICS_QUEUE: JobQueue = { name: 'analytics.flush', timeoutSeconds: 300 };

const BATCH = 200;
/** How long an event may wait for others to travel with. */
const GATHER_MS = 2_000;
const MAX_PAUSE_MS = 60_000;
/** A collector that is away for longer has a gap; the shop must not fill its disk for it. */
const MAX_WAITING = 500_000;

/**
 * Events on their way to the analytics collector: written down when they are told, sent in batches, at least once, and
 * noted as sent for longer than events are told again.
 */
export class AnalyticsService {
  private failures = 0;
  private notBeforeMs = 0;

  constructor(private readonly deps: AnalyticsDependencies) {}

  /** Takes an event that may be told more than once. */
  async take(event: DomainEvent): Promise<void> {
    const { database, source, pseudonymKey } = this.deps;
    const told = analyticsEventOf(event, source, pseudonymKey);
    if (!told) return;
    const flush = jobsParameter([
      { name: ANALYTICS_QUEUE.name, payload: {}, key: 'flush', runAt: new Date(Date.now() + GATHER_MS) },
    ]);
    await database.query(
      `WITH noted AS (INSERT INTO analytics_event (event_id, event) VALUES ($1::uuid, $2::jsonb) ON CONFLICT DO NOTHING RETURNING 1),
         ${queuedCte('$3', 'EXISTS (SELECT 1 FROM noted)')}
       SELECT 1`,
      [event.id, JSON.stringify(told), flush],
    );
  }

  /** Never a dead letter: while the collector is away, events gather and the next try waits longer. */
  job(): JobDefinition<object> {
    return {
      ...ANALYTICS_QUEUE,
      concurrency: 1,
      run: async (_payload, { signal }) => {
        if (Date.now() < this.notBeforeMs) return this.flushAgain();
        try {
          for (let sent = BATCH; sent === BATCH && !signal.aborted; this.failures = 0) sent = await this.sendBatch(signal);
        } catch (error) {
          this.failures += 1;
          this.notBeforeMs = Date.now() + Math.min(MAX_PAUSE_MS, 500 * 2 ** this.failures);
          this.deps.logger.warn({ err: error, failures: this.failures }, 'analytics events wait for their collector');
          await this.flushAgain();
        }
      },
    };
  }

  /** Keeps what was sent while it may be told again, and of what waits no more than there is room for. */
  async sweep(): Promise<void> {
    const { database, logger } = this.deps;
    await database.query(`DELETE FROM analytics_event WHERE sent_at < now() - interval '8 days'`);
    const [, dropped] = await database.query<[unknown[], number]>(
      `DELETE FROM analytics_event WHERE sent_at IS NULL AND at < (
         SELECT at FROM analytics_event WHERE sent_at IS NULL ORDER BY at DESC OFFSET $1 LIMIT 1)`,
      [MAX_WAITING],
    );
    if (dropped > 0) logger.error({ dropped }, 'analytics events were dropped: their collector has been away for too long');
  }

  private flushAgain(): Promise<void> {
    const runAt = new Date(Math.max(this.notBeforeMs, Date.now() + 100));
    return enqueue(this.deps.database, [{ name: ANALYTICS_QUEUE.name, payload: {}, key: 'flush', runAt }]);
  }

  private async sendBatch(signal: AbortSignal): Promise<number> {
    const { database, collector, logger } = this.deps;
    const rows = await database.query<{ event: AnalyticsEvent }[]>(
      'SELECT event FROM analytics_event WHERE sent_at IS NULL ORDER BY at LIMIT $1',
      [BATCH],
    );
    if (rows.length === 0) return 0;
    const events = await this.withOrders(rows.map(({ event }) => event));
    const refused = await collector.send(events, signal);
    if (refused.size > 0) logger.error({ events: [...refused] }, 'the analytics collector refused events for good');
    await database.query('UPDATE analytics_event SET sent_at = now() WHERE event_id = ANY($1::uuid[])', [
      events.map(({ id }) => id),
    ]);
    return rows.length;
  }

  /** What was bought for how much, which never changes, beside the news that an order was placed. */
  private async withOrders(events: readonly AnalyticsEvent[]): Promise<AnalyticsEvent[]> {
    const keys = events.flatMap(({ type, subject }) =>
      type === 'mercato.order.placed' ? [tryKeyOf('Order', subject) ?? 0] : [],
    );
    if (keys.length === 0) return [...events];
    const rows = await this.deps.database.query<OrderRow[]>(ORDERS, [keys]);
    const byId = new Map(rows.map((row) => [globalId('Order', row.id), purchaseOf(row)]));
    return events.map((event) =>
      event.type === 'mercato.order.placed' ? { ...event, data: { ...event.data, ...byId.get(event.subject) } } : event,
    );
  }
}

interface OrderRow {
  readonly id: number;
  readonly currency: string;
  readonly total: string;
  readonly tax: string;
  readonly shipping: string;
  readonly discount: string;
  readonly country: string | null;
  readonly items: readonly {
    readonly productId: number;
    readonly variantId: number;
    readonly quantity: number;
    readonly price: string;
  }[];
}

const ORDERS = `
  SELECT o.id, o.currency, o.total_amount AS total, o.tax_amount AS tax, o.shipping_amount AS shipping, o.discount_amount AS discount,
    o.shipping_address->>'countryCode' AS country,
    (SELECT jsonb_agg(jsonb_build_object('productId', i.product_id, 'variantId', i.variant_id, 'quantity', i.quantity,
      'price', i.price::text) ORDER BY i.position) FROM order_item i WHERE i.order_id = o.id) AS items
  FROM "order" o WHERE o.id = ANY($1)`;

/** Decimals as text, as everywhere outside. */
function purchaseOf({ id: _id, items, country, ...order }: OrderRow): Record<string, unknown> {
  return {
    ...order,
    ...(country ? { country } : {}),
    items: items.map(({ productId, variantId, quantity, price }) => ({
      productId: globalId('Product', productId),
      variantId: globalId('ProductVariant', variantId),
      quantity,
      price: minorToDecimal(decimalToMinor(price)),
    })),
  };
}
