import type { Redis } from 'ioredis';
import type { Logger } from '../observability';

const CHUNK = 500;
/** More than this many at once end as one: everything. */
const MAX_TAGS = 100_000;
const RETRY_MS = 250;
const SWEEP_MS = 20;

/** Carried by every value. */
export const EVERYTHING = '*';

/**
 * Tags that ended a moment ago. Each is deleted in Redis at once and again after `settlingMs`, and until that is done this
 * process reads and writes nothing that carries it: for a moment after a change its source may still answer the old value
 * from a cache of its own, to us or to a process that hears of the change later. What Redis did not delete is tried again.
 */
export class EndedTags {
  /** By tag, when it ended; the oldest first. */
  private readonly endedAtMs = new Map<string, number>();
  private readonly urgent = new Set<string>();
  private isUrging = false;
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly redis: Redis,
    private readonly logger: Logger,
    private readonly settlingMs: number,
    private readonly keyOf: (tag: string) => string,
  ) {}

  has(tags: readonly string[]): boolean {
    if (this.endedAtMs.size === 0) return false;
    return this.endedAtMs.has(EVERYTHING) || tags.some((tag) => this.endedAtMs.has(tag));
  }

  end(tags: readonly string[]): void {
    const nowMs = performance.now();
    const ended = this.endedAtMs.size + tags.length > MAX_TAGS ? [EVERYTHING] : tags;
    for (const tag of ended) {
      this.endedAtMs.delete(tag);
      this.endedAtMs.set(tag, nowMs);
      this.urgent.add(tag);
    }
    if (!this.isUrging) {
      this.isUrging = true;
      setImmediate(() => void this.urge());
    }
    this.sweepIn(SWEEP_MS);
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async urge(): Promise<void> {
    const tags = [...this.urgent];
    this.urgent.clear();
    this.isUrging = false;
    // What fails here is done by the sweep.
    await this.deleteInRedis(tags);
  }

  private sweepIn(afterMs: number): void {
    if (this.timer || this.isStopped) return;
    this.timer = setTimeout(() => void this.sweep(), afterMs).unref();
  }

  private async sweep(): Promise<void> {
    const settledMs = performance.now() - this.settlingMs;
    const due: [string, number][] = [];
    for (const entry of this.endedAtMs) {
      if (entry[1] > settledMs) break;
      due.push(entry);
    }
    const isDone = await this.deleteInRedis(due.map(([tag]) => tag));
    if (isDone) for (const [tag, atMs] of due) if (this.endedAtMs.get(tag) === atMs) this.endedAtMs.delete(tag);
    this.timer = null;
    if (this.endedAtMs.size > 0) this.sweepIn(isDone ? SWEEP_MS : RETRY_MS);
  }

  private async deleteInRedis(tags: readonly string[]): Promise<boolean> {
    for (let at = 0; at < tags.length; at += CHUNK) {
      try {
        await this.redis.del(tags.slice(at, at + CHUNK).map(this.keyOf));
      } catch (error) {
        this.logger.debug({ err: error, tags: tags.length }, 'the end of cached values waits for Redis');
        return false;
      }
    }
    return true;
  }
}
