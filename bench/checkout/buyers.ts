import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Run } from './load';
import type { Ware } from './wares';

type Json = Record<string, unknown>;
type Answer = {
  readonly data: Json;
  readonly errors?: unknown;
  readonly extensions?: { counts?: { statements: number } };
};

const ADD = 'mutation Add($input: AddToCartInput!) { addToCart(input: $input) { guestToken errors { __typename } } }';
const PLACE = `mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) {
  order { id number status totalAmount { amount } } errors { __typename ... on UserError { message } } } }`;
const ADDRESS = { name: 'Ada Lovelace', line1: 'Kade 1', city: 'Utrecht', postalCode: '3511 AA', countryCode: 'NL' };

/** Guests who each put one ware into a new cart and order it, through the gateway. */
export class Buyers {
  private readonly pool: Pool;
  private readonly path: string;
  private readonly placeTimes: number[] = [];
  /** What the first failure said. */
  failure: string | null = null;

  constructor(url: string, connections: number) {
    const { origin, pathname } = new URL(url);
    this.pool = new Pool(origin, { connections, pipelining: 1 });
    this.path = pathname;
  }

  /** A whole checkout, its cart included. */
  buying(pick: () => Ware): Run {
    return async () => {
      const startedMs = performance.now();
      try {
        const guestToken = await this.fillCart(pick());
        const placedFromMs = performance.now();
        await this.place(guestToken);
        this.placeTimes.push(performance.now() - placedFromMs);
        return performance.now() - startedMs;
      } catch (error) {
        this.failure ??= error instanceof Error ? error.message : String(error);
        return null;
      }
    };
  }

  /** Of `placeOrder` alone, of all rounds since it was last asked. */
  takePlaceTimes(): { p50Ms: number; p99Ms: number } {
    const times = this.placeTimes.splice(0).toSorted((a, b) => a - b);
    const quantile = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
    return { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
  }

  /** The SQL statements of one `placeOrder` over all subgraphs. */
  async statementsOf(ware: Ware): Promise<number> {
    const guestToken = await this.fillCart(ware);
    const { extensions } = await this.place(guestToken, { 'x-mercato-count': '1' });
    return extensions?.counts?.statements ?? 0;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async fillCart(ware: Ware): Promise<string> {
    const { data } = await this.send(ADD, { input: { lines: [{ variantId: ware.id, quantity: 1 }] } }, {});
    const { guestToken, errors } = data['addToCart'] as { guestToken: string; errors: unknown[] };
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return guestToken;
  }

  private async place(guestToken: string, headers: Record<string, string> = {}): Promise<Answer> {
    const idempotencyKey = randomUUID();
    const input = { idempotencyKey, email: 'ada@example.com', shippingAddress: ADDRESS, paymentToken: 'tok_ok' };
    const answer = await this.send(PLACE, { input }, { 'x-guest-token': guestToken, ...headers });
    const { order, errors } = answer.data['placeOrder'] as { order: object | null; errors: unknown[] };
    if (order === null) throw new Error(JSON.stringify(errors));
    return answer;
  }

  private async send(query: string, variables: Json, headers: Record<string, string>): Promise<Answer> {
    const { body } = await this.pool.request({
      method: 'POST',
      path: this.path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, ...answer } = (await body.json()) as Omit<Answer, 'data'> & { readonly data: Json | null };
    if (answer.errors || data === null) throw new Error(JSON.stringify(answer.errors));
    return { ...answer, data };
  }
}
