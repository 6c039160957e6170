import { existsSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { READY, type PlanningAnswer, type PlanningRequest } from './messages';

/** Of one thread: an operation that wants more memory than this ends it, and not the process. */
const MEMORY_MB = 512;
const BOOT_MS = 60_000;
/** Time on the clock counts too, but less: a busy machine is not the operation's fault. */
const CLOCK_PER_PROCESSOR_TIME = 5;
const SCRIPT = scriptOf(__dirname);

/** The thread was ended because a request had used up its time; whoever needs it again starts another. */
export class OutOfTime extends Error {}
/** The thread ended by itself, as it does when it runs out of memory. */
export class ThreadLost extends Error {
  readonly isOutOfMemory: boolean;

  constructor(cause: NodeJS.ErrnoException | null) {
    super(`a planning thread was lost: ${cause?.message ?? 'it ended'}`, { cause });
    this.isOutOfMemory = cause?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  }
}

interface Waiting {
  readonly resolve: (answer: PlanningAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Where planning is done, one request at a time. */
export interface Thread {
  /** The supergraphs that it holds, oldest use first. */
  readonly holds: Set<string>;
  /** Rejects when it could not be started. */
  readonly ready: Promise<void>;
  readonly wasReady: boolean;
  /** Whether it was ended, or ended by itself: it answers nothing any more. */
  readonly isLost: boolean;
  /**
   * @param processorMs how much processor time the answer may take before the thread is ended
   * @throws OutOfTime, ThreadLost
   */
  ask(request: PlanningRequest, processorMs: number): Promise<PlanningAnswer>;
  end(): void;
}

/** A thread of its own, which is ended when a request takes too long. */
export class PlanningThread implements Thread {
  readonly holds = new Set<string>();
  private readonly worker: Worker;
  readonly ready: Promise<void>;
  wasReady = false;
  private waiting: Waiting | null = null;
  isLost = false;

  /** @param onLost called once when the thread has ended, whatever ended it; with the error that did */
  constructor(onLost: (cause: Error | null) => void) {
    this.worker = new Worker(SCRIPT, {
      workerData: { compileCache: getCompileCacheDir() ?? null },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
      execArgv: [],
    });
    // A process that has nothing else to do may end.
    this.worker.unref();
    let cause: NodeJS.ErrnoException | null = null;
    this.worker.on('error', (error: NodeJS.ErrnoException) => (cause = error));
    this.worker.once('exit', () => {
      this.isLost = true;
      this.waiting?.reject(new ThreadLost(cause));
      this.waiting = null;
      onLost(cause);
    });
    this.ready = this.boot();
  }

  async ask(request: PlanningRequest, processorMs: number): Promise<PlanningAnswer> {
    if (this.isLost) throw new ThreadLost(null);
    // While it is at work, the process may not end.
    this.worker.ref();
    const before = await this.processorMs();
    if (this.isLost) throw new ThreadLost(null);
    return new Promise((resolve, reject) => {
      const watch = this.watch(before, processorMs, () => {
        this.waiting = null;
        reject(new OutOfTime('planning took too long'));
        this.end();
      });
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          watch.stop();
          this.worker.unref();
          settle(value);
        };
      this.waiting = { resolve: settled(resolve), reject: settled(reject) };
      this.worker.postMessage(request);
    });
  }

  end(): void {
    this.isLost = true;
    void this.worker.terminate();
  }

  private boot(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.end(), BOOT_MS);
      late.unref();
      this.waiting = { resolve: () => undefined, reject };
      this.worker.on('message', (message: PlanningAnswer | typeof READY) => {
        if (message !== READY) return this.settle(message);
        clearTimeout(late);
        this.waiting = null;
        this.wasReady = true;
        resolve();
      });
    });
  }

  private settle(answer: PlanningAnswer): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve(answer);
  }

  /** Looks at the thread's clock when its time could be over, and again when it was not. */
  private watch(before: number, allowedMs: number, onOver: () => void): { stop(): void } {
    const startedAtMs = performance.now();
    let timer: NodeJS.Timeout;
    let isStopped = false;
    const look = async (): Promise<void> => {
      const used = (await this.processorMs()) - before;
      if (isStopped) return;
      const isOver = used >= allowedMs || performance.now() - startedAtMs >= allowedMs * CLOCK_PER_PROCESSOR_TIME;
      if (isOver) return onOver();
      timer = setTimeout(() => void look(), Math.max(10, allowedMs - used));
    };
    timer = setTimeout(() => void look(), allowedMs);
    return {
      stop: () => {
        isStopped = true;
        clearTimeout(timer);
      },
    };
  }

  private async processorMs(): Promise<number> {
    const used = await this.worker.cpuUsage().catch(() => null);
    return used ? (used.user + used.system) / 1000 : Infinity;
  }
}

/** Threads run compiled code, also those of tests, which run from sources themselves. */
function scriptOf(folder: string): string {
  const beside = join(folder, 'thread-main.js');
  return existsSync(beside) ? beside : join(folder, '..', '..', 'dist', 'gateway', 'planning', 'thread-main.js');
}
