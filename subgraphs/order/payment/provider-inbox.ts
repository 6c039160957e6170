import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DataSource } from 'typeorm';
import { BodyTooLarge, readBody, sendJson, type Routes } from '../../../platform/http';
import { jobsParameter, queuedCte } from '../../../platform/jobs';
import type { Logger } from '../../../platform/observability';
import type { PaymentState } from './payment.entity';
import type { PaymentProvider, ProviderEvent } from './payment.port';

const WEBHOOK_PATH = '/webhooks/payments';
export const SYNC_PAYMENT = 'payment.sync';
const MAX_BODY_BYTES = 256 * 1024;
/** Whoever asked for the payment has just got its answer too, and is better at dealing with it. */
const HEAD_START_MS = 3_000;
const KEEP = '30 days';
const SWEEP = 50_000;

/** What a payment's event asks for: that we look at how the payment stands now. */
export interface SyncPayment {
  readonly providerId: string;
}

/**
 * Takes the events that the payment provider sends. Each is checked, written down once and acknowledged; a job then looks
 * at the payment, so neither the order nor the number of events matters.
 */
export class ProviderInbox {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly logger: Logger,
  ) {}

  routes(): Routes {
    return { [`POST ${WEBHOOK_PATH}`]: (request, response) => this.take(request, response) };
  }

  /** @returns whether it was not known yet */
  async receive(event: ProviderEvent): Promise<boolean> {
    const { paymentId, reference } = event;
    const status = await this.statusOf(paymentId, reference);
    // What waits for the shopper, nobody else is dealing with.
    const runAt = status === 'ACTION_REQUIRED' ? new Date() : new Date(Date.now() + HEAD_START_MS);
    const payload: SyncPayment = { providerId: paymentId };
    const [written] = await this.database.query<{ is_new: boolean }[]>(
      `WITH fresh AS (
         INSERT INTO provider_event (id, type, provider_id, reference, happened_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO NOTHING RETURNING 1
       ), ${queuedCte('$6', 'EXISTS (SELECT FROM fresh)')}
       SELECT EXISTS (SELECT FROM fresh) AS is_new`,
      [
        event.id,
        event.type,
        paymentId,
        reference,
        event.happenedAt,
        jobsParameter([{ name: SYNC_PAYMENT, payload, key: paymentId, runAt }]),
      ],
    );
    return written?.is_new === true;
  }

  /** Forgets the oldest events, so many at once. */
  async sweep(): Promise<void> {
    await this.database.query(
      `DELETE FROM provider_event WHERE id IN (
         SELECT id FROM provider_event WHERE received_at < now() - interval '${KEEP}' ORDER BY received_at LIMIT ${SWEEP})`,
    );
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, MAX_BODY_BYTES).catch((error: unknown) => {
      if (error instanceof BodyTooLarge) return null;
      throw error;
    });
    if (body === null) return sendJson(response, 413, { error: 'the body is too large' });
    const event = this.read(body, String(request.headers['stripe-signature'] ?? ''));
    if (event === 'forged') return sendJson(response, 400, { error: 'the signature is wrong or too old' });
    if (event) await this.receive(event);
    sendJson(response, 200, { received: true });
  }

  private read(body: string, signature: string): ProviderEvent | null | 'forged' {
    try {
      return this.provider.readEvent(body, signature);
    } catch (error) {
      this.logger.warn({ reason: (error as Error).name }, 'a webhook was refused: its signature is wrong or too old');
      return 'forged';
    }
  }

  private async statusOf(providerId: string, reference: string | null): Promise<PaymentState | null> {
    const [row] = await this.database.query<{ status: PaymentState }[]>(
      'SELECT status FROM payment WHERE provider_id = $1 OR reference = $2 LIMIT 1',
      [providerId, reference],
    );
    return row?.status ?? null;
  }
}
