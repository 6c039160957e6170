import type { Channel } from './channel';

/** So long others wait for a stream of their kind; then they open their own. */
const PATIENCE_MS = 1_000;

interface Foundation {
  readonly channel: Channel;
  readonly founded: Promise<void>;
  readonly end: () => void;
}

/**
 * Streams that are being opened and may be shared once they are live: of a crowd that comes at once, as after a restart, one
 * opens the stream and the others wait for it.
 */
export class Foundations {
  private readonly byKey = new Map<string, Foundation>();

  /** Resolves when it may be tried again; `null` where nobody is opening one. */
  of(key: string | null): Promise<void> | null {
    return (key !== null && this.byKey.get(key)?.founded) || null;
  }

  begin(channel: Channel): void {
    const { key } = channel.operation;
    if (key === null || this.byKey.has(key)) return;
    const { promise: founded, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => this.end(channel), PATIENCE_MS);
    timer.unref();
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    this.byKey.set(key, { channel, founded, end });
  }

  /** It is live, or will never be. */
  end(channel: Channel): void {
    const { key } = channel.operation;
    const foundation = key === null ? undefined : this.byKey.get(key);
    if (key === null || foundation?.channel !== channel) return;
    this.byKey.delete(key);
    foundation.end();
  }
}
