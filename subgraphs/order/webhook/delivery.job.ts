import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { globalId } from '../../../platform/federation';
import { enqueue, type JobDefinition } from '../../../platform/jobs';
import type { Logger } from '../../../platform/observability';
import type { NewNotice } from '../notice';
import { DISABLE_AFTER_DAYS, HOLDS_FOR_ATTEMPTS, pauseAfter, restAfter, ROUND_HOURS } from './delivery.retry';
import { DELIVER_WEBHOOK, deliverJob, TEST_TYPE } from './delivery.service';
import type { WebhookEndpointService } from './endpoint.service';
import type { Attempt, WebhookSender } from './webhook.sender';
import { signedHeaders } from './webhook.signature';

export interface WebhookDelivererDependencies {
  readonly database: DataSource;
  readonly endpoints: WebhookEndpointService;
  readonly sender: WebhookSender;
  /** Tells staff, in `tx`, that an endpoint was switched off. */
  readonly notify: (tx: EntityManager, notice: NewNotice) => Promise<void>;
  readonly logger: Logger;
}

/** One receiver may be slow with so many at once; more of its deliveries wait without holding up those of others. */
const AT_ONCE_PER_ENDPOINT = 3;
const LEASE = '30 seconds';

interface Standing {
  readonly endpointId: number;
  readonly subject: string;
  readonly status: string;
  readonly isEnabled: boolean;
  readonly isTooOld: boolean;
  readonly isDue: boolean;
  /** When a lease or a rest of the endpoint ends. */
  readonly waitsUntil: Date | null;
}

interface Taken {
  readonly id: number;
  readonly endpointId: number;
  readonly eventId: string;
  readonly topic: string;
  readonly subject: string;
  readonly body: string;
  readonly roundAttempts: number;
  readonly url: string;
  readonly secret: string;
  readonly oldSecret: string | null;
}

/**
 * Makes attempts. A job is one attempt: its outcome, the next attempt's job and the wake-up of whatever waited behind it
 * are one transaction, so that nothing is forgotten and a crash costs at most an attempt that is made again.
 */
export class WebhookDeliverer {
  private readonly underWay = new Map<number, number>();

  constructor(private readonly deps: WebhookDelivererDependencies) {}

  job(): JobDefinition<{ deliveryId: number }> {
    return {
      name: DELIVER_WEBHOOK,
      maxAttempts: 20,
      timeoutSeconds: 60,
      concurrency: 12,
      run: ({ deliveryId }) => this.attempt(deliveryId),
    };
  }

  private async attempt(deliveryId: number): Promise<void> {
    let entered: number | null = null;
    const enter = (endpointId: number): void => {
      entered = endpointId;
      this.underWay.set(endpointId, this.countOf(endpointId) + 1);
    };
    try {
      const taken = await inTransaction(this.deps.database, (tx) => this.take(tx, deliveryId, enter));
      if (!taken) return;
      const attempt = await this.send(taken);
      await inTransaction(this.deps.database, (tx) => this.note(tx, taken, attempt));
    } finally {
      if (entered !== null) this.underWay.set(entered, this.countOf(entered) - 1);
    }
  }

  /** The delivery, leased; `null` when it is not its turn, and then whoever knows when it is has been told. */
  private async take(tx: EntityManager, id: number, enter: (endpointId: number) => void): Promise<Taken | null> {
    const [found] = await tx.query<Standing[]>(STANDING, [id]);
    if (found?.status !== 'PENDING') return null;
    if (!found.isEnabled || found.isTooOld) {
      const why = found.isEnabled ? 'it was tried for a day' : 'the endpoint is switched off';
      await tx.query(
        `UPDATE webhook_delivery SET status = 'FAILED', next_attempt_at = NULL, error = COALESCE(error, $2) WHERE id = $1`,
        [id, why],
      );
      await this.wakeNext(tx, { id, ...found });
      return null;
    }
    if (!found.isDue || (await this.isHeldBack(tx, id, found))) return null;
    const waitsUntil = found.waitsUntil ?? this.crowdedUntil(found.endpointId);
    if (waitsUntil) {
      await enqueue(tx, [deliverJob(id, waitsUntil)]);
      return null;
    }
    // In the same breath as the look at how many there are: others look while this one waits for the database.
    enter(found.endpointId);
    const [[taken]] = await tx.query<[Taken[], number]>(TAKE, [id]);
    return taken ?? null;
  }

  /** Locks what it waits for: its end either is seen here, or sees this delivery and wakes it. */
  private async isHeldBack(tx: EntityManager, id: number, { endpointId, subject }: Standing): Promise<boolean> {
    const before = await tx.query<unknown[]>(
      `SELECT 1 FROM webhook_delivery WHERE endpoint_id = $1 AND subject = $2 AND id < $3 AND status = 'PENDING' AND round_attempts < $4
       ORDER BY id LIMIT 1 FOR SHARE`,
      [endpointId, subject, id, HOLDS_FOR_ATTEMPTS],
    );
    return before.length > 0;
  }

  private async send({ url, eventId, body, ...sealed }: Taken): Promise<Attempt> {
    const secrets = this.deps.endpoints.secretsOf(sealed);
    if (secrets.length > 0) return this.deps.sender.send(url, signedHeaders(eventId, body, secrets), body);
    const error = 'the secret cannot be read any more: rotate it';
    return { isDelivered: false, responseStatus: null, responseBody: null, durationMs: 0, error };
  }

  private async note(tx: EntityManager, taken: Taken, attempt: Attempt): Promise<void> {
    const isTest = taken.topic === TEST_TYPE;
    const pause = attempt.isDelivered || isTest ? null : pauseAfter(taken.roundAttempts);
    const nextAt = pause === null ? null : new Date(Date.now() + pause * 1000);
    const status = attempt.isDelivered ? 'DELIVERED' : nextAt ? 'PENDING' : 'FAILED';
    const { responseStatus, responseBody, durationMs, error } = attempt;
    await tx.query(
      `UPDATE webhook_delivery SET status = $2, next_attempt_at = $3, leased_until = NULL, response_status = $4, response_body = $5,
         duration_ms = $6, error = $7 WHERE id = $1`,
      [taken.id, status, nextAt, responseStatus, responseBody, durationMs, error],
    );
    if (nextAt) await enqueue(tx, [deliverJob(taken.id, nextAt)]);
    if (!isTest) await this.noteOnEndpoint(tx, taken, attempt);
    if (!nextAt || taken.roundAttempts >= HOLDS_FOR_ATTEMPTS) await this.wakeNext(tx, taken);
  }

  private async noteOnEndpoint(tx: EntityManager, { endpointId }: Taken, attempt: Attempt): Promise<void> {
    if (attempt.isDelivered) {
      await tx.query(
        'UPDATE webhook_endpoint SET failures = 0, failing_since = NULL, rests_until = NULL WHERE id = $1 AND failures > 0',
        [endpointId],
      );
      return;
    }
    const [[endpoint]] = await tx.query<[{ failures: number; isLost: boolean; createdBy: number | null }[], number]>(
      `UPDATE webhook_endpoint SET failures = failures + 1, failing_since = COALESCE(failing_since, now()) WHERE id = $1 AND status = 'ENABLED'
       RETURNING failures, failing_since < now() - make_interval(days => $2) AS "isLost", created_by AS "createdBy"`,
      [endpointId, DISABLE_AFTER_DAYS],
    );
    if (!endpoint) return;
    // By RFC 9110 "410 Gone" is meant to last; Standard Webhooks has receivers say with it that they want no more.
    const reason = attempt.responseStatus === 410 ? 'It answered 410 Gone.' : `It has failed for ${DISABLE_AFTER_DAYS} days.`;
    if (attempt.responseStatus === 410 || endpoint.isLost) return this.disable(tx, endpointId, reason, endpoint.createdBy);
    const rest = restAfter(endpoint.failures);
    if (rest > 0)
      await tx.query('UPDATE webhook_endpoint SET rests_until = now() + make_interval(secs => $2) WHERE id = $1', [
        endpointId,
        rest,
      ]);
  }

  private async disable(tx: EntityManager, endpointId: number, reason: string, createdBy: number | null): Promise<void> {
    await tx.query(
      `UPDATE webhook_endpoint SET status = 'DISABLED', disabled_reason = $2, version = version + 1, updated_at = clock_timestamp() WHERE id = $1`,
      [endpointId, reason],
    );
    this.deps.logger.warn({ endpointId, reason }, 'a webhook endpoint was switched off');
    if (createdBy === null) return;
    const fact = `${globalId('WebhookEndpoint', endpointId)}.disabled.${randomUUID()}`;
    await this.deps.notify(tx, { fact, template: 'WEBHOOK_DISABLED', subjectKey: endpointId, data: {} });
  }

  /** The next one about the same thing no longer waits behind this one. */
  private async wakeNext(
    tx: EntityManager,
    { id, endpointId, subject }: Pick<Taken, 'id' | 'endpointId' | 'subject'>,
  ): Promise<void> {
    const next = await tx.query<{ id: number }[]>(
      `SELECT id FROM webhook_delivery WHERE endpoint_id = $1 AND subject = $2 AND id > $3 AND status = 'PENDING' ORDER BY id LIMIT 1`,
      [endpointId, subject, id],
    );
    await enqueue(
      tx,
      next.map((delivery) => deliverJob(delivery.id)),
    );
  }

  private countOf(endpointId: number): number {
    return this.underWay.get(endpointId) ?? 0;
  }

  private crowdedUntil(endpointId: number): Date | null {
    return this.countOf(endpointId) < AT_ONCE_PER_ENDPOINT ? null : new Date(Date.now() + 1_000 + Math.random() * 4_000);
  }
}

const STANDING = `
  SELECT d.endpoint_id AS "endpointId", d.subject, d.status, e.status = 'ENABLED' AS "isEnabled",
    d.round_started_at < now() - interval '${ROUND_HOURS} hours' AS "isTooOld",
    d.next_attempt_at IS NULL OR d.next_attempt_at <= now() + interval '1 second' AS "isDue",
    NULLIF(GREATEST(d.leased_until, e.rests_until, now()), now()) AS "waitsUntil"
  FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id WHERE d.id = $1 FOR UPDATE OF d`;

const TAKE = `
  UPDATE webhook_delivery d SET attempts = attempts + 1, round_attempts = round_attempts + 1, attempted_at = now(),
    leased_until = now() + interval '${LEASE}'
  FROM webhook_endpoint e WHERE d.id = $1 AND e.id = d.endpoint_id
  RETURNING d.id, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.topic, d.subject, d.body, d.round_attempts AS "roundAttempts",
    e.url, e.secret, CASE WHEN e.old_secret_until > now() THEN e.old_secret END AS "oldSecret"`;
