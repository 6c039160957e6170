import type { LiveMessage } from './message';

const MAX_MESSAGES = 64;
const MAX_BYTES = 128 * 1024;

/** The newest messages of a channel, for who was away for a moment. */
export class Ring {
  private messages: LiveMessage[] = [];
  private bytes = 0;
  /** Every message after this position is here; `null` before any position is known. */
  private floor: number | null = null;

  /** All up to this position was told elsewhere, or was never asked for. */
  beginAt(position: number): void {
    this.floor ??= position;
  }

  /** Whether a position lies before all that can be here: it is of another log. */
  isBefore(position: number): boolean {
    return this.floor !== null && position < this.floor;
  }

  /** The log began anew: what was kept is of another. */
  forget(): void {
    this.messages = [];
    this.bytes = 0;
    this.floor = null;
  }

  add(message: LiveMessage): void {
    this.messages.push(message);
    this.bytes += message.json.length;
    while (this.messages.length > MAX_MESSAGES || this.bytes > MAX_BYTES) {
      const oldest = this.messages.shift();
      this.bytes -= oldest?.json.length ?? 0;
      if (oldest && oldest.position !== null) this.floor = oldest.position;
    }
  }

  /** What came after a position; `null` where some of it may be forgotten. */
  after(position: number): readonly LiveMessage[] | null {
    if (this.floor === null || position < this.floor) return null;
    return this.messages.filter((message) => (message.position ?? 0) > position);
  }
}
