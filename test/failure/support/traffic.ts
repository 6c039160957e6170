import { setTimeout as delay } from 'node:timers/promises';
import type { GraphResult } from '../../support/graph';

/** What one request of the traffic met. */
export interface Seen<Data> {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** `null` when no answer came. */
  readonly answer: GraphResult<Data> | null;
  readonly problem: string | null;
}

/** The same request again and again from several clients at once, until it is stopped; every answer is kept. */
export class Traffic<Data> {
  readonly seen: Seen<Data>[] = [];
  private isEnded = false;
  private readonly running: Promise<unknown>;

  constructor(
    private readonly ask: () => Promise<GraphResult<Data>>,
    clients = 3,
  ) {
    this.running = Promise.all(Array.from({ length: clients }, () => this.client()));
  }

  /** Resolves when so many requests that began after `startedAtMs` have ended. */
  async untilAsked(count: number, startedAtMs = performance.now(), timeoutMs = 30_000): Promise<void> {
    for (const deadlineMs = performance.now() + timeoutMs; this.since(startedAtMs).length < count; await delay(10)) {
      if (performance.now() > deadlineMs)
        throw new Error(`only ${this.since(startedAtMs).length} of ${count} requests ended in time`);
    }
  }

  since(startedAtMs: number): Seen<Data>[] {
    return this.seen.filter((each) => each.startedAtMs >= startedAtMs);
  }

  /** Requests without an answer, or with errors in it. */
  get failures(): string[] {
    return this.seen.flatMap(({ answer, problem }) => problem ?? (answer?.errors ? JSON.stringify(answer.errors) : []));
  }

  async stop(): Promise<void> {
    this.isEnded = true;
    await this.running;
  }

  private async client(): Promise<void> {
    while (!this.isEnded) {
      const startedAtMs = performance.now();
      const [answer, problem] = await this.ask().then(
        (given): [GraphResult<Data>, null] => [given, null],
        (error: unknown): [null, string] => [null, String(error)],
      );
      this.seen.push({ startedAtMs, endedAtMs: performance.now(), answer, problem });
      // Leaves the machine to the system under test.
      await delay(20);
    }
  }
}
