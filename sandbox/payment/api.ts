import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../platform/http';
import { ApiError, missing } from './api-error';
import { cardNamed, SLOW_REFUND_MS, type TestCard } from './cards';
import type { Deliveries } from './deliveries';
import { readForm } from './form';
import { fingerprintOf, keptAnswer, Keys, type NamedRequest } from './idempotency';
import type { Call, Outcome } from './intents';
import type { Ledger } from './ledger';
import { newId, type EventObject } from './objects';
import { changeAt, operationAt, OPERATIONS, readAt } from './operations';
import { finishRefund } from './refunds';
import { crashPoint } from '../../platform/process';

const MAX_BODY_BYTES = 64 * 1024;
/** Longer than any caller waits. */
const SILENCE_MS = 120_000;

export interface ApiOptions {
  readonly ledger: Ledger;
  readonly deliveries: Deliveries;
  readonly apiKey: string;
  pageOf(intentId: string): string;
}

/** The calls of Stripe's API that its SDK sends for payments, refunds and events. */
export class Api {
  private readonly keys: Keys;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly faults = new Set<string>();

  constructor(private readonly options: ApiOptions) {
    this.keys = new Keys(options.ledger);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = newId('req');
    response.setHeader('request-id', requestId);
    try {
      const [path = '', query = ''] = (request.url ?? '').split('?', 2);
      const body = await readBody(request, MAX_BODY_BYTES);
      if (!this.isKnown(request.headers.authorization)) {
        throw new ApiError(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });
      }
      if (request.method === 'POST') return await this.change(request, response, path, body);
      const found = request.method === 'GET' ? readAt(path, this.options.ledger, readForm(query)) : null;
      if (found === null) throw missing('resource', `${request.method} ${path}`);
      await this.options.ledger.settled();
      send(response, 200, JSON.stringify(found));
    } catch (error) {
      if (error instanceof ApiError) return send(response, error.status, JSON.stringify({ error: error.body }));
      send(response, 500, JSON.stringify({ error: { type: 'api_error', message: 'the sandbox failed' } }));
    }
  }

  /**
   * The next call of an operation (`create`, `confirm`, `capture`, `cancel`, `refund`) does nothing and ends in a server
   * error, which its key keeps. @returns the operation; `null` when there is none of that name
   */
  failNext(operation: string): string | null {
    if (!OPERATIONS.has(operation)) return null;
    this.faults.add(operation);
    return operation;
  }

  /** Writes what an outcome changed and tells of it; resolves when that is on the disk. */
  async keep(
    outcome: Outcome,
    answer?: { readonly request: NamedRequest; readonly status: number; readonly body: string },
  ): Promise<void> {
    const kept = answer ? [keptAnswer(answer.request, answer.status, answer.body)] : [];
    await this.options.ledger.write([...outcome.entries, ...kept]);
    const events = outcome.entries.filter(({ kind }) => kind === 'event').map(({ value }) => value as EventObject);
    const told = Promise.all(events.map((event) => this.options.deliveries.deliver(event, outcome.card)));
    if (outcome.card?.webhook === 'before the answer') await told;
    else void told.catch(() => undefined);
    if ('object' in outcome.body && outcome.body.object === 'refund') this.finishLater(outcome);
  }

  private async change(request: IncomingMessage, response: ServerResponse, path: string, body: string): Promise<void> {
    const change = changeAt(path);
    if (!change) throw missing('resource', `POST ${path}`);
    const key = request.headers['idempotency-key'];
    const named: NamedRequest = {
      key: typeof key === 'string' && key !== '' ? key : newId('key'),
      fingerprint: fingerprintOf('POST', path, body),
    };
    const earlier = this.keys.begin(named);
    if (earlier) {
      await this.options.ledger.settled();
      response.setHeader('idempotent-replayed', 'true');
      if (earlier.status >= 500) response.setHeader('stripe-should-retry', 'false');
      const card = cardOf(earlier.body);
      return this.send(response, earlier.status, earlier.body, path.endsWith('/confirm') ? card : undefined);
    }
    try {
      const call: Call = { ledger: this.options.ledger, form: readForm(body), key: named.key, pageOf: this.options.pageOf };
      const outcome = this.faults.delete(operationAt(path)) ? brokenDown() : change(call);
      const status = outcome.refusal?.status ?? 200;
      const text = JSON.stringify(outcome.refusal ? { error: outcome.refusal.body } : outcome.body);
      await this.keep(outcome, { request: named, status, body: text });
      crashPoint('sandbox.kept');
      if (status >= 500) response.setHeader('stripe-should-retry', 'false');
      this.send(response, status, text, path.endsWith('/refunds') ? undefined : outcome.card);
    } finally {
      this.keys.end(named);
    }
  }

  private send(response: ServerResponse, status: number, body: string, card?: TestCard): void {
    if (card?.answer === 'cut') return void response.destroy();
    if (card?.answer !== 'silent') return send(response, status, body);
    const timer = setTimeout(() => response.destroy(), SILENCE_MS);
    this.timers.add(timer);
    response.on('close', () => (clearTimeout(timer), this.timers.delete(timer)));
  }

  private finishLater({ body }: Outcome): void {
    const refund = this.options.ledger.refunds.get((body as { id: string }).id);
    if (refund?.status !== 'pending') return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.keep(finishRefund(this.options.ledger, refund)).catch(() => undefined);
    }, SLOW_REFUND_MS);
    this.timers.add(timer);
  }

  private isKnown(authorization: string | undefined): boolean {
    const given = Buffer.from(authorization ?? '');
    const expected = Buffer.from(`Bearer ${this.options.apiKey}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

/** Nothing has happened, and the key keeps that answer as it keeps any other. */
function brokenDown(): Outcome {
  return { body: {}, entries: [], refusal: new ApiError(500, { type: 'api_error', message: 'Something went wrong.' }) };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** A repeated confirmation with a card whose answer is lost stays without an answer. */
function cardOf(body: string): TestCard | undefined {
  const { payment_method: name } = JSON.parse(body) as { payment_method?: string };
  return name === undefined ? undefined : cardNamed(name);
}
