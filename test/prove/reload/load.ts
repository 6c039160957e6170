import { setTimeout as delay } from 'node:timers/promises';

const LANES = 6;
const LANE_PAUSE_MS = 10;

interface Told {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Requests whose answers say which of two schemas gave them, without end until it is told to. */
export class Load {
  private readonly problems: string[] = [];
  private readonly latenciesMs: number[] = [];
  private readonly seen = new Set<string>();
  private newOperations = 0;
  private isOver = false;
  private lanes: readonly Promise<void>[] = [];

  /** @param fields of the type Plain, of which each schema has one */
  constructor(
    private readonly url: () => string,
    private readonly fields: readonly string[],
  ) {}

  begin(): void {
    this.lanes = Array.from({ length: LANES }, (_, lane) => this.lane(lane));
  }

  async end() {
    this.isOver = true;
    await Promise.all(this.lanes);
    const sorted = this.latenciesMs.toSorted((a, b) => a - b);
    return {
      problems: this.problems,
      requests: this.latenciesMs.length,
      newOperations: this.newOperations,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      /** Whether both schemas were there to be seen. */
      sawBoth: this.fields.every((field) => this.seen.has(field)),
    };
  }

  private async lane(lane: number): Promise<void> {
    for (let at = 0; !this.isOver; at += 1) {
      const startedAtMs = performance.now();
      const problem = await this.round(lane, at).catch((error: unknown) => `no answer: ${String(error)}`);
      if (problem !== null) this.problems.push(problem);
      this.latenciesMs.push(performance.now() - startedAtMs);
      await delay(LANE_PAUSE_MS);
    }
  }

  private round(lane: number, at: number): Promise<string | null> {
    const field = this.fields[(at >> 2) % this.fields.length] ?? '';
    switch (at % 4) {
      case 0:
        return this.expect('{ plain { text } }', [{ plain: { text: 'text' } }]);
      case 1:
        this.newOperations += 1;
        return this.expect(`{ plain { n${lane}_${at}: text } }`, [{ plain: { [`n${lane}_${at}`]: 'text' } }]);
      case 2:
        return this.expectField(field);
      default:
        return this.expectSchema();
    }
  }

  private async expect(query: string, allowed: readonly unknown[]): Promise<string | null> {
    const { data, errors } = await this.ask(query);
    if (errors) return `${query}: ${JSON.stringify(errors)}`;
    return allowed.some((one) => JSON.stringify(one) === JSON.stringify(data)) ? null : `${query}: ${JSON.stringify(data)}`;
  }

  /** A field that one schema has: its value, or that it does not exist. */
  private async expectField(field: string): Promise<string | null> {
    const { data, errors } = await this.ask(`{ plain { ${field} } }`);
    if (errors) {
      return errors.every(({ extensions }) => extensions?.code === 'GRAPHQL_VALIDATION_FAILED') ? null : JSON.stringify(errors);
    }
    this.seen.add(field);
    return JSON.stringify(data) === JSON.stringify({ plain: { [field]: 5 } }) ? null : JSON.stringify(data);
  }

  /** One schema or the other, never parts of both. */
  private async expectSchema(): Promise<string | null> {
    const { data, errors } = await this.ask('{ __type(name: "Plain") { fields { name } } }');
    const names = (data?.['__type'] as { fields: { name: string }[] } | undefined)?.fields.map(({ name }) => name) ?? [];
    const has = this.fields.filter((field) => names.includes(field));
    return !errors && has.length === 1 ? null : `the schema has ${has.join(' and ') || 'neither'}: ${JSON.stringify(errors)}`;
  }

  private async ask(query: string): Promise<Told> {
    const answer = await fetch(`${this.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(60_000),
    });
    return (await answer.json()) as Told;
  }
}
