import type { Logger } from '../observability';

/** Something that was started and must be stopped. */
export interface Stoppable {
  readonly name: string;
  stop(): Promise<void>;
}

const LAST_RESORT_MS = 25_000;

/**
 * What a process has started, in order. `stop` goes backwards, so that what depends on a thing ends before it; a step
 * that fails is logged and does not keep the others from being stopped.
 */
export class Lifecycle {
  private readonly started: Stoppable[] = [];
  private stopping: Promise<void> | null = null;

  constructor(private readonly logger: Logger) {}

  add(name: string, stop: () => Promise<void> | void): void {
    this.started.push({ name, stop: async () => stop() });
  }

  /** Safe to call more than once: later calls wait for the first. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** Stops on SIGINT and SIGTERM, then ends the process; a second signal ends it at once. */
  stopOnSignals(whenStopped: () => void = () => process.exit(0)): void {
    const onSignal = (): void => {
      if (this.stopping) process.exit(1);
      setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
      void this.stop().then(whenStopped);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  }

  private async stopAll(): Promise<void> {
    for (const { name, stop } of this.started.toReversed()) {
      try {
        await stop();
      } catch (error) {
        this.logger.error({ err: error, step: name }, 'a step of the shutdown failed');
      }
    }
  }
}
