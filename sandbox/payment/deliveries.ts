import Stripe from 'stripe';
import type { Logger } from '../../platform/observability';
import { LATE_WEBHOOK_MS, type TestCard } from './cards';
import type { Ledger } from './ledger';
import type { EventObject } from './objects';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
const KEEP_TRYING_MS = 3 * 86_400_000;
const TIMEOUT_MS = 10_000;
const AT_ONCE = 16;

/** What shops subscribe to; other events are in the list of events alone. */
const TOLD = [
  'payment_intent.amount_capturable_updated',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'refund.',
];

export interface DeliveryOptions {
  readonly url: string | null;
  readonly secret: string;
  readonly ledger: Ledger;
  readonly logger: Logger;
}

/** Sends events, signed, until they are taken: at least once and in no order. */
export class Deliveries {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly waiting: (() => void)[] = [];
  private readonly signer = new Stripe('sk_none');
  private running = 0;
  private isStopped = false;

  constructor(private readonly options: DeliveryOptions) {}

  /** Begins with what a crash or a stop left. */
  resume(): void {
    const { ledger } = this.options;
    for (const event of ledger.events.values()) if (!ledger.delivered.has(event.id)) void this.deliver(event);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Resolves after the first try; later ones happen in the background. */
  async deliver(event: EventObject, card?: TestCard): Promise<void> {
    if (this.options.url === null || !TOLD.some((type) => event.type.startsWith(type))) return;
    if (card?.webhook === 'late') return this.after(LATE_WEBHOOK_MS, () => this.attempt(event, 1));
    const sent = [this.attempt(event, 1), ...(card?.webhook === 'double' ? [this.attempt(event, 1)] : [])];
    await Promise.all(sent);
  }

  private async attempt(event: EventObject, attempt: number): Promise<void> {
    await this.turn();
    const isTaken = await this.send(event).finally(() => this.leave());
    if (this.isStopped) return;
    if (isTaken) return this.options.ledger.write([{ kind: 'delivered', key: event.id, value: true }]);
    if (Date.now() - event.created * 1000 > KEEP_TRYING_MS) return;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
    this.after(pauseMs * (0.75 + Math.random() / 2), () => this.attempt(event, attempt + 1));
  }

  private async send(event: EventObject): Promise<boolean> {
    const payload = JSON.stringify(event);
    const signature = this.signer.webhooks.generateTestHeaderString({ payload, secret: this.options.secret });
    try {
      const answer = await fetch(this.options.url ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
        body: payload,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      if (!answer.ok)
        this.options.logger.debug({ event: event.id, status: answer.status }, 'a webhook was refused, trying again');
      return answer.ok;
    } catch {
      return false;
    }
  }

  private after(ms: number, then: () => Promise<void>): void {
    if (this.isStopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void then().catch((error: unknown) =>
        this.options.logger.warn({ err: error }, 'a webhook could not be noted as delivered'),
      );
    }, ms);
    this.timers.add(timer);
  }

  private async turn(): Promise<void> {
    if (this.running >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
  }

  /** Whoever waits longest gets the place. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}
