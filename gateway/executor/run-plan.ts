import type { GraphQLFormattedError } from 'graphql';
import { AppError } from '../../platform/errors';
import type { CallReceiver, RunningCall, SubgraphClient, SubgraphResponse } from '../../platform/federation';
import type { AskedEntities } from './caller';
import type { CompiledPlan, FetchStep } from './compile-plan';
import { EntityBook } from './entity-book';
import type { CachingRun, FetchCache } from './fetch-cache';
import { FetchErrors } from './fetch-errors';
import { valueToJson } from './json-text';
import type { Json } from './merge';
import type { StepRun, StepRunOptions, Waiter } from './step-run';
import { beginStep } from './steps';
import type { SendCall, SharedRequest, SubgraphCall } from './subgraph-call';

/** What one run of a plan needs to know. */
export interface PlanRunOptions extends StepRunOptions {
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>;
  readonly send: SendCall;
  /** `null` where every fetch asks its subgraph. */
  readonly cache: FetchCache | null;
  readonly shared: SharedRequest;
  readonly isMutation: boolean;
  /** As the client sent them. */
  readonly variables: Readonly<Json>;
  /** Told of each subgraph call when it begins. */
  readonly onCall?: (service: string) => void;
}

/** What the subgraphs answered, merged, and what went wrong meanwhile. */
export interface Merged {
  readonly data: Json;
  readonly errors: FetchErrors;
  /** Records that their own subgraph does not know (any more). */
  readonly absent: ReadonlySet<object>;
}

/** Some days: a small integer, which costs a run nothing. */
export const FOR_EVER_MS = 1_000_000_000;

/** Told once how a run ended. */
export interface RunReceiver {
  ended(merged: Merged): void;
  /** By a bug of ours: nothing of what was fetched is of use. */
  broken(error: unknown): void;
}

/**
 * One run of a plan. Steps begin one another by calling back, not by promises: `steps.ts` has sequences and the like,
 * `fetch-fields.ts` and `fetch-entities.ts` the fetches, which make their calls through {@link PlanRun.call}. A failed call
 * is an error of the answer and never ends the run, which ends when everything that began has ended.
 *
 * `endCalls` is the way to end early: calls that run fail with the given error, and so does each that would begin.
 */
export class PlanRun implements Merged, StepRun, CachingRun, Waiter {
  readonly errors = new FetchErrors();
  readonly absent = new Set<object>();
  readonly book: EntityBook | null;
  freshForMs = FOR_EVER_MS;
  private readonly running: PendingCall[] = [];
  private variableTexts: Map<string, string> | null = null;
  private ending: ((service: string) => AppError) | null = null;
  private controller: AbortController | null = null;
  private isOver = false;

  constructor(
    readonly plan: CompiledPlan,
    readonly options: PlanRunOptions,
    readonly data: Json,
    private readonly receiver: RunReceiver,
  ) {
    this.book = options.isMutation ? null : new EntityBook();
  }

  begin(initialErrors: readonly GraphQLFormattedError[] = []): void {
    try {
      this.errors.addOfRoot(initialErrors, []);
      if (this.plan.node) beginStep(this, this.plan.node, { path: [], records: [this.data] }, this);
      else this.ended();
    } catch (error) {
      this.broken(error);
    }
  }

  ended(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.receiver.ended(this);
  }

  /** What is thrown where a subgraph's answer is taken must not reach the socket that it came from. */
  broken(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.receiver.broken(error);
  }

  /** @param reason of each call that gets no answer any more; mutations still run to their end where they are executed */
  endCalls(reason: (service: string) => AppError): void {
    this.ending = reason;
    if (!this.options.isMutation) this.controller?.abort(new DOMException('the operation has ended', 'TimeoutError'));
    for (const call of this.running) call.end(reason(call.step.service), !this.options.isMutation);
  }

  get shared(): SharedRequest {
    return this.options.shared;
  }

  call(step: FetchStep, entities: AskedEntities | null, receiver: CallReceiver): void {
    const { cache } = this.options;
    if (cache === null || this.ending || !cache.take(this, step, entities, receiver)) this.ask(step, entities, receiver);
  }

  ask(step: FetchStep, entities: AskedEntities | null, receiver: CallReceiver): void {
    const { subgraphs, onCall, send } = this.options;
    if (this.ending) return receiver.failed(this.ending(step.service));
    const client = subgraphs.get(step.service);
    if (!client)
      return receiver.failed(new Error(`the supergraph names a subgraph ${step.service} that this gateway was not given`));
    onCall?.(step.service);
    const call = new PendingCall(this, client, step, entities, receiver);
    this.running.push(call);
    call.handle = send(call, call);
  }

  /** The JSON text of a variable as the client sent it; `undefined` where it sent none. */
  textOfVariable(name: string): string | undefined {
    const value = this.options.variables[name];
    if (value === undefined) return undefined;
    this.variableTexts ??= new Map();
    let text = this.variableTexts.get(name);
    if (text === undefined) this.variableTexts.set(name, (text = valueToJson(value)));
    return text;
  }

  signal(): AbortSignal | undefined {
    if (this.options.isMutation) return undefined;
    this.controller ??= new AbortController();
    return this.controller.signal;
  }
}

class PendingCall implements SubgraphCall, CallReceiver {
  handle: RunningCall | null = null;
  private isTold = false;

  constructor(
    private readonly run: PlanRun,
    readonly client: SubgraphClient,
    readonly step: FetchStep,
    private readonly entities: AskedEntities | null,
    private readonly receiver: CallReceiver,
  ) {}

  get shared(): SharedRequest {
    return this.run.options.shared;
  }

  answered(response: SubgraphResponse): void {
    if (this.isTold) return;
    this.isTold = true;
    try {
      this.receiver.answered(response);
    } catch (error) {
      this.run.broken(error);
    }
  }

  failed(error: unknown): void {
    if (this.isTold) return;
    this.isTold = true;
    try {
      this.receiver.failed(error);
    } catch (bug) {
      this.run.broken(bug);
    }
  }

  end(error: AppError, isCancelled: boolean): void {
    if (this.isTold) return;
    if (isCancelled) this.handle?.cancel();
    this.failed(error);
  }

  body(): string {
    let text = this.step.bodyHead;
    let comma = '';
    if (this.entities) {
      text += `"representations":[${this.entities.texts.join(',')}]`;
      comma = ',';
    }
    for (const name of this.step.variables) {
      const value = this.run.textOfVariable(name);
      if (value === undefined) continue;
      text += `${comma}"${name}":${value}`;
      comma = ',';
    }
    return `${text}}}`;
  }

  variables(): Json {
    const variables: Json = this.entities ? { representations: this.entities.objects() } : {};
    for (const name of this.step.variables) {
      const value = this.run.options.variables[name];
      if (value !== undefined) variables[name] = value;
    }
    return this.step.given ? Object.assign(variables, this.step.given) : variables;
  }

  signal(): AbortSignal | undefined {
    return this.run.signal();
  }
}
