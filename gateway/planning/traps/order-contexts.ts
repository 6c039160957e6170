import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { fieldsOf } from './map-fetches';
import { unplannable } from './refusal';

/** What one fetch brings, and to which place: response names from the root, lists left out. */
interface Brought {
  readonly at: readonly string[];
  readonly set: SelectionSetNode;
}

/** Where the value of a `@fromContext` may stand: one way for each type that the record may have. */
type Ways = readonly (readonly string[])[];

/**
 * The planner does not always let a fetch that takes a value by `@fromContext` wait for the fetch that brings the value,
 * when that comes from another subgraph. What runs at once is put in order here.
 *
 * @throws GraphQLError UNPLANNABLE_OPERATION when that cannot be done
 */
export function withContextsInOrder(plan: QueryPlan): QueryPlan {
  const { node } = plan;
  if (!node || !JSON.stringify(node).includes('"contextRewrites"')) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: new Ordering([node]).ordered(node, [], []) };
  const { primary, rest } = node;
  if (!rest) return plan;
  const ordering = new Ordering([primary, rest]);
  return { ...plan, node: { ...node, rest: ordering.ordered(rest, [], ordering.broughtBy(primary, [])) } };
}

class Ordering {
  /** What any fetch of the plan brings. */
  private readonly all: readonly Brought[];

  constructor(nodes: readonly PlanNode[]) {
    this.all = nodes.flatMap((node) => this.broughtBy(node, []));
  }

  ordered(node: PlanNode, at: readonly string[], before: readonly Brought[]): PlanNode {
    switch (node.kind) {
      case 'Sequence': {
        const seen = [...before];
        const nodes = node.nodes.map((each) => {
          const own = this.ordered(each, at, seen);
          seen.push(...this.broughtBy(each, at));
          return own;
        });
        return { ...node, nodes };
      }
      case 'Parallel':
        return this.inLayers(node.nodes, at, before);
      case 'Flatten':
        return { ...node, node: this.ordered(node.node, [...at, ...fieldsOf(node.path)], before) };
      case 'Condition': {
        const [ifClause, elseClause] = [node.ifClause, node.elseClause].map((each) => each && this.ordered(each, at, before));
        return { ...node, ...(ifClause ? { ifClause } : {}), ...(elseClause ? { elseClause } : {}) };
      }
      case 'Defer': {
        const first = node.primary.node;
        const primary = { ...node.primary, ...(first ? { node: this.ordered(first, at, before) } : {}) };
        const seen = [...before, ...(first ? this.broughtBy(first, at) : [])];
        const deferred = node.deferred.map((part) => ({
          ...part,
          ...(part.node ? { node: this.ordered(part.node, at, seen) } : {}),
        }));
        return { ...node, primary, deferred };
      }
      case 'Fetch':
        if (this.missingOf(node, at, before).length > 0) throw unplannable('what it takes by @fromContext comes too late');
        return node;
    }
  }

  broughtBy(node: PlanNode, at: readonly string[]): Brought[] {
    return fetchesIn(node, at).map((each) => ({ at: each.at, set: selectionOf(each.fetch) }));
  }

  /** Steps that need what others of them bring come after these. */
  private inLayers(nodes: readonly PlanNode[], at: readonly string[], before: readonly Brought[]): PlanNode {
    const seen = [...before];
    const layers: PlanNode[] = [];
    let left = [...nodes];
    while (left.length > 0) {
      const layer = left.filter((node) => !left.some((other) => other !== node && this.needs(node, other, at, seen)));
      if (layer.length === 0) throw unplannable('values that it takes by @fromContext need one another');
      const steps = layer.map((node) => this.ordered(node, at, seen));
      layers.push(steps.length === 1 && steps[0] ? steps[0] : { kind: 'Parallel', nodes: steps });
      for (const node of layer) seen.push(...this.broughtBy(node, at));
      left = left.filter((node) => !layer.includes(node));
    }
    return layers.length === 1 && layers[0] ? layers[0] : { kind: 'Sequence', nodes: layers };
  }

  private needs(node: PlanNode, other: PlanNode, at: readonly string[], before: readonly Brought[]): boolean {
    const missing = fetchesIn(node, at).flatMap((each) => this.missingOf(each.fetch, each.at, before));
    if (missing.length === 0) return false;
    const brought = this.broughtBy(other, at);
    return missing.some((way) => brought.some((each) => brings(each, way)));
  }

  /** The ways to values that some fetch brings, but none of those before. */
  private missingOf(fetch: FetchNode, at: readonly string[], before: readonly Brought[]): Ways {
    return waysOf(fetch, at).flatMap((ways) => {
      const open = ways.filter((way) => this.all.some((each) => brings(each, way)));
      if (open.length === 0) throw unplannable('nothing brings what it takes by @fromContext');
      return open.filter((way) => !before.some((each) => brings(each, way)));
    });
  }
}

/** For each variable. */
function waysOf({ contextRewrites = [], variableUsages = [] }: FetchNode, at: readonly string[]): Ways[] {
  const ways = new Map<string, (readonly string[])[]>();
  for (const rewrite of contextRewrites) {
    if (rewrite.kind !== 'KeyRenamer' || !variableUsages.includes(rewrite.renameKeyTo)) continue;
    const up = rewrite.path.filter((part) => part === '..').length;
    const below = rewrite.path.slice(up).filter((part) => !part.startsWith('... on '));
    const way = [...at.slice(0, at.length - up), ...below];
    ways.set(rewrite.renameKeyTo, [...(ways.get(rewrite.renameKeyTo) ?? []), way]);
  }
  return [...ways.values()];
}

function brings({ at, set }: Brought, way: readonly string[]): boolean {
  return at.every((part, depth) => way[depth] === part) && has(set, way.slice(at.length));
}

function has(set: SelectionSetNode | undefined, way: readonly string[]): boolean {
  const [first, ...rest] = way;
  if (first === undefined) return true;
  return (set?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return false;
    if (selection.kind === Kind.INLINE_FRAGMENT) return has(selection.selectionSet, way);
    return (selection.alias ?? selection.name).value === first && has(selection.selectionSet, rest);
  });
}

interface PlacedFetch {
  readonly fetch: FetchNode;
  readonly at: readonly string[];
}

function fetchesIn(node: PlanNode, at: readonly string[]): PlacedFetch[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((each) => fetchesIn(each, at));
    case 'Flatten':
      return fetchesIn(node.node, [...at, ...fieldsOf(node.path)]);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((each) => (each ? fetchesIn(each, at) : []));
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((part) => part.node)].flatMap((each) => (each ? fetchesIn(each, at) : []));
    case 'Fetch':
      return [{ fetch: node, at }];
  }
}

/** Of the records that a fetch asks for. */
function selectionOf({ operation, requires }: FetchNode): SelectionSetNode {
  const [definition] = parse(operation, { noLocation: true }).definitions;
  const set =
    definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : { kind: Kind.SELECTION_SET, selections: [] };
  const [entities] = set.selections;
  return requires && entities?.kind === Kind.FIELD && entities.selectionSet ? entities.selectionSet : (set as SelectionSetNode);
}
