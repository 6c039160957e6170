import { getNamedType, isInterfaceType, isObjectType, Kind, parse, type SelectionNode } from 'graphql';
import { anonymous, type Viewer } from '../../platform/auth';
import type { FetchStep, Step } from '../executor/compile-plan';
import { CacheHints, type CacheHint } from '../supergraph/cache-hints';
import type { Supergraph } from '../supergraph/supergraph';

/**
 * Who may be told what another was told: `everybody`, where the schema says PUBLIC; those with the same `rights` (roles and
 * scopes), where it says RIGHTS; else the `same` viewer alone.
 */
export type Reach = 'everybody' | 'rights' | 'same';

const ORDER: readonly Reach[] = ['everybody', 'rights', 'same'];

export function narrower(one: Reach, other: Reach): Reach {
  return ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other;
}

/** Judges by the `@cacheControl` hints of a supergraph how far answers reach. Closed by default. */
export class Reaches {
  private readonly hints: CacheHints;
  private readonly judged = new WeakMap<FetchStep, Reach>();

  constructor(private readonly supergraph: Pick<Supergraph, 'sdl' | 'fullSchema'>) {
    this.hints = new CacheHints(supergraph.sdl, supergraph.fullSchema);
  }

  /** Of the events of a field of Subscription, with all that their own subgraph tells. */
  ofSource(source: FetchStep): Reach {
    return this.memoised(source, () => {
      const [definition] = parse(source.query, { noLocation: true }).definitions;
      const root = this.supergraph.fullSchema.getSubscriptionType()?.name;
      if (definition?.kind !== Kind.OPERATION_DEFINITION || root === undefined) return 'same';
      return this.ofSelections(root, definition.selectionSet.selections, 'same');
    });
  }

  /** Of everything that completes an event. */
  ofSteps(step: Step | null): Reach {
    if (step === null) return 'everybody';
    switch (step.kind) {
      case 'fetch':
        return this.ofEntities(step);
      case 'flatten':
        return this.ofSteps(step.step);
      case 'condition':
        return narrower(this.ofSteps(step.then), this.ofSteps(step.otherwise));
      default:
        return step.steps.map((each) => this.ofSteps(each)).reduce(narrower, 'everybody');
    }
  }

  /** Of a fetch of entities; a fetch from the root reaches the same viewer alone. */
  ofEntities(step: FetchStep): Reach {
    return this.memoised(step, () => {
      const [definition] = parse(step.query, { noLocation: true }).definitions;
      if (!step.representation || definition?.kind !== Kind.OPERATION_DEFINITION) return 'same';
      const fragments = definition.selectionSet.selections.flatMap((field) =>
        field.kind === Kind.FIELD ? (field.selectionSet?.selections ?? []) : [],
      );
      return fragments.map((fragment) => this.ofEntity(fragment)).reduce(narrower, 'everybody');
    });
  }

  private ofEntity(selection: SelectionNode): Reach {
    if (selection.kind === Kind.FIELD) return 'everybody';
    const type = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
    if (type === undefined || selection.kind !== Kind.INLINE_FRAGMENT) return 'same';
    return this.ofSelections(type, selection.selectionSet.selections, reachOf(this.hints.ofType(type)) ?? 'same');
  }

  /** @param inherited of fields of which the schema says nothing */
  private ofSelections(parent: string, selections: readonly SelectionNode[], inherited: Reach): Reach {
    return selections.map((selection) => this.ofSelection(parent, selection, inherited)).reduce(narrower, 'everybody');
  }

  private ofSelection(parent: string, selection: SelectionNode, inherited: Reach): Reach {
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return this.ofSelections(selection.typeCondition?.name.value ?? parent, selection.selectionSet.selections, inherited);
    if (selection.kind !== Kind.FIELD) return 'same';
    if (selection.name.value === '__typename') return 'everybody';
    const owner = this.supergraph.fullSchema.getType(parent);
    const field = isObjectType(owner) || isInterfaceType(owner) ? owner.getFields()[selection.name.value] : undefined;
    if (!field) return 'same';
    const type = getNamedType(field.type).name;
    const own = reachOf(this.hints.ofField(parent, selection.name.value)) ?? inherited;
    const ofType = reachOf(this.hints.ofType(type)) ?? 'everybody';
    const here = narrower(own, ofType);
    return narrower(here, this.ofSelections(type, selection.selectionSet?.selections ?? [], here));
  }

  private memoised(step: FetchStep, judge: () => Reach): Reach {
    let reach = this.judged.get(step);
    if (reach === undefined) this.judged.set(step, (reach = judge()));
    return reach;
  }
}

/** `undefined` where nothing is said. */
function reachOf(hint: CacheHint | undefined): Reach | undefined {
  if (!hint || hint.scope === null) return undefined;
  return hint.scope === 'PUBLIC' ? 'everybody' : hint.scope === 'RIGHTS' ? 'rights' : 'same';
}

const MAX_COMMONS = 1_000;
const commons = new Map<string, Viewer>();

/** Whom a subgraph is told of where its answer reaches others, too: what all of them have in common, and no more. */
export function viewerFor(reach: Reach, viewer: Viewer): Viewer {
  if (reach === 'same') return viewer;
  if (reach === 'everybody' || viewer.roles.length + viewer.scopes.length === 0) return anonymous;
  const key = JSON.stringify([viewer.kind, viewer.roles, viewer.scopes]);
  let known = commons.get(key);
  if (!known) {
    if (commons.size >= MAX_COMMONS) commons.clear();
    known = { ...anonymous, kind: viewer.kind, roles: viewer.roles, scopes: viewer.scopes };
    commons.set(key, known);
  }
  return known;
}

/** Equal for viewers whom every subgraph is told the same of, but for their sessions. */
export function rightsOf(viewer: Viewer): string {
  return JSON.stringify({ ...viewer, sessionId: null });
}
