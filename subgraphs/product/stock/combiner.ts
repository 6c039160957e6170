import { AsyncLocalStorage } from 'node:async_hooks';

interface CombinerOptions<Request, Answer> {
  /** Answers every request, in the order given. */
  run(requests: readonly Request[]): Promise<readonly Answer[]>;
  /** Requests of one name never go together; the later one waits for the next call. */
  nameOf(request: Request): string;
  /** What a request weighs against `maxWeight`; a heavier one goes alone. */
  weightOf(request: Request): number;
  /** Whether a failure tells of what was asked rather than of the way there: then each request is tried alone. */
  isAboutRequest(error: unknown): boolean;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly inContext: <T>(work: () => T) => T;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_REQUESTS = 64;
const MAX_WEIGHT = 400;
/** A call that waits for longer, at a lock of another process, no longer keeps the next one back. */
const PATIENCE_MS = 50;
const MAX_CALLS = 4;

/**
 * While one call is under way, those that come meanwhile wait and then go together, first come first served. The first
 * one goes at once, so nothing waits when there is nothing to wait for; a request that fails, fails alone.
 */
export class Combiner<Request, Answer> {
  private waiting: Waiting<Request, Answer>[] = [];
  private calls = 0;
  private callsWaitedFor = 0;

  constructor(private readonly options: CombinerOptions<Request, Answer>) {}

  submit(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // The call is made in the context of its first request, which traces and counts its statement.
      this.waiting.push({ request, inContext: AsyncLocalStorage.snapshot(), resolve, reject });
      this.callNext();
    });
  }

  private callNext(): void {
    if (this.waiting.length === 0 || this.callsWaitedFor > 0 || this.calls >= MAX_CALLS) return;
    const together = this.takeTogether();
    let isWaitedFor = true;
    const stopWaiting = (): void => {
      if (isWaitedFor) this.callsWaitedFor -= 1;
      isWaitedFor = false;
    };
    this.calls += 1;
    this.callsWaitedFor += 1;
    const patience = setTimeout(() => {
      stopWaiting();
      this.callNext();
    }, PATIENCE_MS);
    const end = (): void => {
      clearTimeout(patience);
      stopWaiting();
      this.calls -= 1;
      this.callNext();
    };
    void together[0]?.inContext(() => this.answer(together)).finally(end);
  }

  /** From the front of the queue, as many as may go together. */
  private takeTogether(): Waiting<Request, Answer>[] {
    const { nameOf, weightOf } = this.options;
    const names = new Set<string>();
    let weight = 0;
    let count = 0;
    for (const { request } of this.waiting) {
      weight += weightOf(request);
      if (count > 0 && (count >= MAX_REQUESTS || weight > MAX_WEIGHT || names.has(nameOf(request)))) break;
      names.add(nameOf(request));
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  /** Never rejects: each request gets its answer or its error. */
  private async answer(together: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.options.run(together.map(({ request }) => request));
      together.forEach(({ resolve }, at) => resolve(answers[at] as Answer));
    } catch (error) {
      if (together.length > 1 && this.options.isAboutRequest(error)) for (const one of together) await this.answer([one]);
      else for (const { reject } of together) reject(error);
    }
  }
}
