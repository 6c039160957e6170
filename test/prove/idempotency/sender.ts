import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Storefront, Visitor } from '../../support/storefront';

/** How a client comes to send one mutation more than once, or not at all. */
export type Manner = 'once' | 'again' | 'hangs up' | 'races' | 'changes its mind';

/** One mutation that takes a key: what is sent, and what of its answer must be the same each time. */
export interface Keyed {
  readonly name: string;
  /** GraphQL of the mutation with `$input`. */
  readonly document: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The same with one thing changed, which the same key must refuse. */
  readonly changed: Readonly<Record<string, unknown>>;
  readonly visitor: Visitor;
}

interface Payload {
  readonly errors: readonly { readonly code: string }[];
  readonly replayed?: boolean;
  readonly [field: string]: unknown;
}

export interface Told {
  /** What the first clear answer said. */
  readonly answer: Payload;
  readonly isGood: boolean;
}

const REUSED = 'IDEMPOTENCY_KEY_REUSED';
const BUSY = ['CHECKOUT_IN_PROGRESS', 'CONFLICT', 'REQUEST_IN_PROGRESS'];
const TRIES = 60;

/** Sends mutations in the manners of real clients and notes every answer that it should not have got. */
export class Sender {
  sent = 0;
  requests = 0;
  troubled = 0;
  reuses = 0;
  replays = 0;
  readonly problems: string[] = [];

  /** @param isKeyKept `false` is the control: each try of the same mutation has a key of its own, as if keys were ignored */
  constructor(
    private readonly shop: Storefront,
    private readonly random: () => number,
    private readonly isKeyKept: boolean,
  ) {}

  async send(mutation: Keyed): Promise<Told> {
    const manner = this.manner();
    const key = randomUUID();
    this.sent += 1;
    if (manner !== 'once') this.troubled += 1;
    const answers: Payload[] = [];
    if (manner === 'hangs up') await this.hangUp(mutation, key);
    const racing = manner === 'races' ? 3 : 1;
    answers.push(...(await Promise.all(Array.from({ length: racing }, () => this.untilAnswered(mutation, key)))));
    if (manner === 'again') answers.push(await this.untilAnswered(mutation, key));
    if (manner === 'changes its mind') await this.expectRefusal(mutation, key);
    this.compare(mutation, manner, key, answers);
    const answer = answers[0] ?? { errors: [] };
    return { answer, isGood: answer.errors.length === 0 };
  }

  /** Three in ten meet trouble. */
  private manner(): Manner {
    const dice = this.random();
    if (dice < 0.7) return 'once';
    if (dice < 0.78) return 'again';
    if (dice < 0.86) return 'hangs up';
    return dice < 0.95 ? 'races' : 'changes its mind';
  }

  private async hangUp(mutation: Keyed, key: string): Promise<void> {
    this.requests += 1;
    const response = fetch(this.shop.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(mutation.visitor) },
      body: JSON.stringify({
        query: mutation.document,
        variables: { input: { ...mutation.input, idempotencyKey: this.keyOf(key) } },
      }),
      signal: AbortSignal.timeout(2 + Math.floor(this.random() * 60)),
    });
    await response.catch(() => undefined);
  }

  private async untilAnswered(mutation: Keyed, key: string): Promise<Payload> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const answer = await this.ask(mutation, { ...mutation.input, idempotencyKey: this.keyOf(key) });
      if (answer !== null) return answer;
      await delay(100);
    }
    throw new Error(`${mutation.name} got no clear answer`);
  }

  /** `null` when nothing is clear yet. */
  private async ask({ name, document, visitor }: Keyed, input: Readonly<Record<string, unknown>>): Promise<Payload | null> {
    this.requests += 1;
    const { data, errors } = await this.shop.try<Record<string, Payload>>(document, { input }, visitor);
    const payload = data?.[name];
    if (payload && !errors) return payload.errors.some(({ code }) => BUSY.includes(code)) ? null : payload;
    const codes = (errors ?? []).map(({ extensions }) => String(extensions?.['code']));
    if (codes.some((code) => !BUSY.includes(code) && code !== 'UPSTREAM_UNAVAILABLE' && code !== 'DEADLINE_EXCEEDED')) {
      throw new Error(`${name}: ${JSON.stringify(errors)}`);
    }
    return null;
  }

  private async expectRefusal(mutation: Keyed, key: string): Promise<void> {
    if (!this.isKeyKept) return;
    const answer = await this.ask(mutation, { ...mutation.changed, idempotencyKey: key });
    this.reuses += 1;
    if (answer?.errors.some(({ code }) => code === REUSED)) return;
    this.problems.push(`${mutation.name}: other input under an old key was answered ${JSON.stringify(answer)}`);
  }

  private compare({ name }: Keyed, manner: Manner, key: string, answers: readonly Payload[]): void {
    const different = new Set(answers.map((answer) => digest(answer)));
    if (different.size > 1)
      this.problems.push(`${name} (${manner}, ${key}): answered ${answers.map((each) => JSON.stringify(each)).join(' and ')}`);
    if (!('replayed' in (answers[0] ?? {})) || answers[0]?.errors.length !== 0) return;
    const fresh = answers.filter(({ replayed }) => !replayed).length;
    this.replays += answers.length - fresh;
    if (fresh > 1) this.problems.push(`${name} (${manner}, ${key}): ${fresh} answers say that they are the first`);
  }

  private keyOf(key: string): string {
    return this.isKeyKept ? key : randomUUID();
  }
}

function headersOf({ token, guestToken }: Visitor): Record<string, string> {
  return { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(guestToken ? { 'x-guest-token': guestToken } : {}) };
}

function digest({ replayed: _replayed, ...answer }: Payload): string {
  return createHash('sha256').update(JSON.stringify(answer)).digest('hex');
}
