import { GraphQLError, Source } from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../platform/errors';
import type { Logger } from '../../platform/observability';
import { FairQueue } from './fair-queue';
import type { PlanningAnswer, PlanningRequest, PlanningResults, Problem } from './messages';
import { OwnThread } from './own-thread';
import { OutOfTime, PlanningThread, ThreadLost, type Thread } from './thread';

export interface PlannerOptions {
  /** Processor time that one operation may take to validate, and again to plan. */
  readonly timeoutMs: number;
  /** At most; the second is started when somebody waits for the first. 0 plans in the gateway's own thread, without limits. */
  readonly threads: number;
  readonly queueLength: number;
  readonly queueLengthOfClient: number;
  /** How long somebody waits for a thread. */
  readonly patienceMs: number;
}

export const DEFAULT_PLANNER_OPTIONS: PlannerOptions = {
  timeoutMs: 2_000,
  threads: 2,
  queueLength: 256,
  queueLengthOfClient: 64,
  patienceMs: 10_000,
};

/** What a planner tells of itself. */
export interface PlannerWatch {
  onRequestPlanned(kind: PlanningRequest['kind'], outcome: PlanningAnswer['outcome'] | 'timeout' | 'lost', seconds: number): void;
  onQueue(length: number): void;
  onThread(change: 1 | -1): void;
}

/** How many supergraphs a thread holds: the current one, and the one before it for who began with that. */
const HELD_SUPERGRAPHS = 2;
/** A large supergraph takes seconds to read. */
const LOAD_MS = 60_000;
/** For so long whoever cost a thread its life must leave one to others. */
const OFFENDER_MS = 60_000;
const MAX_OFFENDERS = 10_000;
/** When work has waited so long for a thread, another one is started, where more may be. */
const START_ANOTHER_MS = 50;

interface Work {
  readonly request: PlanningRequest;
  readonly sdl: string;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly late: NodeJS.Timeout;
  isOver: boolean;
}

/**
 * Validates and plans operations in threads of their own, so that no operation, whatever it is, keeps the gateway's own
 * thread from others. A thread that takes too long is ended. Clients take turns, each with one operation at a time.
 */
export class Planner {
  private readonly queue: FairQueue<Work>;
  private readonly idle: Thread[] = [];
  private readonly threads = new Set<Thread>();
  private readonly served = new Set<string>();
  private readonly offenders = new LRUCache<string, true>({ max: MAX_OFFENDERS, ttl: OFFENDER_MS });
  private latest: { readonly supergraph: string; readonly sdl: string } | null = null;
  private starting: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly options: PlannerOptions,
    private readonly watch: PlannerWatch,
    private readonly logger: Logger,
  ) {
    this.queue = new FairQueue(options.queueLength, options.queueLengthOfClient);
  }

  /**
   * @param sdl of the request's supergraph, for a thread that does not hold it yet
   * @throws GraphQLError where the operation is at fault, AppError OPERATION_TOO_LARGE or OVERLOADED
   */
  ask<K extends PlanningRequest['kind']>(
    client: string,
    request: Extract<PlanningRequest, { kind: K }>,
    sdl: string,
  ): Promise<PlanningResults[K]> {
    return new Promise((resolve, reject) => {
      const patienceMs = request.kind === 'load' ? LOAD_MS : this.options.patienceMs;
      const late = setTimeout(() => end(work, () => reject(overloaded())), patienceMs);
      late.unref();
      const work: Work = { request, sdl, resolve, reject, late, isOver: false };
      if (this.isStopped || !this.queue.add(client, work)) end(work, () => reject(overloaded()));
      else this.next();
    });
  }

  stop(): void {
    this.isStopped = true;
    if (this.starting) clearTimeout(this.starting);
    for (const work of this.queue.drain()) end(work, () => work.reject(overloaded()));
    for (const thread of this.threads) thread.end();
  }

  private next(): void {
    for (let thread = this.idle.pop(); thread; thread = this.idle.pop()) {
      const turn = this.queue.take((client) => this.served.has(client) || this.mustWait(client));
      if (!turn) {
        this.idle.push(thread);
        break;
      }
      if (turn.work.isOver) this.idle.push(thread);
      else void this.serve(thread, turn.client, turn.work);
    }
    this.watch.onQueue(this.queue.length);
    if (this.queue.length > 0) this.startAnother();
  }

  /** Whether it would take the last thread that is free, and lately took one that never came back. */
  private mustWait(client: string): boolean {
    return this.idle.length === 0 && this.options.threads > 1 && this.offenders.has(client);
  }

  private async serve(thread: Thread, client: string, work: Work): Promise<void> {
    const { request } = work;
    const startedAtMs = performance.now();
    const note = (outcome: Parameters<PlannerWatch['onRequestPlanned']>[1]): void =>
      this.watch.onRequestPlanned(request.kind, outcome, (performance.now() - startedAtMs) / 1000);
    this.served.add(client);
    try {
      const answer = await this.answerFrom(thread, request, work.sdl);
      note(answer.outcome);
      end(work, () => settle(answer, work));
    } catch (error) {
      note(error instanceof OutOfTime ? 'timeout' : 'lost');
      const isItsFault = error instanceof OutOfTime || (error instanceof ThreadLost && error.isOutOfMemory);
      if (isItsFault) this.offenders.set(client, true);
      end(work, () => work.reject(isItsFault ? tooComplex() : error));
    }
    this.served.delete(client);
    if (!thread.isLost) this.idle.push(thread);
    this.next();
  }

  private async answerFrom(thread: Thread, request: PlanningRequest, sdl: string): Promise<PlanningAnswer> {
    const { supergraph } = request;
    if (request.kind === 'load') return this.load(thread, supergraph, sdl);
    if (!thread.holds.has(supergraph)) {
      const loaded = await this.load(thread, supergraph, sdl);
      if (loaded.outcome !== 'done') return loaded;
    }
    return thread.ask(request, this.options.timeoutMs);
  }

  private async load(thread: Thread, supergraph: string, sdl: string): Promise<PlanningAnswer> {
    const loaded = await thread.ask({ kind: 'load', supergraph, sdl }, LOAD_MS);
    if (loaded.outcome !== 'done') return loaded;
    this.latest = { supergraph, sdl };
    thread.holds.delete(supergraph);
    thread.holds.add(supergraph);
    const [oldest] = thread.holds;
    if (oldest !== undefined && thread.holds.size > HELD_SUPERGRAPHS) {
      thread.holds.delete(oldest);
      await thread.ask({ kind: 'forget', supergraph: oldest }, LOAD_MS);
    }
    return loaded;
  }

  private startAnother(): void {
    if (this.threads.size === 0) return this.startThread();
    if (this.starting || this.threads.size >= this.options.threads) return;
    this.starting = setTimeout(() => {
      this.starting = null;
      if (this.queue.length > 0 && this.threads.size < this.options.threads) this.startThread();
    }, START_ANOTHER_MS);
    this.starting.unref();
  }

  private startThread(): void {
    if (this.isStopped) return;
    const thread: Thread = this.options.threads === 0 ? new OwnThread() : new PlanningThread((cause) => this.lost(thread, cause));
    this.threads.add(thread);
    this.watch.onThread(1);
    thread.ready.then(
      () => void this.prepare(thread),
      (error: unknown) => {
        // It would fare no better the next time at once; whoever waits is told, and the next request tries again.
        for (const work of this.queue.drain()) end(work, () => work.reject(error));
      },
    );
  }

  /** Whoever needs a new thread finds the supergraph in it. */
  private async prepare(thread: Thread): Promise<void> {
    const { latest } = this;
    if (latest) await this.load(thread, latest.supergraph, latest.sdl).catch(() => undefined);
    if (thread.isLost) return;
    this.idle.push(thread);
    this.next();
  }

  private lost(thread: Thread, cause: Error | null): void {
    this.threads.delete(thread);
    this.watch.onThread(-1);
    const at = this.idle.indexOf(thread);
    if (at >= 0) this.idle.splice(at, 1);
    if (this.isStopped) return;
    this.logger.warn({ err: cause }, 'a planning thread ended; another one takes its place');
    if (thread.wasReady && this.threads.size === 0) this.startThread();
    else if (thread.wasReady) this.next();
  }
}

function end(work: Work, settle: () => void): void {
  if (work.isOver) return;
  work.isOver = true;
  clearTimeout(work.late);
  settle();
}

function settle(answer: PlanningAnswer, { resolve, reject }: Work): void {
  switch (answer.outcome) {
    case 'done':
      return resolve(answer.value as never);
    case 'refused':
      return reject(graphqlErrorOf(answer.problem));
    case 'tooComplex':
      return reject(tooComplex());
    case 'failed':
      return reject(new Error(answer.message));
  }
}

/** @param text the document that positions are in, where the client sent it as it is */
export function graphqlErrorOf({ message, positions, code }: Problem, text?: string): GraphQLError {
  const place = text === undefined || positions.length === 0 ? {} : { source: new Source(text), positions };
  return new GraphQLError(message, { ...place, extensions: code === null ? {} : { code } });
}

function tooComplex(): AppError {
  const message =
    'The operation is too complex to be planned in the time that one may take. Ask for less, or in several requests';
  return new AppError('OPERATION_TOO_LARGE', message, { limit: 'planning' });
}

function overloaded(): AppError {
  return new AppError('OVERLOADED', 'Too many new operations wait to be planned; send the same request again in a moment', {
    retryAfterSeconds: 1,
  });
}
