import type { Duplex } from 'node:stream';

/** Lets what is written to a connection in one turn of the event loop leave together. */
export class CorkedTurns {
  private isCorked = false;

  constructor(private readonly wire: Duplex) {}

  /** Before something is written. */
  hold(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    this.wire.cork();
    process.nextTick(this.release);
  }

  private readonly release = (): void => {
    this.isCorked = false;
    this.wire.uncork();
  };
}
