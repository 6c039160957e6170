import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** What stood still, at worst, since it was last asked. */
export interface Stall {
  /** Between two ticks of a timer, beyond the time that should pass. */
  readonly clockMs: number;
  /** The same without the time for which the thread was ready to run and the machine ran others. */
  readonly ownMs: number;
  /** Processor time of the gateway's own thread between two ticks. */
  readonly processorMs: number;
  readonly rssMb: number;
}

const TICK_MS = 5;

/** Loaded before a gateway by `node -r`: watches its event loop, and tells its parent what it saw when it is asked. */
if (isMainThread && process.send) watch((stall) => process.send?.(stall));

function watch(tell: (stall: Stall) => void): void {
  const worst = { clockMs: 0, ownMs: 0, processorMs: 0 };
  let atMs = performance.now();
  let waitedMs = waitedForProcessorMs();
  let usedMs = processorMs();
  setInterval(() => {
    const nowMs = performance.now();
    const nowWaitedMs = waitedForProcessorMs();
    const nowUsedMs = processorMs();
    const lateMs = Math.max(0, nowMs - atMs - TICK_MS);
    worst.clockMs = Math.max(worst.clockMs, lateMs);
    worst.ownMs = Math.max(worst.ownMs, Math.min(lateMs, lateMs - (nowWaitedMs - waitedMs)));
    worst.processorMs = Math.max(worst.processorMs, nowUsedMs - usedMs);
    atMs = nowMs;
    waitedMs = nowWaitedMs;
    usedMs = nowUsedMs;
  }, TICK_MS).unref();
  process.on('message', () => {
    tell({ ...worst, rssMb: process.memoryUsage.rss() / 1024 / 1024 });
    Object.assign(worst, { clockMs: 0, ownMs: 0, processorMs: 0 });
  });
  process.channel?.unref();
}

/** Linux counts for how long a thread was ready and not running; elsewhere nothing is taken off. */
function waitedForProcessorMs(): number {
  try {
    const [, waited] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
