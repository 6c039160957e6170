import { buildSchema, GraphQLError, type GraphQLObjectType } from 'graphql';
import type { SourceEvent, SubgraphSchema } from '../../../platform/federation';

const SDL = `
  type Query { now: Int }
  type Tick { at: Int, note: String, broken: String, must: String! }
  type Subscription { ticks(of: String = "all", after: String, snapshot: Boolean = false): Tick, other: Int }
`;

type Step = IteratorResult<SourceEvent> | { readonly error: unknown };

/** A source in a test's hand: it tells when the test says so. */
export class TickerSource implements AsyncIterableIterator<SourceEvent> {
  isLeft = false;
  private readonly steps: Step[] = [];
  private wake: (() => void) | null = null;

  constructor(readonly args: Readonly<Record<string, unknown>>) {}

  tick(position: number, at = position, more: object = {}): void {
    this.push({ done: false, value: { position: String(position), root: { at, must: 'there', ...more } } });
  }

  push(step: Step): void {
    this.steps.push(step);
    this.wake?.();
  }

  async next(): Promise<IteratorResult<SourceEvent>> {
    while (this.steps.length === 0 && !this.isLeft) await new Promise<void>((resolve) => (this.wake = resolve));
    const step = this.steps.shift() ?? { done: true, value: undefined };
    if ('error' in step) throw step.error;
    return step;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.isLeft = true;
    this.wake?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** A subgraph with one subscription field, whose sources the test holds. */
export class Ticker {
  readonly sources: TickerSource[] = [];
  /** Thrown where somebody subscribes. */
  refusal: unknown = null;
  readonly schema: SubgraphSchema;

  constructor() {
    const schema = buildSchema(SDL);
    const { ticks } = (schema.getSubscriptionType() as GraphQLObjectType).getFields();
    if (!ticks) throw new Error('the schema has no such field');
    ticks.subscribe = async (_root, args: Record<string, unknown>) => {
      if (this.refusal) throw this.refusal as Error;
      const source = new TickerSource(args);
      this.sources.push(source);
      return source;
    };
    ticks.resolve = (root: unknown) => root;
    const { broken } = (schema.getType('Tick') as GraphQLObjectType).getFields();
    if (broken) broken.resolve = (root: { broken?: unknown }) => thrown(root.broken);
    this.schema = { name: 'ticker', schema, sdl: SDL };
  }

  get watched(): number {
    return this.sources.filter(({ isLeft }) => !isLeft).length;
  }

  get last(): TickerSource {
    const last = this.sources.at(-1);
    if (!last) throw new Error('nobody has subscribed');
    return last;
  }
}

function thrown(value: unknown): unknown {
  if (value instanceof Error || value instanceof GraphQLError) throw value;
  return value;
}

/** Waits for what other processes or sockets bring about. @throws when it does not come in time */
export async function whenTrue(what: () => boolean, timeoutMs = 5_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!what()) {
    if (performance.now() > end) throw new Error(`did not come about: ${String(what)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
