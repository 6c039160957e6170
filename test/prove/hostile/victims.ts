import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface Latencies {
  /** Of operations that are asked all the time. */
  readonly knownP99Ms: number;
  /** Of operations that nobody asked before. */
  readonly newP99Ms: number;
  readonly asked: number;
}

const KNOWN = ['{ plain { text value } }', '{ plain { text plain { text plain { value } } } }', '{ animal { id value } }'];
const PAUSE_MS = 20;
const NEW_PAUSE_MS = 250;

/** Ordinary users of a gateway, who ask what they always ask, and now and then something new. */
export class Victims {
  failed = 0;
  private count = 0;
  /** From another address than the attackers': clients that have no account are told apart by it. */
  private readonly agent = new Agent({ localAddress: '127.0.0.2' });

  constructor(private readonly url: string) {}

  async warmUp(): Promise<void> {
    for (let at = 0; at < 300; at += 1) await this.ask(KNOWN[at % KNOWN.length] ?? '');
    for (let at = 0; at < 10; at += 1) await this.askNew();
  }

  async during(work: () => Promise<unknown>): Promise<Latencies> {
    let isOver = false;
    const known: number[] = [];
    const fresh: number[] = [];
    const loop = async (into: number[], pauseMs: number, ask: () => Promise<number>): Promise<void> => {
      while (!isOver) {
        into.push(await ask());
        await delay(pauseMs);
      }
    };
    const loops = [
      ...KNOWN.map((query) => loop(known, PAUSE_MS, () => this.ask(query))),
      loop(fresh, NEW_PAUSE_MS, () => this.askNew()),
    ];
    await work();
    isOver = true;
    await Promise.all(loops);
    return { knownP99Ms: p99(known), newP99Ms: p99(fresh), asked: known.length + fresh.length };
  }

  private askNew(): Promise<number> {
    this.count += 1;
    return this.ask(`{ plain { n${this.count}: text } }`);
  }

  private async ask(query: string): Promise<number> {
    const startedAtMs = performance.now();
    const { body } = await request(`${this.url}/graphql`, {
      method: 'POST',
      dispatcher: this.agent,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { errors } = (await body.json()) as { errors?: unknown };
    if (errors !== undefined) this.failed += 1;
    return performance.now() - startedAtMs;
  }
}

function p99(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
}
