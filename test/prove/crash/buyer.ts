import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { History, Line, Outcome } from '../history/history';

/** How a buyer behaves at the till. */
export type Manner = 'patient' | 'double click' | 'impatient' | 'two tabs' | 'gives up' | 'asks first';

export interface Ware {
  readonly key: number;
  readonly id: string;
}

export interface Visit {
  readonly name: string;
  readonly manner: Manner;
  readonly card: string;
  readonly wares: readonly { readonly ware: Ware; readonly quantity: number }[];
}

const ADD =
  'mutation Add($input: AddToCartInput!) { addToCart(input: $input) { guestToken errors { __typename ... on UserError { code } } } }';
const PLACE = `mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) {
  order { number totalAmount { amount } } replayed quote { total { amount } } errors { __typename ... on UserError { code } ... on PaymentActionRequired { redirectUrl } } } }`;
const ADDRESS = { name: 'Ada Lovelace', line1: 'Kade 1', city: 'Utrecht', postalCode: '3511 AA', countryCode: 'NL' };

const PATIENCE_MS = 12_000;
const WRONG = 'GRAPHQL_VALIDATION_FAILED';
const CONFIRM = 'PAYMENT_ACTION_REQUIRED';
const IN_PROGRESS = 'CHECKOUT_IN_PROGRESS';

interface PlaceAnswer {
  readonly placeOrder: {
    readonly order: { readonly number: string; readonly totalAmount: { readonly amount: string } } | null;
    readonly replayed: boolean;
    readonly quote: object | null;
    readonly errors: readonly { readonly code: string; readonly redirectUrl?: string | null }[];
  };
}

/** One person who fills a cart and orders it, over a network and a shop that may fail at any time. */
export class Buyer {
  private readonly key = randomUUID();
  private guestToken: string | null = null;
  private lastOutcome: Outcome | null = null;

  constructor(
    private readonly url: string,
    private readonly history: History,
    readonly visit: Visit,
  ) {}

  /** Whether the buyer was told how it ended, or has left for good. */
  get isDone(): boolean {
    return this.visit.manner === 'gives up' || (this.lastOutcome !== null && this.lastOutcome.kind !== 'UNKNOWN');
  }

  /** Where no answer came, a new cart is begun: what is in the old one is not known. `false` when the ware is sold out. */
  async fillCart(isOver: () => boolean = () => false): Promise<boolean> {
    const lines = this.visit.wares.map(({ ware, quantity }) => ({ variantId: ware.id, quantity }));
    while (!isOver()) {
      const answer = await this.send<{ addToCart: { guestToken: string | null; errors: readonly object[] } }>(
        ADD,
        { input: { lines } },
        PATIENCE_MS,
      );
      if (typeof answer !== 'string' && answer.addToCart.guestToken !== null) {
        this.guestToken = answer.addToCart.guestToken;
        return answer.addToCart.errors.length === 0;
      }
      if (typeof answer !== 'string') return false;
      await delay(300);
    }
    return false;
  }

  /** A few tries in this buyer's manner; without an answer the buyer goes away and may come back. */
  async order(): Promise<void> {
    switch (this.visit.manner) {
      case 'gives up':
        await this.place({ patienceMs: 30 + Math.random() * 300 });
        return;
      case 'double click':
        await Promise.all([this.place(), delay(Math.random() * 60).then(() => this.place())]);
        break;
      case 'impatient':
        for (let tries = 0; tries < 3 && !this.isDone; tries += 1) await this.place({ patienceMs: 20 + Math.random() * 400 });
        break;
      case 'two tabs':
        await Promise.all([this.place(), this.place({ key: `${this.key}-2` })]);
        break;
      case 'asks first':
        await this.place({ key: `${this.key}-0`, dryRun: true });
        break;
      case 'patient':
        break;
    }
    for (let tries = 0; tries < 3 && !this.isDone; tries += 1) {
      await this.place();
      if (!this.isDone) await delay(300 + Math.random() * 500);
    }
  }

  /** Sends the same request until it is answered. */
  async comeBack(deadlineMs: number): Promise<void> {
    while (!this.isDone && performance.now() < deadlineMs) {
      await this.place();
      if (!this.isDone) await delay(500);
    }
  }

  /** Sends the same key with another input, which must be refused. */
  async changeMind(): Promise<void> {
    await this.place({ note: 'changed my mind' });
  }

  private async place(given: { key?: string; dryRun?: boolean; patienceMs?: number; note?: string } = {}): Promise<void> {
    const { key = this.key, dryRun = false, patienceMs = PATIENCE_MS, note = '' } = given;
    const { name, card } = this.visit;
    const rest = {
      email: `${name}@example.com`,
      shippingAddress: ADDRESS,
      paymentToken: card,
      note: `${name}|${key}|${note}`,
      dryRun,
    };
    const lines: readonly Line[] = this.visit.wares.map(({ ware, quantity }) => ({ ware: ware.key, quantity }));
    const input = createHash('sha256').update(JSON.stringify(rest)).digest('base64url').slice(0, 12);
    const request = this.history.asked({ key, cart: name, input, isDryRun: dryRun, lines });
    const answer = await this.send<PlaceAnswer>(PLACE, { input: { ...rest, idempotencyKey: key } }, patienceMs);
    const outcome = outcomeOf(answer);
    this.history.ended(request, outcome);
    if (typeof answer !== 'string') await this.confirm(answer);
    if (key === this.key && note === '' && this.lastOutcome?.kind !== 'ORDERED') this.lastOutcome = outcome;
  }

  /** At the bank's page; the next request with the same key goes on from there. */
  private async confirm({ placeOrder: { errors } }: PlaceAnswer): Promise<void> {
    const page = errors.find(({ code }) => code === CONFIRM)?.redirectUrl;
    if (page) await fetch(`${page}/approve`, { method: 'POST', signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => undefined);
  }

  /** The data, or why there is none. */
  private async send<Data>(query: string, variables: object, patienceMs: number): Promise<Data | string> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(this.guestToken === null ? {} : { 'x-guest-token': this.guestToken }),
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(Math.ceil(patienceMs)),
      });
      const { data, errors } = (await response.json()) as { data?: Data; errors?: readonly { extensions?: { code?: string } }[] };
      if (errors?.some(({ extensions }) => extensions?.code === WRONG))
        throw new TypeError(`the proof asks wrongly: ${JSON.stringify(errors)}`);
      if (errors) return errors.map(({ extensions }) => extensions?.code ?? 'no code').join(', ');
      return data ?? 'no data';
    } catch (error) {
      if (error instanceof TypeError && error.message.startsWith('the proof')) throw error;
      return error instanceof Error ? error.name : String(error);
    }
  }
}

function outcomeOf(answer: PlaceAnswer | string): Outcome {
  if (typeof answer === 'string') return { kind: 'UNKNOWN', why: answer };
  const { order, replayed, quote, errors } = answer.placeOrder;
  if (order) return { kind: 'ORDERED', number: order.number, total: order.totalAmount.amount, isReplayed: replayed };
  const codes = errors.map(({ code }) => code);
  // The shop says itself that it does not know yet.
  const open = codes.find((code) => code === IN_PROGRESS || code === CONFIRM);
  if (open !== undefined) return { kind: 'UNKNOWN', why: open };
  if (codes.length > 0) return { kind: 'REFUSED', codes };
  return quote ? { kind: 'QUOTED' } : { kind: 'UNKNOWN', why: 'nothing was said' };
}
