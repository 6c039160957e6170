import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, print, type ArgumentNode, type FieldNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { AskedFields, Sets } from './asked-fields';
import { isContextVariable } from './check-context';
import { withFetches } from './map-fetches';

/** What is asked at one place. */
interface Asked {
  /** Of records that one type's records lead to. */
  readonly own: Sets;
  /** Of those that any type's records lead to. */
  readonly all: Sets;
  readonly path: readonly string[];
}

/** What a fetch asks below the records of several types, without what is asked for the others of them alone. */
export class AskedBelow {
  /** @param needed places that other fetches of the plan read, see {@link placesRead} */
  constructor(
    private readonly asked: AskedFields,
    private readonly needed: ReadonlySet<string>,
  ) {}

  /** A field as one type asks for it. */
  field(node: FieldNode, place: Asked): FieldNode {
    const key = (node.alias ?? node.name).value;
    const ways = this.asked.nodes(place.own, key).filter(({ name }) => name.value === node.name.value);
    const [first, ...others] = ways.map((each) => ({ ...node, arguments: argumentsOf(each, node) }));
    const known = first && others.every((each) => textOf(each) === textOf(first)) ? first : node;
    if (!node.selectionSet) return known;
    const own = this.asked.below(place.own, key);
    const all = this.asked.below(place.all, key);
    return { ...known, selectionSet: this.set(node.selectionSet, { own, all, path: [...place.path, key] }) };
  }

  private set(set: SelectionSetNode, place: Asked): SelectionSetNode {
    const selections = set.selections.flatMap((each) => this.selection(each, place));
    return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] };
  }

  private selection(node: SelectionNode, place: Asked): readonly SelectionNode[] {
    switch (node.kind) {
      case Kind.FRAGMENT_SPREAD:
        return [node];
      case Kind.FIELD:
        return this.isMeant(node, place) ? [this.field(node, place)] : [];
      case Kind.INLINE_FRAGMENT: {
        const type = node.typeCondition?.name.value;
        const own = this.asked.within(place.own, type);
        const all = this.asked.within(place.all, type);
        const selections = node.selectionSet.selections.flatMap((each) => this.selection(each, { ...place, own, all }));
        return selections.length > 0 ? [{ ...node, selectionSet: { ...node.selectionSet, selections } }] : [];
      }
    }
  }

  /** What nobody asked for, the plan needs. */
  private isMeant({ alias, name }: FieldNode, { own, all, path }: Asked): boolean {
    const key = (alias ?? name).value;
    if (name.value === '__typename' || this.needed.has(placeOf([...path, key]))) return true;
    return this.asked.nodes(own, key).length > 0 || this.asked.nodes(all, key).length === 0;
  }
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** What a client gives, and what `@fromContext` gives, which no client does. */
function argumentsOf({ arguments: asked = [] }: FieldNode, { arguments: planned = [] }: FieldNode): ArgumentNode[] {
  const filledIn = planned.filter(({ value }) => value.kind === Kind.VARIABLE && isContextVariable(value.name.value));
  return [...asked.toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1)), ...filledIn];
}

function textOf({ arguments: given = [] }: FieldNode): string {
  return given.map(print).join();
}

/** Places of an answer, by response names, which fetches read to ask for more. */
export function placesRead(plan: QueryPlan): ReadonlySet<string> {
  const places = new Set<string>();
  const add = (node: QueryPlanSelectionNode, at: readonly string[]): void => {
    const own = node.kind === 'Field' ? [...at, node.alias ?? node.name] : at;
    if (node.kind === 'Field') places.add(placeOf(own));
    for (const each of node.selections ?? []) add(each, own);
  };
  withFetches(plan, (fetch, at) => {
    for (const each of fetch.requires ?? []) add(each, at);
    for (const path of contextPaths(fetch, at)) places.add(placeOf(path));
    return [fetch];
  });
  return places;
}

/** Where a fetch's values by `@fromContext` stand, and all around them. */
function contextPaths({ contextRewrites = [] }: FetchNode, at: readonly string[]): string[][] {
  return contextRewrites.flatMap(({ path }) => {
    const names = path.filter((part) => part !== '..' && !part.startsWith('...'));
    const around = at.slice(0, Math.max(0, at.length - path.filter((part) => part === '..').length));
    return names.map((_name, index) => [...around, ...names.slice(0, index + 1)]);
  });
}

function placeOf(path: readonly string[]): string {
  return path.join('.');
}
