import { isMainThread } from 'node:worker_threads';

/** How the event loop stood still, at worst, since it was last asked. */
export interface Stall {
  /**
   * Processor time of the gateway's own thread between two ticks of a timer. It stays what it is while other processes have
   * the machine, which the clock does not.
   */
  readonly processorMs: number;
  /** On the clock, beyond the time that should pass between two ticks. */
  readonly clockMs: number;
  readonly rssMb: number;
}

const TICK_MS = 5;

/** Loaded before a gateway by `node -r`: watches its event loop, and tells its parent what it saw when it is asked. */
if (isMainThread && process.send) watch((stall) => process.send?.(stall));

function watch(tell: (stall: Stall) => void): void {
  const worst = { clockMs: 0, processorMs: 0 };
  let atMs = performance.now();
  let usedMs = processorMs();
  setInterval(() => {
    const nowMs = performance.now();
    const nowUsedMs = processorMs();
    worst.clockMs = Math.max(worst.clockMs, nowMs - atMs - TICK_MS);
    worst.processorMs = Math.max(worst.processorMs, nowUsedMs - usedMs);
    atMs = nowMs;
    usedMs = nowUsedMs;
  }, TICK_MS).unref();
  process.on('message', () => {
    tell({ ...worst, rssMb: process.memoryUsage.rss() / 1024 / 1024 });
    Object.assign(worst, { clockMs: 0, processorMs: 0 });
  });
  process.channel?.unref();
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
