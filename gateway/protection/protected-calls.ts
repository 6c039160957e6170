import { AppError } from '../../platform/errors';
import type { CallReceiver, RunningCall, SubgraphResponse } from '../../platform/federation';
import type { Logger } from '../../platform/observability';
import type { SendCall, SubgraphCall } from '../executor/subgraph-call';
import { Breaker, DEFAULT_BREAKER, type BreakerOptions, type BreakerState } from './breaker';
import { RetryBudget } from './retry-budget';

export interface CallProtection {
  readonly breaker: BreakerOptions;
  /** The share of calls that may be repeated. */
  readonly retryShare: number;
  /** How many repeats are saved up at most. */
  readonly retriesSaved: number;
  /** How long a repeat waits, at most; spread evenly, so that not all come at once. */
  readonly retryWaitMs: number;
  /** Calls of one subgraph that run or wait at once; more are refused. */
  readonly callsAtOnce: number;
  /** A call that was given up after so long speaks against its subgraph, like one that failed. */
  readonly slowMs: number;
}

export const DEFAULT_CALL_PROTECTION: Omit<CallProtection, 'slowMs'> = {
  breaker: DEFAULT_BREAKER,
  retryShare: 0.1,
  retriesSaved: 10,
  retryWaitMs: 50,
  callsAtOnce: 4_096,
};

/** What protection tells of itself. */
export interface ProtectionWatch {
  onBreaker(service: string, state: BreakerState): void;
  onRetry(service: string, outcome: 'repeated' | 'over budget'): void;
  onRefusedCall(service: string, reason: 'breaker' | 'too many'): void;
}

/** Guards subgraphs on the way to `next`: a breaker each, repeats of queries within a budget, a bound on calls at once. */
export function protectedCalls(options: CallProtection, watch: ProtectionWatch, logger: Logger, next: SendCall): SendCall {
  const services = new Map<string, GuardedService>();
  return (call, receiver) => {
    const { service } = call.step;
    let guarded = services.get(service);
    if (!guarded) {
      guarded = new GuardedService(service, options, watch, logger);
      services.set(service, guarded);
    }
    const refusal = guarded.refusal();
    if (!refusal) return new GuardedCall(guarded, call, receiver, next).begin();
    queueMicrotask(() => receiver.failed(refusal));
    return null;
  };
}

class GuardedService {
  readonly breaker: Breaker;
  readonly retries: RetryBudget;
  running = 0;

  constructor(
    readonly name: string,
    readonly options: CallProtection,
    readonly watch: ProtectionWatch,
    logger: Logger,
  ) {
    this.retries = new RetryBudget(options.retryShare, options.retriesSaved);
    this.breaker = new Breaker(options.breaker, (state) => {
      watch.onBreaker(name, state);
      if (state === 'open') logger.warn({ subgraph: name }, 'a subgraph fails: its calls are refused for a while');
      if (state === 'closed') logger.info({ subgraph: name }, 'a subgraph answers again');
    });
  }

  /** Why no call may begin now; `null` where one may. */
  refusal(): AppError | null {
    if (this.running >= this.options.callsAtOnce) {
      this.watch.onRefusedCall(this.name, 'too many');
      return unavailable(this.name, 1_000);
    }
    const waitMs = this.breaker.begin();
    if (waitMs === 0) return null;
    this.watch.onRefusedCall(this.name, 'breaker');
    return unavailable(this.name, waitMs);
  }
}

class GuardedCall implements CallReceiver, RunningCall {
  private readonly startedAtMs = performance.now();
  private running: RunningCall | null = null;
  private waiting: NodeJS.Timeout | null = null;
  private isOver = false;
  private wasRepeated = false;

  constructor(
    private readonly service: GuardedService,
    private readonly call: SubgraphCall,
    private readonly receiver: CallReceiver,
    private readonly next: SendCall,
  ) {
    service.running += 1;
    service.retries.earn();
  }

  begin(): RunningCall {
    this.running = this.next(this.call, this);
    return this;
  }

  answered(response: SubgraphResponse): void {
    if (this.isOver) return;
    this.end();
    this.service.breaker.end('ok');
    this.receiver.answered(response);
  }

  failed(error: unknown): void {
    if (this.isOver) return;
    this.service.breaker.end('failed');
    if (this.mayRepeat(error)) return this.repeatLater();
    this.end();
    this.receiver.failed(error);
  }

  cancel(): void {
    if (this.isOver) return;
    this.end();
    this.service.breaker.end(performance.now() - this.startedAtMs >= this.service.options.slowMs ? 'failed' : 'unknown');
    if (this.waiting) clearTimeout(this.waiting);
    this.running?.cancel();
  }

  private end(): void {
    this.isOver = true;
    this.service.running -= 1;
  }

  /** Once, and only what cannot have written anything. */
  private mayRepeat(error: unknown): boolean {
    const isAway = error instanceof AppError && error.code === 'UPSTREAM_UNAVAILABLE';
    if (!isAway || this.wasRepeated || this.call.step.isMutation || this.service.breaker.state !== 'closed') return false;
    const isWithin = this.service.retries.spend();
    this.service.watch.onRetry(this.service.name, isWithin ? 'repeated' : 'over budget');
    return isWithin;
  }

  private repeatLater(): void {
    this.wasRepeated = true;
    this.running = null;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.running = this.next(this.call, this);
    }, Math.random() * this.service.options.retryWaitMs);
  }
}

function unavailable(service: string, waitMs: number): AppError {
  return new AppError('UPSTREAM_UNAVAILABLE', `The ${service} service cannot be reached right now; try again`, {
    service,
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}
