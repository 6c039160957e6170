import type { GraphQLFormattedError } from 'graphql';
import type { SubgraphResponse } from '../../platform/federation';
import type { FetchStep } from './compile-plan';
import { EntityCall, type AskedEntity, type EntityTaker } from './entity-call';
import { assignTo, copyOf, mergeInto, type Json } from './merge';
import { placesAt } from './places';
import type { Path } from './project';
import type { Representation } from './representations';
import type { Cursor, StepRun, Waiter } from './step-run';

/** Records of one entity. */
interface Group {
  readonly text: string;
  readonly targets: Json[];
  asked: AskedEntity | null;
}

/** Asks for the entities at a place of the merged data, each once, and merges what is answered into every record of it. */
export function fetchEntities(run: StepRun, step: FetchStep, cursor: Cursor, waiter: Waiter): void {
  const groups = step.representation ? groupsOf(step.representation, cursor.records) : [];
  if (groups.length === 0) return waiter.ended();
  new EntitiesFetch(run, step, cursor, waiter, groups).begin();
}

/** Entities that lack a required field are left out: nothing can be asked about them. */
function groupsOf(representation: Representation, records: readonly Json[]): Group[] {
  const byText = new Map<string, Group>();
  for (const record of records) {
    const text = representation.text(record);
    if (text === null) continue;
    const group = byText.get(text);
    if (group) group.targets.push(record);
    else byText.set(text, { text, targets: [record], asked: null });
  }
  return [...byText.values()];
}

class EntitiesFetch implements EntityTaker {
  private left = 0;

  constructor(
    private readonly run: StepRun,
    private readonly step: FetchStep,
    private readonly cursor: Cursor,
    private readonly waiter: Waiter,
    private readonly groups: readonly Group[],
  ) {}

  begin(): void {
    const { run, step, groups } = this;
    // What has parts of its own belongs to one place: what is merged into it later is asked for there.
    const book = step.isFlat ? (run.book?.of(step) ?? null) : null;
    const calls: EntityCall[] = [];
    let fresh: EntityCall | null = null;
    for (const group of groups) {
      group.asked = book?.get(group.text) ?? null;
      if (!group.asked) {
        if (!fresh) calls.push((fresh = new EntityCall(run, step, book)));
        group.asked = fresh.add(group.text, group.targets[0] ?? {});
      } else if (!calls.includes(group.asked.call)) {
        calls.push(group.asked.call);
      }
    }
    this.left = calls.length;
    for (const call of calls) call.tell(this);
    fresh?.begin();
  }

  take(call: EntityCall): void {
    const { outcome } = call;
    if (outcome?.kind === 'answered') this.merge(call, outcome.entities, outcome.errors);
    else if (outcome?.kind === 'failed') this.addFailure(call, outcome.error);
    else if (outcome?.errors) this.addErrors(call, outcome.errors);
    else this.addFailure(call, outcome?.error);
    if (outcome?.kind !== 'answered') this.run.errors.cover([this.cursor.path]);
    this.left -= 1;
    if (this.left === 0) this.waiter.ended();
  }

  private merge(call: EntityCall, entities: readonly (Json | null)[], errors: SubgraphResponse['errors']): void {
    const { run, step } = this;
    if (errors) this.addErrors(call, errors);
    const failedAt = errors && new Set(errors.map((error) => error.path?.[1]));
    for (const { asked, targets } of this.groups) {
      if (asked?.call !== call) continue;
      const entity = entities[asked.at];
      if (!entity) {
        if (!failedAt?.has(asked.at)) for (const target of targets) run.absent.add(target);
      } else if (step.isFlat) {
        for (const target of targets) assignTo(target, entity, run.options.keepsKnown);
      } else {
        // Copied before the first merge, which would let the first record share its parts with the others.
        const copies = targets.map((_, at) => (at === 0 ? entity : copyOf(entity)));
        targets.forEach((target, at) => mergeInto(target, copies[at] ?? entity, run.options.keepsKnown));
      }
    }
  }

  private targetsOf(call: EntityCall, at: unknown): readonly Json[] {
    return this.groups.find(({ asked }) => asked?.call === call && asked.at === at)?.targets ?? [];
  }

  private addFailure(call: EntityCall, error: unknown): void {
    const { run, step, cursor } = this;
    const wanted = this.groups.find(({ asked }) => asked?.call === call)?.targets[0];
    const first = placesAt(run.data, cursor.path).find(({ record }) => record === wanted);
    run.errors.addFailure(error, step.service, [first?.path ?? []]);
  }

  private addErrors(call: EntityCall, errors: readonly GraphQLFormattedError[]): void {
    const { run, cursor } = this;
    const paths = new Map(placesAt(run.data, cursor.path).map(({ record, path }) => [record as object, path]));
    for (const error of errors) {
      const at = error.path?.[1];
      const places = this.targetsOf(call, at)
        .map((target) => paths.get(target))
        .filter((path) => path !== undefined);
      if (places.length > 0) {
        run.errors.addOfEntity(error, places);
      } else if (!isOfEntity(call, at)) {
        run.errors.addOfEntity(error, firstOf(paths));
        run.errors.cover([cursor.path]);
      }
    }
  }
}

/** Whether an error is about one of the call's entities, of which another fetch tells then. */
function isOfEntity(call: EntityCall, at: unknown): boolean {
  return typeof at === 'number' && at < call.texts.length;
}

function firstOf(paths: ReadonlyMap<object, Path>): Path[] {
  const [first] = paths.values();
  return first ? [first] : [];
}
