import type { AppError } from '../../platform/errors';
import type { Timed, Waiting } from '../../platform/process';
import type { OperationRequest } from '../operation-request';
import { answerOf, refusalOf, type Answer, type AnswerSource } from '../executor/answer';
import type { DeferredPlan } from '../executor/compile-plan';
import type { Json } from '../executor/merge';
import type { DeferredShape } from '../executor/projection-shape';
import { PlanRun, type PlanRunOptions } from '../executor/run-plan';
import { lateError, leftError, planOptionsOf, type RunContext, type RunningOperation } from '../operation-run';
import type { OperationVariant } from '../operations/variants';
import { DeferredErrors } from './deferred-errors';
import { stands, type AnsweredPart, type PartsReceiver, type PendingPart } from './parts';

/** A place of the answer where a fragment waits for its data. */
interface Place extends PendingPart {
  readonly name: string;
  readonly shape: DeferredShape['shape'];
  readonly record: Json;
}

/** One deferred part of the plan. */
interface Block {
  readonly part: DeferredPlan;
  readonly needs: Set<string>;
  run: PlanRun | null;
  isOver: boolean;
}

/**
 * One operation answered in parts: the plan's primary part first, then each deferred fragment when the parts of the plan
 * that fetch it have ended. All merge into the same data. A part begins as soon as the fetches that it needs are there, so
 * that it overlaps with those before it; it is answered after the one in which it stands, and never where that has a null.
 */
export class DeferredRun implements Timed, RunningOperation {
  private readonly data: Json = {};
  private readonly primary: PlanRun;
  private readonly blocks: Block[] = [];
  private readonly runs: PlanRun[] = [];
  private readonly errors = new DeferredErrors(this.runs);
  private readonly options: PlanRunOptions;
  private readonly waiting: Waiting;
  private places: Place[] = [];
  private found = 0;
  private hasBegun = false;
  private isOver = false;
  private ending: ((service: string) => AppError) | null = null;

  constructor(
    private readonly context: RunContext,
    private readonly request: OperationRequest,
    private readonly variant: OperationVariant,
    coerced: Readonly<Json>,
    private readonly receiver: PartsReceiver,
  ) {
    this.options = { ...planOptionsOf(context, request, coerced), onFetched: (id) => this.fetched(id) };
    const broken = (error: unknown): void => this.broken(error);
    this.primary = new PlanRun(variant.plan, this.options, this.data, { ended: () => this.primaryEnded(), broken });
    this.runs.push(this.primary);
    this.addBlocks(variant.plan.deferred);
    this.waiting = context.deadlines.add(this);
  }

  begin(): void {
    const { signal } = this.request;
    if (signal?.aborted) this.leave();
    else signal?.addEventListener('abort', () => this.leave(), { once: true });
    this.primary.begin();
  }

  late(): void {
    this.endCalls(lateError, this.runs);
  }

  leave(): void {
    // What a mutation changes is changed to its end; what it would tell later is not.
    this.endCalls(leftError, this.options.isMutation ? this.runs.slice(1) : this.runs);
  }

  private primaryEnded(): void {
    const places: Place[] = [];
    const answer = this.tried(() => this.project(this.variant.shape, this.data, [], this.primary.errors, places));
    if (!answer) return;
    this.places = places;
    this.hasBegun = true;
    this.receiver.first(answer, places, places.length > 0);
    if (places.length === 0) return this.end();
    this.beginBlocks(this.variant.plan.deferred);
    this.tell();
  }

  private fetched(id: string): void {
    // A mutation first does all that it does.
    const isHeld = this.options.isMutation && !this.hasBegun;
    for (const block of [...this.blocks]) {
      if (block.needs.delete(id) && block.needs.size === 0 && !isHeld) this.beginBlock(block);
    }
  }

  private addBlocks(parts: readonly DeferredPlan[] = []): void {
    for (const part of parts) this.blocks.push({ part, needs: new Set(part.depends), run: null, isOver: false });
  }

  /** Those of them that wait for a fetch which was not made, because there was nothing to ask for, begin with what there is. */
  private beginBlocks(parts: readonly DeferredPlan[] = []): void {
    for (const block of [...this.blocks]) if (parts.includes(block.part)) this.beginBlock(block);
  }

  private beginBlock(block: Block): void {
    if (block.run || this.isOver) return;
    const { plan } = block.part;
    const broken = (error: unknown): void => this.broken(error);
    const ended = (): void => {
      block.isOver = true;
      this.beginBlocks(plan.deferred);
      this.tell();
    };
    block.run = new PlanRun(plan, { ...this.options, isMutation: false, keepsKnown: true }, this.data, { ended, broken });
    this.runs.push(block.run);
    this.addBlocks(plan.deferred);
    if (this.ending) block.run.endCalls(this.ending);
    block.run.begin();
  }

  /** Answers each fragment of which all is there, then those that stand inside of it. */
  private tell(): void {
    while (this.hasBegun && !this.isOver) {
      const ready = this.places.filter(({ name }) => this.blocksOf(name).every(({ isOver }) => isOver));
      if (ready.length === 0) return;
      const waiting = this.places.filter((place) => !ready.includes(place));
      const inside: Place[] = [];
      const parts = this.tried(() => this.answered(ready, inside));
      if (!parts) return;
      this.places = [...waiting, ...inside];
      const hasNext = this.places.length > 0;
      if (!hasNext) this.end();
      this.receiver.next(parts, inside, hasNext);
    }
  }

  private answered(ready: readonly Place[], inside: Place[]): AnsweredPart[] {
    return ready.map((place) => {
      const own = this.blocksOf(place.name).flatMap(({ run }) => (run ? [run] : []));
      const errors = this.errors.at(place, own, ready);
      return { ...place, answer: this.project(place.shape, place.record, place.path, errors, inside) };
    });
  }

  /** Adds the fragments that stand inside to `places`, where what is around them was not made null. */
  private project(
    shape: Place['shape'],
    data: Json,
    path: Place['path'],
    errors: AnswerSource['errors'],
    places: Place[],
  ): Answer {
    const { context, request } = this;
    const candidates: { readonly place: Place; readonly output: object }[] = [];
    const onDeferred: AnswerSource['onDeferred'] = (fragments, at, record, output) => {
      for (const { name, label, shape: own } of fragments)
        candidates.push({ place: { id: this.found++, name, label, shape: own, path: at, record: record as Json }, output });
    };
    const source = { data, path, errors, absent: this.errors, onDeferred };
    const answer = answerOf(shape, source, context.scopeOf(request));
    for (const { place, output } of candidates) {
      if (stands(answer.data, place.path.slice(path.length), output)) places.push(place);
    }
    return answer;
  }

  private blocksOf(name: string): readonly Block[] {
    return this.blocks.filter(({ part }) => part.name === name);
  }

  private endCalls(reason: (service: string) => AppError, runs: readonly PlanRun[]): void {
    this.ending = reason;
    for (const run of [...runs]) run.endCalls(reason);
  }

  private end(): void {
    this.isOver = true;
    this.context.deadlines.remove(this.waiting);
    // What nobody waits for any more, such as parts of a record that is null.
    for (const { run, isOver } of this.blocks) if (!isOver) run?.endCalls(leftError);
  }

  private tried<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.broken(error);
      return null;
    }
  }

  /** A bug of ours: what is missing is told as such. */
  private broken(error: unknown): void {
    if (this.isOver) return;
    const { places } = this;
    const { errors = [] } = refusalOf([error], this.request.requestId, this.context.logger);
    this.places = [];
    this.end();
    if (!this.hasBegun) return this.receiver.first({ errors }, [], false);
    const parts = places.map((place) => ({ ...place, answer: { data: null, errors } }));
    this.receiver.next(parts, [], false);
  }
}
