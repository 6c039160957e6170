import type { EventReceiver, SubgraphResponse } from '../../platform/federation';

type Told =
  | { readonly event: SubgraphResponse }
  | { readonly end: 'ended' }
  | { readonly end: 'failed'; readonly error: unknown };

/** Writes down what a subscription is told, to be taken one after the other. */
export class EventLog implements EventReceiver {
  private readonly told: Told[] = [];
  private wake = (): void => undefined;

  event(response: SubgraphResponse): void {
    this.add({ event: response });
  }

  ended(): void {
    this.add({ end: 'ended' });
  }

  failed(error: unknown): void {
    this.add({ end: 'failed', error });
  }

  get waiting(): number {
    return this.told.length;
  }

  /** What is told next, whether or not it is the end. */
  async take(): Promise<Told> {
    for (;;) {
      const next = this.told.shift();
      if (next) return next;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** The next event. @throws when the subscription ends instead */
  async next(): Promise<SubgraphResponse> {
    const told = await this.take();
    if ('event' in told) return told.event;
    throw new Error(`the subscription has ${told.end}`, { cause: told.end === 'failed' ? told.error : undefined });
  }

  /** How it ends; skips the events before. */
  async end(): Promise<Exclude<Told, { readonly event: SubgraphResponse }>> {
    for (;;) {
      const told = await this.take();
      if ('end' in told) return told;
    }
  }

  private add(told: Told): void {
    this.told.push(told);
    this.wake();
  }
}
