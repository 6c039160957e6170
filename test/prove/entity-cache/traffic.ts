import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { SharingGateways } from './gateways';

const GOODS = 40;
const LANES = 12;
const WRITERS = 2;
const WRITE_EVERY_MS = 25;
/** Mostly as a subgraph is; now and then so slow that a change, and all that it ends, goes by meanwhile. */
const DELAYS_MS = [0, 0, 0, 1, 1, 2, 2, 5, 5, 10, 20, 50, 400];
const FIELDS = ['name', 'long(times: 1)', 'price', 'note', 'fee', 'maker { name }'];
const VALUE = /^v(\d+)(?: for (\w+))?$/;

export interface Observed {
  readonly answers: number;
  readonly changes: number;
  /** Entities and root fetches that were answered without a call, by the first gateway. */
  readonly hits: number;
  /** How long after its event an old value was still given to a request that began then. */
  readonly staleMs: number;
  /** Values that were made for somebody else. */
  readonly leaked: number;
  readonly problems: readonly string[];
}

/** Viewers who ask at random, while writers change what they ask for and tell of each change. */
export class Traffic {
  private readonly toldAtMs = new Map<string, number[]>();
  private readonly pools: readonly Pool[];
  private readonly problems: string[] = [];
  private isOver = false;
  private answers = 0;
  private changes = 0;
  private staleMs = 0;
  private leaked = 0;

  constructor(
    private readonly gateways: SharingGateways,
    private readonly random: () => number,
  ) {
    this.pools = gateways.urls.map((url) => new Pool(url, { connections: LANES }));
    const { shelf } = gateways;
    for (let at = 0; at < GOODS; at += 1) shelf.names.set(`g${at}`, 'v0');
    shelf.maker = 'v0';
    shelf.beforeAnswer = async () => {
      const ms = this.pick(DELAYS_MS);
      if (ms > 0) await delay(ms);
    };
  }

  async run(seconds: number): Promise<Observed> {
    const lanes = [
      ...Array.from({ length: LANES }, () => this.repeat(() => this.ask())),
      ...Array.from({ length: WRITERS }, () => this.repeat(() => this.write())),
    ];
    await delay(seconds * 1000);
    this.isOver = true;
    await Promise.all(lanes);
    await Promise.all(this.pools.map((pool) => pool.close()));
    const { answers, changes, staleMs, leaked, problems } = this;
    return { answers, changes, hits: await this.gateways.hits(), staleMs: Math.round(staleMs), leaked, problems };
  }

  private async repeat(work: () => Promise<void>): Promise<void> {
    while (!this.isOver)
      await work().catch((error: unknown) => {
        this.problems.push(String(error));
      });
  }

  private async write(): Promise<void> {
    const { shelf, bus } = this.gateways;
    // Some goods change all the time, most now and then; the maker, who stands in all of them, rarely.
    const id = this.random() < 0.02 ? 'maker' : `g${Math.floor(this.random() ** 3 * GOODS)}`;
    const told = this.toldAtMs.get(id) ?? [];
    this.toldAtMs.set(id, told);
    const value = `v${told.length + 1}`;
    if (id === 'maker') shelf.maker = value;
    else shelf.names.set(id, value);
    told.push(performance.now());
    this.changes += 1;
    const touches = [id === 'maker' ? { type: 'Maker', id: 'm1' } : { type: 'Good', id }];
    await bus.publish([{ id: `${id}${value}`, type: 'shelf.changed', key: id, touches, at: new Date().toISOString(), data: {} }]);
    shelf.calls.length = 0;
    await delay(WRITE_EVERY_MS * 2 * this.random());
  }

  private async ask(): Promise<void> {
    const user = Math.floor(this.random() * (this.gateways.tokens.length + 1));
    const ids = Array.from({ length: GOODS }, (_, at) => `g${at}`).filter(() => this.random() < 0.2);
    const fields = FIELDS.filter(() => this.random() < 0.3);
    if (ids.length === 0 || fields.length === 0) return;
    const query = `{ goods(ids: ${JSON.stringify(ids)}) { ${fields.join(' ')} } }`;
    const startedAtMs = performance.now();
    const { statusCode, body } = await this.pick(this.pools).request({
      path: '/graphql',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(user > 0 ? { authorization: `Bearer ${this.gateways.tokens[user - 1]}` } : {}),
      },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await body.json()) as { data?: { goods: Record<string, unknown>[] }; errors?: unknown };
    if (!data || errors) throw new Error(`${statusCode} ${query}: ${JSON.stringify(errors)}`);
    this.answers += 1;
    data.goods.forEach((good, at) => this.judge(ids[at] ?? '', good, user > 0 ? String(user) : 'anybody', startedAtMs));
  }

  private judge(id: string, { fee: _fee, maker, ...texts }: Record<string, unknown>, viewer: string, startedAtMs: number): void {
    for (const value of Object.values(texts)) this.judgeValue(id, value, viewer, startedAtMs);
    if (maker) this.judgeValue('maker', (maker as { name: unknown }).name, viewer, startedAtMs);
  }

  private judgeValue(id: string, value: unknown, viewer: string, startedAtMs: number): void {
    const [, version, madeFor] = VALUE.exec(String(value)) ?? [];
    if (version === undefined) throw new Error(`${id} is ${String(value)}`);
    if (madeFor !== undefined && madeFor !== viewer) this.leaked += 1;
    const nextToldAtMs = this.toldAtMs.get(id)?.[Number(version)];
    if (nextToldAtMs !== undefined) this.staleMs = Math.max(this.staleMs, startedAtMs - nextToldAtMs);
  }

  private pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }
}
